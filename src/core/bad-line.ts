import { Scalar } from "./exact-number.js";

/** A line of a file that is no row. It goes the way of rows, to come out whole as a failed one. */
export class BadLine extends Scalar {
  /** The whole line, without its end. */
  readonly text: string;
  /** Such as "rows.csv, line 3". */
  readonly place: string;
  /** Such as "it has 3 cells, and the header has 2". It quotes nothing of the line. */
  readonly fault: string;

  constructor(text: string, place: string, fault: string) {
    super();
    this.text = text;
    this.place = place;
    this.fault = fault;
  }
}
