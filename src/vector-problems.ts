import type { Connection } from "./connection/connection.js";
import type { Problem } from "./connection/rules.js";
import { resolveFamily } from "./families/resolve.js";

/** The settings that a model which answers with vectors has no use for. */
export const vectorProblems = ({ api, outputSchema, familyHints }: Connection): Problem[] => {
  if (!resolveFamily(...familyHints)?.vector) return [];
  return [
    ...(api === "converse"
      ? [
          {
            field: "api",
            sentence: "must be invoke_model: this model answers with vectors, which Converse has not",
          },
        ]
      : []),
    ...(outputSchema !== null
      ? [
          {
            field: "output_schema",
            sentence: "must be left out: this model answers with vectors, not with text",
          },
        ]
      : []),
  ];
};
