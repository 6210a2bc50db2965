import { expect } from "chai";
import { createTerminal } from "../../../src/cli/report/terminal.js";

describe("terminal", () => {
  const screen = (isTTY: boolean, columns: number) => {
    const written: string[] = [];
    return { isTTY, columns, written, write: (text: string) => written.push(text) };
  };

  it("draws one line below the words that stay, and takes it away", () => {
    const stream = screen(true, 60);
    const terminal = createTerminal(stream);
    terminal.watch((width) => `width ${width}`);
    terminal.say("words");
    terminal.stop();
    expect(stream.written).to.deep.equal(["\rwidth 59\u001B[K", "\r\u001B[K", "words\n"]);
  });

  it("takes a terminal of width 0 for one of 80", () => {
    const stream = screen(true, 0);
    const terminal = createTerminal(stream);
    terminal.watch((width) => `width ${width}`);
    terminal.stop();
    expect(stream.written[0]).to.contain("width 79");
  });

  it("says words only where nobody watches", () => {
    const stream = screen(false, 0);
    const terminal = createTerminal(stream);
    terminal.watch(() => "line");
    terminal.say("words");
    terminal.stop();
    expect(stream.written).to.deep.equal(["words\n"]);
  });
});
