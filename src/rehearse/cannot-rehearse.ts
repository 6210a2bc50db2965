/** What leaves nothing to compare, in a sentence that says what to do. It quotes no secret and no row. */
export class CannotRehearse extends Error {
  override readonly name = "CannotRehearse";
}
