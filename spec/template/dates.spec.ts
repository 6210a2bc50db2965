import { expect } from "chai";
import { ConnectorError } from "../../src/core/errors.js";
import { AwsBedrockModel } from "../../src/index.js";
import { changingParts } from "../../src/template/changing-parts.js";
import { compileTemplate } from "../../src/template/template.js";
import { useBedrock } from "../support/bedrock.js";
import { withEnvironment } from "../support/network.js";
import { localConfig } from "../support/sync-config.js";

const fill = (leaf: string, d?: unknown): unknown => {
  const body = compileTemplate(JSON.stringify({ leaf: `<${leaf}>` })).render({ d });
  return body instanceof ConnectorError ? body : String(body.leaf).slice(1, -1);
};

const zones = ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"];

describe("a date that a template prints", () => {
  const cases: readonly (readonly [value: unknown, printed: string])[] = [
    ["2024-03-10", "2024-03-10 00:00:00 +0000"],
    // On that day New York has no such hour.
    ["2024-03-10 02:30", "2024-03-10 02:30:00 +0000"],
    ["2024-03-10T02:30:00", "2024-03-10 02:30:00 +0000"],
    ["2024-03-10T02:30:00.5", "2024-03-10 02:30:00 +0000"],
    ["2024-03-10T05:00:00Z", "2024-03-10 05:00:00 +0000"],
    ["2024-03-10 05:00:00+02", "2024-03-10 03:00:00 +0000"],
    ["2024-03-10T05:00:00+0545", "2024-03-09 23:15:00 +0000"],
    ["Sun, 10 Mar 2024 02:30:00 GMT", "2024-03-10 02:30:00 +0000"],
    ["Sun Mar 10 2024 02:30:00 GMT+0100 (CET)", "2024-03-10 01:30:00 +0000"],
    ["10 March 2024", "2024-03-10 00:00:00 +0000"],
    ["March 10, 2024 2:30 PM", "2024-03-10 14:30:00 +0000"],
    ["3/10/2024", "2024-03-10 00:00:00 +0000"],
    [1710037800, "2024-03-10 02:30:00 +0000"],
    ["1710037800", "2024-03-10 02:30:00 +0000"],
    [new Date(Date.UTC(2024, 2, 10, 5)), "2024-03-10 05:00:00 +0000"],
    ["no date", "no date"],
    ["hello 5", "hello 5"],
    ["Meeting 2024", "Meeting 2024"],
    ["version 1.5", "version 1.5"],
    ["1.5", "1.5"],
    ["2024-02-30", "2024-02-30"],
    ["0001-01-01", "0001-01-01 00:00:00 +0000"],
    ["0001-01-01 00:00:00", "0001-01-01 00:00:00 +0000"],
    ["2024-03-10 05:00:00 +0200", "2024-03-10 03:00:00 +0000"],
    ["2024-03-10 05:00:00 UTC", "2024-03-10 05:00:00 +0000"],
    ["", ""],
  ];
  for (const TZ of zones)
    it(`is the same on a machine of ${TZ}`, () =>
      withEnvironment({ TZ }, async () => {
        for (const [value, printed] of cases)
          expect(fill("{{ d | date: '%F %T %z' }}", value), String(value)).to.equal(printed);
        expect(fill("{{ d | date_to_rfc822 }}", "2024-03-10 02:30")).to.equal(
          "Sun, 10 Mar 2024 02:30:00 +0000",
        );
        expect(fill("{{ d | date_to_xmlschema }}", "2024-03-10 02:30")).to.equal("2024-03-10T02:30:00+00:00");
      }));

  it("may be of a zone that the filter names", () => {
    const inZone = (zone: string) => fill(`{{ d | date: '%F %R %:z %Z', ${zone} }}`, "2024-07-01T12:00:00Z");
    expect(inZone("'Asia/Kathmandu'")).to.equal("2024-07-01 17:45 +05:45 Asia/Kathmandu");
    expect(inZone("'America/New_York'")).to.equal("2024-07-01 08:00 -04:00 America/New_York");
    expect(inZone("360")).to.equal("2024-07-01 06:00 -06:00 -0600");
  });

  const d = "2024-01-07T15:04:05.678Z";
  for (const [format, printed] of [
    ["%a %A %b %B %h", "Sun Sunday Jan January Jan"],
    ["%^a %#B %-d %_d %05d %3d", "SUN JANUARY 7  7 00007 007"],
    ["%e %k %l %I %P %p", " 7 15  3 03 pm PM"],
    ["%j %U %W %u %w %y %C %q", "007 01 01 7 0 24 20 th"],
    ["%L %N %3N %s", "678 678000000 678 1704639845"],
    ["%c|%x|%X|%D|%R|%r", "Sun Jan  7 15:04:05 2024|01/07/24|15:04:05|01/07/24|15:04|03:04:05 PM"],
    ["100%% %Q", "100% %Q"],
  ] as const)
    it(`is written as ${format} says`, () => {
      expect(fill("{{ d | date: f }}".replace("f", `'${format}'`), d)).to.equal(printed);
    });

  it("has the engine's format where none is given, and ordinals", () => {
    expect(fill("{{ d | date: nil }}", d)).to.equal(fill("{{ d | date }}", d));
    expect(fill("{{ d | date }}", d)).to.equal("Sunday, January 7, 2024 at 3:04 pm +0000");
    expect(fill("{{ d | date_to_string }}", d)).to.equal("07 Jan 2024");
    expect(fill("{{ d | date_to_long_string: 'ordinal', 'US' }}", d)).to.equal("January 7th, 2024");
  });

  it("takes no width that fills the memory", () => {
    expect(fill("{{ d | date: '%99999999d' }}", d)).to.include({ code: "template_failed" });
  });
});

describe("what is another at every run", () => {
  const bedrock = useBedrock();

  for (const [leaf, parts] of [
    ["It is {{ 'now' | date: '%Y' }}.", ["now"]],
    ["{% assign t = 'today' %}{% if q %}{{ t | date: '%F' }}{% endif %}", ["today"]],
    ["{{ list | sample }}", ["sample"]],
    ["{{ d | date: '%F' }} now", []],
    ["{{ 'now' }}", []],
  ] as const)
    it(`is found: ${leaf}`, () => {
      expect(changingParts({ leaf })).to.deep.equal(parts);
    });

  it("is a remark of check and preview: every run pays again", async () => {
    const request_format = `{"messages":[{"role":"user","content":[{"text":"{{ 'now' | date: '%F' }} {{ text }}"}]}]}`;
    const config = localConfig(bedrock.url, { request_format });
    const { connection_status } = await new AwsBedrockModel().checkConnection(config);
    expect(connection_status.message).to.contain("request_format uses now, which is another at every run");
    const preview = await new AwsBedrockModel().preview(config, [{ text: "One" }]);
    expect(JSON.stringify(preview)).to.contain("every run sends, and pays for, all rows again");
  });
});
