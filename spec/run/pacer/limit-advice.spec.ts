import { expect } from "chai";
import { createReservations } from "../../../src/run/pacer/reservation.js";
import { answerOf, requestOf } from "../../support/requests.js";

/** What is advised after so many answers of 100 input tokens. */
const adviceAfter = (
  answers: number,
  { told = true, maxTokens = 4096, outputs = (row: number): number => (row % 200 === 0 ? 3000 : 60) } = {},
) => {
  const reservations = createReservations({ burndown: 1, unlimited: 4096, told });
  for (let row = 0; row < answers; row++)
    reservations.settle(
      requestOf(`row ${row}`, { maxTokens }),
      answerOf("{}", { inputTokens: 100, outputTokens: outputs(row) }),
    );
  return reservations;
};

describe("advice on the output limit", () => {
  it("names a limit a fifth above what 99 of 100 answers took, and what it would let start", () => {
    const advice = adviceAfter(1000).advice();
    expect(advice?.max_tokens).to.equal(4096);
    expect(advice?.output_p99).to.be.within(60, 63);
    expect(advice?.enough).to.equal(Math.ceil((advice?.output_p99 ?? 0) * 1.2));
    const times = (100 + 4096) / (100 + (advice?.enough ?? 0));
    expect(advice?.times_the_calls).to.be.closeTo(times, 0.05);
  });

  it("leaves room for what more than one answer in a hundred takes", () => {
    const outputs = (row: number): number => (row % 80 === 0 ? 3000 : 60);
    expect(adviceAfter(1000, { outputs, maxTokens: 8192 }).advice()?.output_p99).to.be.within(3000, 3110);
  });

  it("waits for a hundred answers", () => {
    expect(adviceAfter(99).advice()).to.equal(null);
  });

  it("says nothing of a limit that fits", () => {
    expect(adviceAfter(1000, { maxTokens: 100 }).advice()).to.equal(null);
  });

  it("says nothing while no token quota is in the way, and speaks up once it is", () => {
    const reservations = adviceAfter(1000, { told: false });
    expect(reservations.advice()).to.equal(null);
    reservations.tooMuch();
    expect(reservations.advice()?.max_tokens).to.equal(4096);
  });

  it("counts answers of no token at all", () => {
    expect(adviceAfter(1000, { outputs: () => 0 }).advice()?.output_p99).to.equal(0);
  });
});
