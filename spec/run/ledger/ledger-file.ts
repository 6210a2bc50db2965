/** What the bytes of a ledger say, read without the ledger's own code. */
export interface LedgerFile {
  /** The latest state of each row, by the text that was put into its request. */
  readonly states: ReadonlyMap<string, string>;
  /** How many rows were sent and have no word on how it ended, or a bad one. */
  readonly open: number;
  /** How many lines there are in each state. */
  readonly lines: Readonly<Record<string, number>>;
}

/** A last line without its line break does not count. */
export const readLedgerFile = (bytes: Buffer): LedgerFile => {
  const whole = bytes.subarray(0, bytes.lastIndexOf("\n") + 1).toString("utf8");
  const texts = new Map<string, string>();
  const states = new Map<string, string>();
  const lines: Record<string, number> = {};
  for (const line of whole.split("\n").slice(3, -1)) {
    const { state, key, body } = JSON.parse(line);
    if (body) texts.set(key, textOf(body));
    states.set(texts.get(key) ?? "", state);
    lines[state] = (lines[state] ?? 0) + 1;
  }
  const open = [...states.values()].filter((state) => state === "intent" || state === "unknown").length;
  return { states, open, lines };
};

/** The row's text in a request of `localConfig`. */
const textOf = (body: string): string =>
  JSON.parse(body).messages[0].content[0].text.replace("Summarise:\n\n", "");
