import type { Model } from "../../index.js";

/** Models as aligned text, grouped by provider, those without a family after them; ends in a newline. Pure. */
export const modelTable = (models: readonly Model[]): string => {
  const proven = models.filter(({ family }) => family !== null);
  const unproven = models.filter(({ family }) => family === null);
  return [
    ...table(["NAME", "MODEL ID", "FAMILY", "ANSWERS", "PROFILES", "LIFECYCLE"], proven, cellsOf),
    ...(unproven.length > 0
      ? ["", ...unprovenTitle, "", ...table(["NAME", "MODEL ID", "WHY"], unproven, reasonsOf)]
      : []),
    "",
  ].join("\n");
};

const unprovenTitle = [
  "Not proven: the connector does not know their body, so the request goes out as you write it, and response_format",
  "has to name the columns.",
];

const table = (
  titles: readonly string[],
  models: readonly Model[],
  cells: (model: Model) => string[],
): string[] => {
  const rows = models.map((model) => ({ provider: model.provider, cells: cells(model) }));
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row.cells[column]?.length ?? 0)),
  );
  const line = (texts: readonly string[]): string =>
    `  ${texts
      .map((text, column) => text.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}`;
  const providers = [...new Set(rows.map(({ provider }) => provider))];
  return [
    line(titles),
    ...providers.flatMap((name) => [
      "",
      name,
      ...rows.filter(({ provider }) => provider === name).map((row) => line(row.cells)),
    ]),
  ];
};

const cellsOf = (model: Model): string[] => {
  // An inference profile id is a geography in front of the model id; the geography is enough to read.
  const profiles = model.inferenceProfiles.map((id) =>
    id.endsWith(`.${model.modelId}`) ? id.slice(0, -model.modelId.length - 1) : id,
  );
  const shown = profiles.join(" ") || "-";
  return [
    model.name,
    model.modelId,
    model.family ?? "-",
    model.answers,
    model.profileRequired ? `${shown} *` : shown,
    model.endOfLife === null ? model.lifecycle : `${model.lifecycle}, ${model.endOfLife}`,
  ];
};

const reasonsOf = ({ name, modelId, unproven }: Model): string[] => [name, modelId, unproven ?? ""];
