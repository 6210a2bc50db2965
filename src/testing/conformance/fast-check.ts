import { loadOptional } from "../../core/optional-package.js";

/** The generator of the values that rules make up. @throws Error with a sentence where it is not installed. */
export const loadFastCheck = () =>
  loadOptional("fast-check", "the conformance suite", () => import("fast-check"));
