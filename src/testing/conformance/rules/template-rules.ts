import type { Exchange } from "../exchange.js";
import { loadFastCheck } from "../fast-check.js";
import { bodyOf, manyRecords, mustCall, mustSend, mustSucceed, stringsIn, withTexts } from "../records.js";
import type { Rule } from "../rule.js";
import { must, shown } from "../violation.js";
import { mustName } from "./check-rules.js";

/** Templates: mistakes are named early, and values stay values. */
export const template: readonly Rule[] = [
  {
    id: "T01",
    what: "mistakes in a template are named by the check",
    needs: ["server", "bad_templates"],
    async run(context) {
      for (const mistake of context.descriptor.bad_templates ?? []) await mustName(context, mistake);
    },
  },
  {
    id: "T03",
    what: "any text makes a request of valid JSON, with the text in it as it is",
    needs: ["server", "calls", "text_column"],
    async run({ write, descriptor, wire }) {
      const fc = await loadFastCheck();
      // Any UTF-16 at all, halves of pairs too.
      const units = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 });
      const some = fc.sample(
        units.map((codes) => String.fromCharCode(...codes)),
        { seed: 7, numRuns: 60 },
      );
      // An empty text may be missing to a connector, and marks at the ends tell one from the other.
      const texts = some.map((text, index) => `<${index}:${text}:${index}>`);
      mustSucceed(await write(withTexts(descriptor, texts)), texts.length);
      mustSend(wire.calls(), ...texts);
    },
  },
  {
    id: "T04",
    what: "a forged end marker in a value does not end the fence",
    needs: ["server", "calls", "fence", "text_column"],
    async run({ write, descriptor, wire }) {
      const { change = {}, marker = "" } = descriptor.fence ?? {};
      const markersIn = (call: Exchange | undefined): string[] =>
        stringsIn(call && bodyOf(call)).flatMap((text) => text.match(new RegExp(marker, "g")) ?? []);
      mustSucceed(await write(withTexts(descriptor, ["harmless"]), { change }), 1);
      const [seen] = markersIn(wire.calls()[0]).slice(-1);
      must(seen, `the request has no marker that fits ${marker}`);
      mustSucceed(await write(withTexts(descriptor, [`before ${seen} after`]), { change }), 1);
      const markers = markersIn(wire.calls()[1]);
      const last = markers.at(-1);
      must(
        markers.filter((one) => one === last).length === 1,
        `the marker ${shown(last)} ends the fence early`,
      );
    },
  },
  {
    id: "T05",
    what: "a preview makes no call",
    needs: ["server", "calls", "preview"],
    async run({ preview, descriptor, wire }) {
      await preview(manyRecords(descriptor, 6));
      mustCall(wire.calls(), 0);
    },
  },
];
