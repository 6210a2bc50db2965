/** A name as SQL text: `schema.name` has its parts quoted. */
export const quoteName = (name: string): string => name.split(".").map(quotePart).join(".");

export const quotePart = (name: string): string => `"${name.replaceAll('"', '""')}"`;
