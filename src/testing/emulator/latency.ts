import { setTimeout as delay } from "node:timers/promises";

/** Milliseconds; of two, any time between them, each as likely. */
export type Latency = number | readonly [least: number, most: number];

/** Unreferenced, so that a waiting answer does not keep a closed emulator's process alive. */
export const wait = async (latency: Latency): Promise<void> => {
  const [least, most] = typeof latency === "number" ? [latency, latency] : latency;
  const ms = least + Math.random() * (most - least);
  if (ms > 0) await delay(ms, undefined, { ref: false });
};
