import { callShout } from "./toy-call.js";
import type { Settings } from "./toy-run.js";

/** What the records would cost: what is said is at most twice as long as what is sent. */
export const previewShout = async (
  settings: Settings,
  records: object[],
  defect: string,
): Promise<object> => {
  const bodies = records.map((record) => JSON.stringify(settings.compiled({ ...record })));
  if (defect === "pays for its preview") await callShout(settings, {}, bodies[0] ?? "", defect);
  const low = bodies.reduce((all, body) => all + body.length, 0) / 1000;
  return { estimate: { low, high: defect === "counts what is sent alone" ? low : low * 3 } };
};
