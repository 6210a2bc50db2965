import type { Quota } from "./account-quota.js";

/** One part of a quota in words: how it is written, for messages, and what it comes to. */
interface Clause {
  readonly form: string;
  readonly pattern: RegExp;
  /** Of a part that is not written the text is "". */
  readonly read: (...parts: string[]) => Quota;
}

const plain = String.raw`(\d+(?:\.\d+)?)`;
const count = String.raw`(\d+(?:\.\d+)?k?)`;
const share = String.raw`(\d+(?:\.\d+)?)%`;
const time = String.raw`(\d+(?:\.\d+)?) ?(ms|min|m|s|)`;
const per = ` ?(?:/|per) ?(second|sec|s|minute|min|m)`;

const number = (text: string): number => Number.parseFloat(text) * (text.endsWith("k") ? 1000 : 1);
const part = (text: string): number => Number(text) / 100;
const seconds = (text: string, unit: string): number =>
  unit === "ms" ? Number(text) / 1000 : Number(text) * (unit.startsWith("m") ? 60 : 1);

const clause = (form: string, pattern: string, read: Clause["read"]): Clause => ({
  form,
  pattern: new RegExp(`${pattern}(?=[\\s,]|$)`, "y"),
  read,
});

const clauses: readonly Clause[] = [
  clause("30/s", `${count}(?: ?(?:requests?|req|calls?))?${per}`, (many, unit) => ({
    requests_per_second: number(many) / seconds("1", unit),
  })),
  clause("burst 30", `burst ${count}`, (many) => ({ burst: number(many) })),
  clause("windows of 5s", `windows?(?: of)? ${time}`, (long, unit) => ({
    window_seconds: seconds(long, unit),
  })),
  clause("200k tokens/min", `${count} ?tokens?${per}`, (many, unit) => ({
    tokens_per_minute: (60 * number(many)) / seconds("1", unit),
  })),
  clause("token burst 50k", `token burst ${count}`, (many) => ({ token_burst: number(many) })),
  clause("burndown 5", `burndown ${plain}`, (times) => ({ burndown: number(times) })),
  clause("overload above 100", `overload above ${count}`, (open) => ({ overload_above: number(open) })),
  clause("chance 5%", `chance ${share}`, (percent) => ({ chance: part(percent) })),
  clause("refused 10s..18s", String.raw`refused ${time}\.\.${time}`, (from, unit, to, toUnit) => ({
    refused: [{ from_seconds: seconds(from, unit || toUnit), to_seconds: seconds(to, toUnit) }],
  })),
  clause(
    "refused 50% 20s..50s",
    String.raw`refused ${share} ${time}\.\.${time}`,
    (percent, from, unit, to, toUnit) => ({
      refused: [
        {
          from_seconds: seconds(from, unit || toUnit),
          to_seconds: seconds(to, toUnit),
          share: part(percent),
        },
      ],
    }),
  ),
  clause(
    "neighbour 0/20/35 every 10s",
    String.raw`neighbou?r (\d+(?:\.\d+)?(?:/\d+(?:\.\d+)?)*)(?:/s)?(?: every ${time})?`,
    (paces, long, unit) => ({
      neighbour: {
        requests_per_second: paces.split("/").map(Number),
        ...(long !== "" && { every_seconds: seconds(long, unit) }),
      },
    }),
  ),
  clause("neighbour 50%", `neighbou?r ${share}`, (percent) => ({ neighbour: { share: part(percent) } })),
  clause("retry after 2s", `retry[- ]after ${time}`, (long, unit) => ({
    retry_after_seconds: seconds(long, unit),
  })),
  clause("seed 7", `seed ${plain}`, (seed) => ({ seed: number(seed) })),
];

/** Examples of all that can be said, each of which means what it says. */
export const quotaForms: readonly string[] = clauses.map(({ form }) => form);

/**
 * A quota written as parts with commas or blanks between them: `30/s burst 30, chance 5%`. Its numbers are not checked. Throws
 * a `TypeError` that quotes what is not understood and says what is.
 */
export const readQuotaWords = (text: string): Quota => {
  const words = text.toLowerCase().replace(/\s/g, " ");
  const quota: Record<string, unknown> = {};
  for (let at = afterGap(words, 0); at < words.length; ) {
    const found = clauses.find(({ pattern }) => {
      pattern.lastIndex = at;
      return pattern.test(words);
    });
    const rest = text.slice(at).split(",")[0]?.trim().slice(0, 60);
    if (!found) throw new TypeError(`In the quota "${rest}" is not understood; ${usage}.`);
    found.pattern.lastIndex = at;
    const [whole = "", ...parts] = found.pattern.exec(words) ?? [];
    for (const [key, value] of Object.entries(found.read(...parts.map((written) => written ?? "")))) {
      const before = quota[key];
      if (before !== undefined && !Array.isArray(before))
        throw new TypeError(`The quota says twice what "${whole}" says; leave one out.`);
      quota[key] = Array.isArray(before) ? [...before, ...(value as unknown[])] : value;
    }
    at = afterGap(words, at + whole.length);
  }
  if (Object.keys(quota).length === 0) throw new TypeError(`The quota is empty; ${usage}.`);
  return quota;
};

const afterGap = (words: string, from: number): number =>
  from + (/^[ ,]*/.exec(words.slice(from))?.[0].length ?? 0);

const usage = `write any of ${quotaForms.join(", ")}`;
