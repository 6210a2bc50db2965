import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { type Rehearsal, rehearsalPage, rehearse } from "../../src/index.js";
import { html } from "../../src/rehearse/page/html.js";
import { marked } from "../../src/rehearse/page/marks.js";
import { startEmulator } from "../../src/testing/emulator/index.js";
import { anyCharacter } from "../support/any-character.js";
import { localConfig, roomy } from "../support/sync-config.js";

describe("the page of a rehearsal", () => {
  let rehearsal: Rehearsal;
  let page: string;
  const secret = "wJalrXUtnFEMI";
  before(async () => {
    const wrong = [2, 5, 8].map((id) => ({
      ...({ kind: "stop", reason: "end_turn", text: '{"mood":"neutral"}' } as const),
      includes: `ticket ${id}.`,
    }));
    const [old, fresh] = await Promise.all([
      startEmulator(),
      startEmulator({
        faults: [...wrong, { kind: "stop", reason: "content_filtered", includes: "ticket 9." }],
      }),
    ]);
    const config = (endpoint: string, model_id: string) =>
      localConfig(endpoint, {
        ...roomy,
        model_id,
        request_format: {
          messages: [{ role: "user", content: [{ text: "ticket {{ id }}. {{ text }}" }] }],
          inferenceConfig: { maxTokens: 50 },
        },
        output_schema: {
          type: "object",
          properties: { mood: { enum: ["good", "bad", "neutral"] } },
          required: ["mood"],
          additionalProperties: false,
        },
      });
    const rows = Array.from({ length: 12 }, (_, id) => ({
      id,
      text: "It is bad & <b>late</b>.",
      unread: secret,
    }));
    try {
      rehearsal = (await rehearse({
        config: config(old.url, "us.amazon.nova-pro-v1:0"),
        against: config(fresh.url, "us.amazon.nova-lite-v1:0"),
        rows,
      })) as Rehearsal;
    } finally {
      await Promise.all([old.close(), fresh.close()]);
    }
    page = await rehearsalPage(rehearsal);
  });

  /** The tags that a page has, and what is left of it without them. */
  const taken = (text: string) => {
    const tags: string[] = [];
    const rest = text
      .replace(/(?<=<style>).*?(?=<\/style>)/s, "")
      .replace(
        /<(\/?[a-z][a-z0-9]*|!doctype)((?:\s+[a-z0-9-]+(?:="[^"<>]*")?)*)\s*\/?>/g,
        (_, name, attributes) => {
          tags.push(
            `${name} ${[...attributes.replace(/"[^"]*"/g, "").matchAll(/\s([a-z-]+)/g)].map(([, attribute]) => attribute).join(" ")}`,
          );
          return "";
        },
      );
    return { tags, rest };
  };

  it("shows the verdict, five numbers, charts and each row with both answers, with filters", () => {
    expect(page).to.contain(`<h1>${rehearsal.judgement.title}</h1>`);
    expect(
      page.match(
        /<dt>(?:Same answers|No answer|Cost of 1,000 rows|Tokens out, a row|Latency, median)<\/dt>/g,
      ),
    ).to.have.length(5);
    for (const title of [
      "What would be lost",
      "What answers take",
      "What became of the rows",
      "Where <q>mood</q> moved",
    ])
      expect(page).to.contain(`<h2>${title}</h2>`);
    expect(page.match(/<article /g)).to.have.length(12);
    for (const label of ["All 12", "Different 4", "Failed 1", "Cost: the 12 dearest"])
      expect(page).to.contain(`>${label}</label>`);
    expect(page.match(/<article class="row different[^"]*"[^>]*><details open>/g)).to.have.length(4);
    expect(page).to.match(/<del>bad<\/del>.*?<ins>neutral<\/ins>/s);
    expect(page).to.contain("no answer: content_filtered");
    expect(page).to.contain("It is bad &#38; &#60;b&#62;late&#60;/b&#62;.");
  });

  it("asks for nothing from anywhere, runs no script, and takes no style but its own", () => {
    const { tags, rest } = taken(page);
    expect(rest).not.to.match(/[<>]/);
    expect(tags.filter((tag) => /^(?:script|link|img|iframe|object|base|form) /.test(tag))).to.deep.equal([]);
    expect(tags.filter((tag) => / (?:on\w+|src|href|style)\b/.test(tag))).to.deep.equal([]);
    expect(page).not.to.match(/url\(|@import|https?:/);
    const [, css = ""] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const hash = createHash("sha256").update(css).digest("base64").replaceAll("=", "&#61;");
    expect(page.replaceAll("=", "&#61;")).to.contain(`style-src &#39;sha256-${hash}&#39;`);
    expect(page).to.contain("default-src &#39;none&#39;");
  });

  it("holds no secret, and of a row what the templates read", () => {
    const { access_key, secret_access_key } = localConfig("");
    for (const hidden of [access_key, secret_access_key, secret]) expect(page).not.to.contain(String(hidden));
  });

  it("is a page whatever stands in rows, answers, names and reasons", async () => {
    const plain = new Set(taken(page).tags);
    const text = fc.oneof(
      fc.string({ unit: anyCharacter, maxLength: 30 }),
      fc.constantFrom(
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "</style>",
        "</article>",
        "<!--",
        "&amp;",
        "'",
        "\u0000\uD800",
        "\u202Ex",
        "]]>",
      ),
    );
    await fc.assert(
      fc.asyncProperty(text, text, text, async (one, other, name) => {
        const [first, ...rest] = rehearsal.pairs;
        if (!first) return;
        const said = (value: string) => ({ ...first.before, columns: { [name]: value }, error: null });
        const broken: Rehearsal = {
          ...rehearsal,
          before: { ...rehearsal.before, model: one },
          remarks: [other],
          judgement: { ...rehearsal.judgement, title: one, sentences: [other] },
          columns: rehearsal.columns.map((column) => ({
            ...column,
            name,
            moves: [{ from: one, to: other, rows: 1 }],
            new_values: [other],
          })),
          pairs: [
            {
              ...first,
              row: { [name]: one },
              before: said(one),
              after: said(other),
              different: [name],
              opinion: { better: "after", reason: one },
            },
            {
              ...first,
              place: 99,
              before: said(one),
              after: { ...said(other), columns: null, error: other },
            },
            ...rest,
          ],
        };
        const { tags, rest: left } = taken(await rehearsalPage(broken));
        expect(left).not.to.match(/[<>]/);
        expect(
          tags.filter((tag) => !plain.has(tag) && !/^\/?(?:bdi|del|ins|i|span|li|p) /.test(tag)),
        ).to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });
});

describe("marks of what differs", () => {
  const both = (old: string, fresh: string) => marked(old, fresh).map(({ text }) => text);

  it("are at the words that only one text has, and nothing of either text is lost", () => {
    expect(both("the parcel came late", "the parcel came early")).to.deep.equal([
      "<bdi>the parcel came <del>late</del></bdi>",
      "<bdi>the parcel came <ins>early</ins></bdi>",
    ]);
    expect(both("good", "bad")).to.deep.equal(["<bdi><del>good</del></bdi>", "<bdi><ins>bad</ins></bdi>"]);
    expect(both("a b c", "x y z")).to.deep.equal([
      "<bdi><del>a b c</del></bdi>",
      "<bdi><ins>x y z</ins></bdi>",
    ]);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "b", " ", "c ", "\n", "<", "é")),
        fc.array(fc.constantFrom("a", "b", " ", "c ", "\n", "<", "é")),
        (one, other) => {
          for (const [index, text] of [one.join(""), other.join("")].entries()) {
            const bare = both(one.join(""), other.join(""))[index]?.replace(/<\/?(?:bdi|del|ins)>/g, "");
            expect(bare).to.equal(html`${text}`.text);
          }
        },
      ),
    );
  });

  it("are left out where very much differs, which would take long", () => {
    const words = (seed: number) =>
      Array.from({ length: 3000 }, (_, index) => `w${(index * seed) % 7919}`).join(" ");
    expect(both(words(31), words(37)).join()).not.to.match(/<(?:del|ins)>/);
  });
});
