import type { Model } from "../index.js";

/** Models as aligned text, grouped by provider, ending in a newline. Pure. */
export const modelTable = (models: readonly Model[]): string => {
  const rows = models.map((model) => [model.provider, cellsOf(model)] as const);
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map(([, cells]) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  const providers = [...new Set(rows.map(([provider]) => provider))];
  const groups = providers.flatMap((provider) => [
    "",
    provider,
    ...rows.filter(([name]) => name === provider).map(([, cells]) => `  ${line(cells)}`),
  ]);
  return `${[`  ${line(titles)}`, ...groups].join("\n")}\n`;
};

const titles = ["NAME", "MODEL ID", "FAMILY", "PROFILES", "LIFECYCLE"];

function cellsOf(model: Model): string[] {
  // An inference profile id is a geography in front of the model id; the geography is enough to read.
  const profiles = model.inferenceProfiles.map((id) =>
    id.endsWith(`.${model.modelId}`) ? id.slice(0, -model.modelId.length - 1) : id,
  );
  const shown = profiles.join(" ") || "-";
  return [
    model.name,
    model.modelId,
    model.family,
    model.profileRequired ? `${shown} *` : shown,
    model.lifecycle,
  ];
}
