/** A share as a person reads it: `4 %`, `0.4 %`. */
export const percent = (share: number): string => {
  const value = Math.abs(share * 100);
  const digits = value > 0 && value < 9.95 && Math.abs(value - Math.round(value)) > 0.04 ? 1 : 0;
  return `${(share * 100).toFixed(digits).replace(/^-(0(?:\.0)?)$/, "$1")} %`;
};

/** A whole number with thousands apart. */
export const count = (value: number): string => value.toLocaleString("en-US");

/** `1 row`, `2 rows`. */
export const rows = (value: number): string => `${count(value)} ${value === 1 ? "row" : "rows"}`;
