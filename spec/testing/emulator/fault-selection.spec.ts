import { expect } from "chai";
import { type Fault, startEmulator } from "../../../src/testing/emulator/index.js";
import { useBedrock } from "../../support/bedrock.js";
import { rawCall } from "./raw-call.js";

/** A fault that shows as this status. */
const error = (status: number) => ({ kind: "error", status, type: "Made", message: "up" }) as const;

describe("emulator: which fault is applied", () => {
  const emulator = useBedrock();

  /** The statuses of so many calls, one after the other; 0 where the connection was reset. */
  const statuses = async (calls: number, faults?: readonly Fault[], sent?: string): Promise<number[]> => {
    if (faults) emulator.setFaults(faults);
    const seen: number[] = [];
    for (let call = 0; call < calls; call += 1) seen.push((await rawCall(emulator, sent)).status);
    return seen;
  };

  it("at: counts InvokeModel requests from 1, since the faults were set", async () => {
    const faults = [{ ...error(500), at: [1, 3] }];
    expect(await statuses(3, faults)).to.deep.equal([500, 200, 500]);
    await rawCall(emulator, "", { path: "/other" });
    expect(await statuses(3, faults)).to.deep.equal([500, 200, 500]);
    emulator.setFaults(faults);
    await rawCall(emulator, "", { path: "/other" });
    expect(await statuses(1)).to.deep.equal([500]);
  });

  it("includes: looks into the body as sent", async () => {
    const faults = [{ ...error(500), includes: "Zoë" }];
    expect(await statuses(1, faults, '{"message":"hello Zoë"}')).to.deep.equal([500]);
    expect(await statuses(1, faults, '{"message":"hello Zoe"}')).to.deep.equal([200]);
  });

  it("rate: draws the same requests each time, and about as many as asked for", async () => {
    const faults = [{ ...error(500), rate: 0.3 }];
    const first = await statuses(100, faults);
    expect(first.filter((status) => status === 500)).to.have.length.within(15, 45);
    expect(await statuses(100, faults)).to.deep.equal(first);
    expect(await statuses(5, [{ ...error(500), rate: 0 }])).to.not.include(500);
    expect(await statuses(5, [{ ...error(500), rate: 1 }])).to.not.include(200);
  });

  it("rate: draws for each fault apart", async () => {
    const drawn = await statuses(40, [
      { ...error(500), rate: 0.5 },
      { ...error(503), rate: 0.5 },
    ]);
    expect(drawn).to.include.members([200, 500, 503]);
  });

  it("times: ends the fault, also for requests that come together", async () => {
    expect(await statuses(4, [{ ...error(500), times: 2 }])).to.deep.equal([500, 500, 200, 200]);
    emulator.setFaults([{ kind: "reset_after", times: 2 }]);
    const seen = await Promise.all(Array.from({ length: 5 }, () => rawCall(emulator)));
    expect(seen.filter(({ status }) => status === 0)).to.have.length(2);
  });

  it("applies the first that matches, and all conditions must hold", async () => {
    const faults: Fault[] = [
      { ...error(500), at: [1, 2], includes: "no such words" },
      { ...error(502), at: [2, 3], times: 1 },
      { kind: "reset_before", at: [3] },
      { ...error(503), at: [1, 2, 3, 4] },
    ];
    expect(await statuses(5, faults)).to.deep.equal([503, 502, 0, 503, 200]);
  });

  it("keeps the order for a reset, too", async () => {
    const reset = { kind: "reset_before" } as const;
    expect(await statuses(2, [{ ...error(500), times: 1 }, reset])).to.deep.equal([500, 0]);
    expect(await statuses(2, [{ ...reset, times: 1 }, error(500)])).to.deep.equal([0, 500]);
  });

  it("takes a copy of the faults", async () => {
    const places = [2];
    emulator.setFaults([{ ...error(500), at: places }]);
    places[0] = 1;
    expect(await statuses(2)).to.deep.equal([200, 500]);
  });

  it("without faults all goes well again", async () => {
    expect(await statuses(1, [error(500)])).to.deep.equal([500]);
    expect(await statuses(2, [])).to.deep.equal([200, 200]);
  });

  describe("POST /__faults", () => {
    const set = (faults: string): Promise<Response> =>
      fetch(`${emulator.url}/__faults`, { method: "POST", body: faults });

    it("sets them for another process, and is no request to Bedrock", async () => {
      const { requests } = emulator.stats();
      const response = await set(JSON.stringify([{ ...error(503), times: 1 }]));
      expect(response.status).to.equal(204);
      expect(await response.text()).to.equal("");
      expect(emulator.stats().requests).to.equal(requests);
      expect(await statuses(2)).to.deep.equal([503, 200]);
    });

    for (const [malformed, message] of [
      ["{", "The faults must be a list, written as JSON."],
      ["{}", "The faults must be a list; this is an object."],
      ['["x"]', "faults[0] must be an object with a kind; it is a string that does not fit."],
      [
        '[{"kind":"guardrail"},{"kind":"crash"}]',
        "faults[1].kind must be one of error, reset_before, reset_after, stall_headers, stall_body, torn_body, drip, body, stop, guardrail, stream_end, stream_error; it is crash.",
      ],
      [
        '[{"kind":"guardrail","time":1}]',
        "faults[0].time is not a field of guardrail; take one of kind, operation, service_tier, at, includes, rate, times.",
      ],
      [
        '[{"kind":"reset_before","includes":"x"}]',
        "faults[0].includes is not a field of reset_before; take one of kind, operation, at, rate, times.",
      ],
      ['[{"kind":"drip","rate":1.5}]', "faults[0].rate must be a number from 0 to 1; it is 1.5."],
      [
        '[{"kind":"drip","at":[0]}]',
        "faults[0].at must be a list of whole numbers from 1; it is a list that does not fit.",
      ],
      ['[{"kind":"drip","times":0}]', "faults[0].times must be a whole number of 1 or more; it is 0."],
      ['[{"kind":"body"}]', "faults[0].body must be a string; it is missing."],
      [
        '[{"kind":"error","status":42,"type":"X","message":""}]',
        "faults[0].status must be a whole number from 200 to 599; it is 42.",
      ],
      [
        '[{"kind":"error","status":400,"type":"a b","message":""}]',
        "faults[0].type must be a name of letters, digits and ._- only; it is a string that does not fit.",
      ],
    ] as const)
      it(`refuses ${malformed}`, async () => {
        emulator.setFaults([error(503)]);
        const response = await set(malformed);
        expect(response.status).to.equal(400);
        expect(await response.json()).to.deep.equal({ message });
        expect(await statuses(1), "the faults before stay").to.deep.equal([503]);
        emulator.setFaults([]);
      });

    it("says the same where they are set in the process", async () => {
      const malformed = [{ kind: "drip", rate: 2 }] as const;
      const message = "faults[0].rate must be a number from 0 to 1; it is 2.";
      expect(() => emulator.setFaults(malformed)).to.throw(TypeError, message);
      const refused = await startEmulator({ faults: malformed }).catch((reason: Error) => reason);
      expect(refused).to.include({ message });
    });
  });
});
