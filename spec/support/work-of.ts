import { createHook } from "node:async_hooks";
import { Session } from "node:inspector/promises";

/** What some work took of the engine, whatever the machine's speed. */
export interface Work {
  /** Bytes that were allocated, those that were collected at once among them. */
  readonly bytes: number;
  readonly promises: number;
}

/** Does work twice, counting its bytes and then its promises. */
export const workOf = async (work: () => Promise<void>): Promise<Work> => ({
  bytes: await bytesOf(work),
  promises: await promisesOf(work),
});

const bytesOf = async (work: () => Promise<void>): Promise<number> => {
  const session = new Session();
  session.connect();
  await session.post("HeapProfiler.startSampling", {
    samplingInterval: 2048,
    ...{ includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true },
  });
  await work();
  const { profile } = await session.post("HeapProfiler.stopSampling");
  session.disconnect();
  const all = [profile.head];
  let bytes = 0;
  for (let node = all.pop(); node; node = all.pop()) {
    bytes += node.selfSize;
    all.push(...node.children);
  }
  return bytes;
};

const promisesOf = async (work: () => Promise<void>): Promise<number> => {
  let promises = 0;
  const hook = createHook({
    init(_, type) {
      if (type === "PROMISE") promises++;
    },
  });
  hook.enable();
  await work();
  hook.disable();
  return promises;
};
