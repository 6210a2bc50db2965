import { expect } from "chai";
import { progressLine } from "../../../src/cli/report/progress-line.js";
import { watchProgress } from "../../../src/cli/report/watch-progress.js";

const progress = {
  received: 1200,
  enriched: 980,
  skipped: 0,
  failed: 15,
  held: 3,
  notSent: 2,
  truncated: 0,
  inFlight: 200,
  waiting: 0,
  open: 20,
  calls: 1000,
  inputTokens: 100_000,
  outputTokens: 23_456,
};

describe("progress line", () => {
  it("shows the share done, rate, time left and counts", () => {
    // 1000 of the 1200 rows handed over are done, which are 60 % of the input: 50 % of it is done.
    expect(progressLine({ progress, fraction: 0.6, seconds: 10 }, 200)).to.equal(
      "[##########----------] 50%  1,000 rows  20 open  180 waiting  100 rows/s  10 s left  20 not enriched  123,456 tokens",
    );
  });

  it("has no bar and no time left for an input of unknown size", () => {
    expect(progressLine({ progress, fraction: undefined, seconds: 400 }, 200)).to.match(
      /^1,000 rows {2}20 open {2}180 waiting {2}2\.5 rows\/s {2}20 not enriched/,
    );
  });

  it("tells how many rows wait to be sent again", () => {
    const waiting = { ...progress, waiting: 150 };
    expect(progressLine({ progress: waiting, fraction: undefined, seconds: 10 }, 200)).to.contain(
      "  20 open  150 to be sent again  30 waiting  ",
    );
  });

  it("leaves out what does not fit instead of cutting a number", () => {
    const line = (width: number) => progressLine({ progress, fraction: 0.6, seconds: 10 }, width);
    expect(line(39)).to.equal("50%  1,000 rows  20 open  180 waiting");
    expect(line(79)).to.equal("[##########----------] 50%  1,000 rows  20 open  180 waiting  100 rows/s");
    for (let width = 1; width < 200; width++) expect(line(width)).to.have.lengthOf.at.most(width);
  });

  it("counts no rows that a stop left unsent as speed", () => {
    const stopped = { ...progress, received: 1200, inFlight: 0, open: 0, notSent: 1100 };
    expect(progressLine({ progress: stopped, fraction: 1, seconds: 10 }, 200)).to.contain("  10 rows/s  ");
  });

  it("has no bar where it is a line of a log", () => {
    const line = progressLine({ progress, fraction: 0.6, seconds: 10 }, Number.POSITIVE_INFINITY);
    expect(line).to.match(/^50% {2}1,000 rows {2}20 open {2}.* tokens$/);
  });

  it("is sane before the first row is done", () => {
    const start = {
      ...progress,
      received: 0,
      enriched: 0,
      failed: 0,
      held: 0,
      notSent: 0,
      inFlight: 0,
      open: 0,
    };
    expect(progressLine({ progress: start, fraction: 0, seconds: 0 }, 80)).to.match(
      /^0% {2}0 rows|^0 rows {2}0 open/,
    );
  });
});

describe("watched progress", () => {
  it("says once that rows wait, also where nothing is drawn and no row ends", () => {
    const counts = { ...progress };
    const said: string[] = [];
    let look = (): void => undefined;
    const terminal = {
      say: (line: string) => said.push(line),
      every: (_: number, given: () => void) => {
        look = given;
      },
      watch: () => said.push("drawn"),
      stop: () => undefined,
    };
    const options = { drawn: false, opening: "", fraction: () => undefined, seconds: () => 0 };
    watchProgress(terminal, options)(counts);
    look();
    expect(said).to.deep.equal([]);
    counts.waiting = 1;
    look();
    look();
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/rows wait and are sent again/);
  });
});
