import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pMap from "p-map";
import type { Descriptor } from "../../generated/conformance.js";
import { type Ability, type Adapter, abilities } from "./adapter.js";
import { createContext, valueBehind } from "./context.js";
import { loadFastCheck } from "./fast-check.js";
import { patientAdapter } from "./patient-adapter.js";
import type { Rule } from "./rule.js";
import { rules as allRows } from "./rules/index.js";
import { openAnother, type SharedAdapter, shareAdapter } from "./shared-adapter.js";
import { NotApplicable, within } from "./violation.js";
import { openWire } from "./watched-wire.js";

export interface ConformOptions {
  readonly descriptor: Descriptor;
  readonly adapter: Adapter;
  /** The stand-in server's URL. Without one, only the rules that need none are run. */
  readonly server: string | null;
  /** Beginnings of rule ids, such as `S` or `W02`. Default: all. */
  readonly only?: readonly string[];
  /** Seconds that a rule may take, and a start. Default 60. */
  readonly timeout?: number;
}

/** What the suite found of one rule. */
export interface RuleResult {
  readonly id: string;
  readonly what: string;
  readonly verdict: "pass" | "fail" | "skipped";
  /** Why it failed or was skipped. */
  readonly because?: string;
  /** Milliseconds. */
  readonly ms: number;
}

/**
 * Judges every rule that applies, several at once, each on a line and in a folder of its own. In the order of the
 * rules. A process that ends is started anew, and only rules that end it by themselves fail for it. Rejects where
 * fast-check is not installed: a rule that lacks it is not the connector's failure.
 */
export const conform = async (options: ConformOptions): Promise<RuleResult[]> => {
  const { adapter, only, timeout } = options;
  await loadFastCheck();
  const chosen = allRows.filter(({ id }) => !only || only.some((beginning) => id.startsWith(beginning)));
  const shared = shareAdapter(adapter, timeout ?? defaultTimeout);
  try {
    return await pMap(chosen, (rule) => judgeFairly(rule, shared, options), { concurrency: 8 });
  } finally {
    await shared.close();
  }
};

const defaultTimeout = 60;

const judgeFairly = async (
  rule: Rule,
  shared: SharedAdapter,
  options: ConformOptions,
): Promise<RuleResult> => {
  const { id, what } = rule;
  const lack = lackOf(rule, options);
  if (lack !== undefined) return { id, what, verdict: "skipped", because: lack, ms: 0 };
  const adapter = await shared.current();
  const result = await judgeRule(rule, { ...options, adapter });
  // Rules share a process: whose call has ended it shows only where a rule has one to itself.
  return adapter.ended() === null ? result : judgeAlone(rule, options);
};

const judgeAlone = async (rule: Rule, options: ConformOptions): Promise<RuleResult> => {
  const adapter = await openAnother(options.adapter, options.timeout ?? defaultTimeout);
  try {
    const result = await judgeRule(rule, { ...options, adapter });
    const ended = adapter.ended();
    return ended === null || result.verdict === "fail"
      ? result
      : { ...result, verdict: "fail", because: ended };
  } finally {
    await adapter.close();
  }
};

const judgeRule = async (rule: Rule, options: ConformOptions): Promise<RuleResult> => {
  const { id, what } = rule;
  const started = performance.now();
  const ms = (): number => Math.round(performance.now() - started);
  try {
    await runRule(rule, options);
    return { id, what, verdict: "pass", ms: ms() };
  } catch (thrown) {
    const because = thrown instanceof Error ? thrown.message : String(thrown);
    return { id, what, verdict: thrown instanceof NotApplicable ? "skipped" : "fail", because, ms: ms() };
  }
};

const runRule = async (
  rule: Rule,
  { descriptor, adapter, server, timeout = defaultTimeout }: ConformOptions,
): Promise<void> => {
  // Without a service the line leads nowhere, and no rule that calls is run.
  const wire = await openWire(server ?? "http://127.0.0.1:9", descriptor);
  const folder = await mkdtemp(join(tmpdir(), "conform-"));
  const slack = Math.max(1, timeout / defaultTimeout);
  try {
    const patient = patientAdapter(adapter, descriptor);
    const context = createContext({ adapter: patient, descriptor, wire, folder, slack });
    await within(timeout, () => rule.run(context));
  } finally {
    await wire.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const lackOf = ({ id, needs = [] }: Rule, options: ConformOptions): string | undefined => {
  const { descriptor, adapter, server } = options;
  const why = descriptor.not_applicable?.[id];
  if (why !== undefined) return why;
  for (const need of needs) {
    if (abilities.includes(need)) {
      const lack = adapter.lacks[need as Ability];
      if (lack !== undefined) return lack;
    } else if (need === "server" ? server === null : valueBehind(descriptor, need) === undefined) {
      return `the descriptor has no ${need}`;
    }
  }
  return undefined;
};
