import { expect } from "chai";
import { createReservations } from "../../../src/run/pacer/reservation.js";
import { answerOf, requestOf } from "../../support/requests.js";

/** The bodies of rows are all this long; what differs is how many tokens they are. */
const body = "x".repeat(1000);
const maxTokens = 50;

/** What is set aside for the input of each row, before its answer tells how many tokens it was. */
const setAside = (rows: readonly number[]): number[] => {
  const reservations = createReservations({ burndown: 1, unlimited: 4096, told: true });
  const request = requestOf(body, { maxTokens });
  return rows.map((inputTokens) => {
    const reserved = reservations.reserve(request) - maxTokens;
    reservations.settle(request, answerOf("{}", { inputTokens }));
    return reserved;
  });
};

describe("what a call sets aside for its input", () => {
  it("is enough for rows that are up to a twentieth denser than those before them", () => {
    const rows = Array.from({ length: 100 }, (_, row) => Math.round(200 * 1.05 ** (row % 2)));
    setAside(rows).forEach((reserved, row) => {
      expect(reserved, `row ${row}`).to.be.at.least(rows[row] as number);
    });
  });

  it("is guessed until the first answer has told, and then right at once", () => {
    const [guessed, known] = setAside([200, 200]);
    expect(guessed).to.equal(500);
    expect(known).to.be.within(210, 211);
  });

  it("is near enough for a dense row among ten, and comes down when no more follow", () => {
    const mixed = Array.from({ length: 100 }, (_, row) => (row % 10 === 0 ? 400 : 200));
    const plain = Array.from({ length: 400 }, () => 200);
    const reserved = setAside([...mixed, ...plain]);
    for (let dense = 10; dense < mixed.length; dense += 10) expect(reserved[dense]).to.be.at.least(0.9 * 400);
    expect(reserved.at(-1)).to.be.within(200, 220);
  });
});
