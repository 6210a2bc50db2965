import type { Encoder } from "./encoder.js";

/** One JSON object a line. */
export const ndjsonEncoder = (): Encoder => ({
  row: (data) => `${JSON.stringify(data)}\n`,
  end: () => "",
});

/** One JSON array, one row a line. */
export const jsonEncoder = (): Encoder => {
  let opening = "[\n";
  return {
    row(data) {
      const text = opening + JSON.stringify(data);
      opening = ",\n";
      return text;
    },
    end: () => (opening === ",\n" ? "\n]\n" : "[]\n"),
  };
};
