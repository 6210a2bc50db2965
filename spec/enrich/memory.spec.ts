import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";
import { AwsBedrockModel } from "../../src/index.js";
import { useBedrock } from "../support/bedrock.js";
import { localConfig, syncConfig } from "../support/sync-config.js";

/** Far more than a run may hold at once. */
const count = 8_000;

describe("a very large run", () => {
  const emulator = useBedrock();

  it("holds the rows that are open and a thousand that wait, however many it has had", async () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage: () => void = runInNewContext("gc");
    // Rows are copied on their way; what a column holds is in all the copies.
    const carried: WeakRef<object>[] = [];
    // Equal texts share the call that is open, so that few are made.
    const source = (function* () {
      for (let id = 0; id < count; id++) {
        const column = { id };
        carried.push(new WeakRef(column));
        yield { id, text: "The parcel came late.", column };
      }
    })();
    let yielded = 0;
    let furthest = 0;
    let most = 0;
    for await (const message of new AwsBedrockModel().enrich(syncConfig(localConfig(emulator.url)), source)) {
      if (message.type === "tracking") expect(message.tracking).to.include({ success: count, failed: 0 });
      furthest = Math.max(furthest, carried.length - yielded);
      yielded += 1;
      if (yielded % 2_000 !== 0) continue;
      // References that were made or read in a turn hold for that turn.
      await new Promise((resolve) => setTimeout(resolve));
      collectGarbage();
      most = Math.max(most, carried.filter((one) => one.deref() !== undefined).length);
    }
    expect(carried).to.have.lengthOf(count);
    expect(furthest).to.be.below(2_000);
    expect(most).to.be.within(1, 2_000);
  });
});
