import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import pLimit from "p-limit";
import type { Descriptor, RuleResult } from "../../../src/testing/conformance/index.js";
import { startShout } from "../../support/conformance/shout-service.js";
import { toy } from "../../support/conformance/toy.js";
import { toyDescriptor } from "../../support/conformance/toy-descriptor.js";
import { conformanceSuite } from "../../support/program.js";

const { rules, runConformance } = await conformanceSuite();

/** A defect of the toy, and the rules that must catch it. */
const defects: readonly (readonly [defect: string, ...ids: string[]])[] = [
  ["another draft", "S01"],
  ["requires nothing", "S02"],
  ["another title", "S03"],
  ["an unmarked secret", "S04"],
  ["a default key", "S05"],
  ["a branch without a name", "S06"],
  ["a choice without words", "S06"],
  ["a choice twice", "S07"],
  ["two types", "S08"],
  ["no description", "S09"],
  ["a narrower model", "S10"],
  ["a setting less", "S10"],
  ["a slow start", "S11"],
  ["says nothing at first", "S11"],
  ["refuses strangers", "S13"],
  ["refuses references", "S14"],
  ["a status of its own", "C01"],
  ["one message for all", "C02"],
  ["takes a closed service for open", "C02"],
  ["knows no way out", "C02"],
  ["bills the check", "C03"],
  ["needs what is denied", "C04"],
  ["checks without end", "C05"],
  ["shows a key", "C06"],
  ["takes asterisks for a key", "C07"],
  ["takes null for a value", "C08"],
  ["no action", "D01"],
  ["a column too many", "D02"],
  ["a reference", "D03"],
  ["a limit of zero", "D04"],
  ["another stream", "D05"],
  ["another catalog every time", "D06"],
  ["counts nothing as something", "W01"],
  ["reverses", "W02", "F12"],
  ["stumbles over null", "W03"],
  ["takes no truth for text", "W03"],
  ["takes digits for a number", "W03"],
  ["pastes text", "W04", "T03"],
  ["lowers columns", "W05"],
  ["reads up to a dot", "W05"],
  ["sends without", "W06"],
  ["keeps what it knows", "W07"],
  ["shares no call", "W08", "H5"],
  ["needs a key", "W09"],
  ["stumbles over what is no object", "W10"],
  ["opens all at once", "W12"],
  ["mixes records up", "W12"],
  ["remembers nothing", "W13"],
  ["lets the input win", "W14"],
  ["sends plain text", "R01", "R02"],
  ["drops what is optional", "R02"],
  ["says please", "R03"],
  ["reads amiss", "R04"],
  ["calls another path", "R05"],
  ["adds to the body", "R06"],
  ["lets anyone in", "R07"],
  ["has a key of its own", "R07"],
  ["one code for all", "F01"],
  ["takes no for an answer", "F02"],
  ["tries again what is unknown", "F03", "F04"],
  ["calls it unpaid", "F04", "F09", "F10"],
  ["gives up at once", "F05"],
  ["goes on", "F06"],
  ["keeps its pace", "F07"],
  ["waits for the body", "F08"],
  ["hides the cut", "F10"],
  ["takes any type", "F11"],
  ["one fails all", "F12"],
  ["never gives up", "F13"],
  ["keeps its session", "F14"],
  ["is in a hurry", "F15"],
  ["throws", "F16"],
  ["keys by record", "L03"],
  ["counts afterwards", "L04"],
  ["counts twice", "L05"],
  ["costs nothing", "L06"],
  ["counts what is sent alone", "L07"],
  ["loses the held", "L09"],
  ["two messages", "H1"],
  ["logs in words", "H2"],
  ["forgets what is no object", "H3"],
  ["batch hides failures", "H4"],
  ["leaves apostrophes", "H6"],
  ["adds to a finished request", "Q1"],
  ["answers without a list", "Q1"],
  ["reads without end", "Q2"],
  ["lists its failures", "Q3"],
  ["reports in JSON", "Q3"],
  ["reads by its template", "Q4"],
  ["knows no chats", "Q5"],
  ["streams nothing", "Q6"],
  ["streams a part", "Q6"],
  ["forgets what is written", "I01"],
  ["one description for all", "I02"],
  ["marks what it is given", "I03"],
  ["knows settings by their object", "I04"],
  ["one answer for all", "I05"],
  ["no lint", "T01"],
  ["takes any key", "T01"],
  ["trims text", "T03"],
  ["one marker for all", "T04"],
  ["pays for its preview", "T05"],
  ["logs texts", "O01"],
];

/** They never end; a check that never does is given less time by its descriptor. */
const endless = ["waits for the body"];

/** These are started in processes of their own. */
const inProcess: typeof defects = [
  ["writes no intent", "L01"],
  ["trusts its first call", "L01"],
  ["forgets answers", "L01"],
  ["trips over a torn line", "L02"],
  ["remembers nothing", "L10"],
];

describe("the conformance suite", () => {
  let folder: string;
  let shout: Awaited<ReturnType<typeof startShout>>;
  before(async () => {
    shout = await startShout();
    folder = await mkdtemp(join(tmpdir(), "toy-"));
    const good = new (toy())();
    const spec = good.spec() as { connector_spec: { connection_specification: object } };
    const save = (name: string, content: object) => writeFile(join(folder, name), JSON.stringify(content));
    await save("specification.json", spec.connector_spec.connection_specification);
    await save("last-release.json", { spec, catalog: good.discover() });
    for (const [defect, ...ids] of defects) judgedLater(defect, ids, "class");
    for (const adapter of ["class", "command"] as const)
      for (const [defect, ...ids] of [["", "L01", "L02", "L10"], ...inProcess])
        judgedLater(defect, ids, adapter);
  });
  after(async () => {
    shout.close();
    await rm(folder, { recursive: true });
  });

  const descriptorOf = (defect: string): Descriptor => ({
    ...toyDescriptor(defect, shout.url),
    specification: join(folder, "specification.json"),
    last_release: join(folder, "last-release.json"),
    ...(defect === "a slow start" && { limits: { spec: 0.1 } }),
    ...(defect === "checks without end" && { limits: { check: 2 } }),
  });
  const verdicts = (findings: readonly RuleResult[], wanted: RuleResult["verdict"]) =>
    findings.filter(({ verdict }) => verdict === wanted).map(({ id, because }) => `${id}: ${because}`);

  it("lets a class without defects pass", async () => {
    const { class: _, ...nowhere } = descriptorOf("");
    const findings = await runConformance({ descriptor: nowhere, connector: toy(), timeout: 600 });
    expect(verdicts(findings, "fail")).to.deep.equal([]);
    const lack = "the descriptor has no class that another process could load";
    expect(verdicts(findings, "skipped")).to.deep.equal(["L01", "L02", "L10"].map((id) => `${id}: ${lack}`));
  });

  // Most of a run is waiting, so they are started together; the titles come one by one.
  const line = pLimit(6);
  const judged = new Map<string, Promise<RuleResult[]>>();
  const judgedLater = (defect: string, only: string[], adapter: "class" | "command"): void => {
    const start = () =>
      runConformance({
        descriptor: descriptorOf(defect),
        connector: toy(defect),
        adapter,
        only,
        timeout: endless.includes(defect) ? 5 : 600,
      });
    judged.set([adapter, defect, ...only].join(), line(start));
  };
  const verdictsOf = async (adapter: string, defect: string, only: string[]): Promise<string[]> => {
    const findings = (await judged.get([adapter, defect, ...only].join())) ?? [];
    return findings.map(({ id, verdict }) => `${id} ${verdict}`);
  };

  for (const [defect, ...ids] of defects)
    it(`catches a class that has ${JSON.stringify(defect)}: ${ids.join(", ")}`, async () => {
      expect(await verdictsOf("class", defect, ids)).to.deep.equal(ids.map((id) => `${id} fail`));
    });

  for (const adapter of ["class", "command"]) {
    it(`lets a ${adapter} without defects pass in the rules that need a process`, async () => {
      const ids = ["L01", "L02", "L10"];
      expect(await verdictsOf(adapter, "", ids)).to.deep.equal(ids.map((id) => `${id} pass`));
    });

    for (const [defect, ...ids] of inProcess)
      it(`catches a ${adapter} that has ${JSON.stringify(defect)} in a process: ${ids.join(", ")}`, async () => {
        expect(await verdictsOf(adapter, defect, ids)).to.deep.equal(ids.map((id) => `${id} fail`));
      });
  }

  it("has a defect for each of its rules", () => {
    const caught = [...defects, ...inProcess].flatMap(([, ...ids]) => ids);
    expect(rules.map(({ id }) => id).filter((id) => !caught.includes(id))).to.deep.equal([]);
  });
});
