import type { ErrorCounts } from "../core/outcome.js";
import type { ColumnReport } from "./compare/columns.js";
import type { Fault } from "./compare/counts.js";
import type { Pair } from "./compare/pair.js";
import type { Size } from "./compare/sizes.js";
import type { JudgeReport, Opinion } from "./judge.js";
import type { Judgement } from "./verdict/judgement.js";

/** How new settings do on the rows of old ones. Holds values of rows. */
export interface Rehearsal {
  /** When, in ISO 8601. */
  readonly at: string;
  readonly before: SideReport;
  readonly after: SideReport;
  readonly rows: {
    readonly input: number;
    readonly drawn: number;
    readonly compared: number;
    /** Requests that differ among the compared rows. */
    readonly distinct: number;
    readonly blank: number;
    /** Rows of the input that have no old answer, where it could not be called for. */
    readonly unanswered: number;
    readonly unasked: ErrorCounts;
  };
  readonly seed: number;
  readonly judgement: Judgement;
  readonly faults: readonly Fault[];
  readonly columns: readonly ColumnReport[];
  readonly sizes: readonly Size[];
  /** Who was asked twice; `null` for nobody. */
  readonly noise_of: "before" | "after" | null;
  readonly judge: JudgeReport | null;
  /** What the rehearsal itself cost, in US dollars. */
  readonly spent_usd: number;
  readonly remarks: readonly string[];
  /** The compared rows, in the order of the input. */
  readonly pairs: readonly ReportedPair[];
}

export interface SideReport {
  readonly model: string;
  readonly api: string;
  readonly family: string | null;
  /** Rows by where their answers are from. */
  readonly from: Readonly<Partial<Record<Pair["before"]["from"], number>>>;
  readonly errors: ErrorCounts<string>;
  /** US dollars of 1,000 rows; `null` where the price or the tokens are not known. */
  readonly usd_of_1000_rows: number | null;
  /** Answers that read as refusals: a guess, by the first words, in English. */
  readonly refused_in_words: number;
}

export interface ReportedPair extends Omit<Pair, "group" | "again"> {
  /** Columns whose values are not the same. */
  readonly different: readonly string[];
  /** How like the values are that differ most, 0 to 1; `null` where nothing tells. */
  readonly likeness: number | null;
  /** Which answer the judge takes for the better one; `null` where it was not asked, or gave no opinion. */
  readonly opinion: Opinion | null;
}
