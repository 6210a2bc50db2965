import { mock } from "node:test";
import { expect } from "chai";
import { tellReaderGone } from "../../../src/cli/reader-gone.js";
import { createTerminal, onInterrupt, speaksJson } from "../../../src/cli/report/terminal.js";

describe("terminal", () => {
  const screen = (isTTY: boolean, columns: number) => {
    const written: string[] = [];
    return { isTTY, columns, written, write: (text: string) => written.push(text) };
  };

  it("draws one line below the words that stay, and takes it away", () => {
    const stream = screen(true, 60);
    const terminal = createTerminal(stream);
    terminal.watch((width) => `width ${width}`, "begins");
    terminal.say("words");
    terminal.stop();
    expect(stream.written).to.deep.equal(["\r\u001B[?7lwidth 59\u001B[K\u001B[?7h", "\r\u001B[K", "words\n"]);
  });

  it("takes a terminal of width 0 for one of 80", () => {
    const stream = screen(true, 0);
    const terminal = createTerminal(stream);
    terminal.watch((width) => `width ${width}`, "begins");
    terminal.stop();
    expect(stream.written[0]).to.contain("width 79");
  });

  it("says where no terminal is what begins, and every half minute how far it is", () => {
    const clock = mock.timers;
    clock.enable({ apis: ["setInterval"] });
    try {
      const stream = screen(false, 0);
      const terminal = createTerminal(stream);
      let rows = 0;
      terminal.watch((width) => `${width}: ${rows} rows`, "begins");
      clock.tick(29_999);
      expect(stream.written).to.deep.equal(["begins\n"]);
      rows = 7;
      clock.tick(1);
      terminal.say("words");
      rows = 9;
      clock.tick(30_000);
      terminal.stop();
      clock.tick(90_000);
      expect(stream.written.slice(1)).to.deep.equal(["Infinity: 7 rows\n", "words\n", "Infinity: 9 rows\n"]);
    } finally {
      clock.reset();
    }
  });

  it("stops every run once, and lets it end, where the reader of its words goes away or a terminal is closed", () => {
    let stops = 0;
    const before = process.listenerCount("SIGHUP");
    const remove = onInterrupt(() => {
      stops++;
    });
    expect([tellReaderGone(), tellReaderGone(), stops]).to.deep.equal([true, true, 1]);
    expect(process.listenerCount("SIGHUP")).to.equal(before + 1);
    remove();
    expect([tellReaderGone(), stops, process.listenerCount("SIGHUP")]).to.deep.equal([false, 1, before]);
  });

  it("leaves messages to those who ask or pipe", () => {
    const given = (...flags: string[]) => ({ flags: new Set(flags) });
    expect(speaksJson(given(), { isTTY: true })).to.equal(false);
    expect(speaksJson(given("json"), { isTTY: true })).to.equal(true);
    expect(speaksJson(given(), {})).to.equal(true);
  });
});
