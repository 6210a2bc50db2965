import { invalidConfig } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import { isObject, type JsonObject } from "../core/json.js";
import { resolveFamily } from "../models/find-family.js";
import { listModels } from "../models/list-models.js";
import { compileTemplate } from "../template/template.js";
import { chooseId } from "./choose-id.js";
import { type Column, moveColumns, stopValues } from "./columns.js";
import { assumedAnswer, type CostOfThousand, type CountedTokens, costOfThousand } from "./cost.js";

export type { CostOfThousand, CountedTokens };

import { judgeGenerations, judgeModels, judgeResult, mayThink } from "./judge.js";
import { createNotes, type Note, type Notes } from "./neutral.js";
import { openSource, responseSample, type Source } from "./open-source.js";
import { readBody } from "./read-body.js";
import { writeSettings } from "./settings.js";
import { type Side, sideOf } from "./target.js";
import { writeBody } from "./write-body.js";

/** Where to, and what is known of the rows. */
export interface MigrationChoice {
  /** The model to move to: a base id, an inference profile or an ARN. Default: the same one. */
  readonly to?: string;
  /** The API to call it through. Default: the one that the settings have, as far as the model has it. */
  readonly api?: "invoke_model" | "converse";
  /** A row, which both templates are shown and, where nothing was counted, priced with. */
  readonly row?: unknown;
  /** What rows took with the old model, or why that is not known. */
  readonly counted?: CountedTokens | string;
}

/** One end of a migration, for people. */
interface End {
  readonly model: string;
  readonly api: string;
  /** The family whose bodies are written. */
  readonly family: string;
  /** Rendered for the sample row; the sample request itself without one. */
  readonly body: JsonObject;
  readonly cost_of_1000_rows: CostOfThousand;
}

/** A configuration for another model that asks the same of it, and what became of every part. */
export interface Migration {
  readonly from: End;
  readonly to: End;
  /** The new settings; `null` where something is refused. References such as `${NAME}` stay as they are. */
  readonly config: Record<string, unknown> | null;
  readonly columns: readonly Column[];
  /** The old words for the end of an answer, each with the new one; `null` where there is none. */
  readonly stop_values: Readonly<Record<string, string | null>>;
  /** What was done, and what is to be known. */
  readonly notes: readonly Note[];
  /** What may not be guessed. */
  readonly refused: readonly Note[];
  /** Where something is refused: ids that would take all of it through the same API, the first three. */
  readonly could: readonly string[];
}

/**
 * Rewrites settings for another model or API. Calls nothing and writes nothing. Failures: `invalid_config`, where the old
 * settings cannot be read or the new model is not known.
 */
export const migrateConfig = (config: unknown, options: MigrationChoice = {}): Migration | ConnectorError => {
  const source = openSource(config);
  if (source instanceof ConnectorError) return source;
  const to = targetOf(options, source);
  if (to instanceof ConnectorError) return to;
  const migration = move(source, to, options);
  return migration.refused.length === 0 ? migration : { ...migration, could: othersThatTake(source, to) };
};

const move = (
  { settings, connection, sample, from }: Source,
  to: Side,
  { row, counted = "no ledger was looked at" }: MigrationChoice,
): Migration => {
  const notes = createNotes();
  const mayMove = from.form.name !== to.form.name || to.traits.has("no_system");
  const read = mayMove ? notes : quiet(notes);
  const neutral = readBody(from.form, sample, connection, read);
  const request = writeBody(sample, neutral, from, to, notes);
  const moved = moveColumns(responseSample(connection), from, to, mayThink(to, request), notes);
  if (moved.columns.length > 0 && moved.columns.every((column) => column.to === null))
    notes.add(
      "mind",
      "no_column_left",
      "response_format",
      `is gone: the text goes to ${connection.outputField}`,
    );
  judgeGenerations(neutral.words.get("answers")?.value, moved.columns, notes);
  const written = writeSettings(settings, connection, request, moved, from, to, notes);
  judgeModels(neutral.words, from, to, notes);
  if (!notes.all.some(({ done }) => done === "refused")) judgeResult(settings, written, request, to, notes);
  const refused = notes.all.filter(({ done }) => done === "refused");
  const costs = { row, region: connection.region, output: assumedAnswer(from, sample), counted, from };
  return {
    from: endOf(from, sample, costs),
    to: endOf(to, request, costs),
    config: refused.length === 0 ? written : null,
    columns: moved.columns,
    stop_values: stopValues(from.form, to.form),
    notes: notes.all.filter(({ done }) => done !== "refused"),
    refused,
    could: [],
  };
};

/** The first living models that refuse nothing of it: those that are to take the old one's place, then all others. */
const othersThatTake = (source: Source, { api, modelId }: Side): string[] => {
  const models = listModels();
  const ids = [
    ...(models.find(({ modelId: id }) => id === source.from.baseId)?.successors ?? []).map(
      ({ model }) => model,
    ),
    ...models.map(({ modelId: id }) => id),
  ];
  const living = new Set(
    models.flatMap((model) => (model.lifecycle === "active" && model.family ? [model.modelId] : [])),
  );
  const found = new Set<string>();
  for (const id of new Set(ids)) {
    if (found.size === mostOthers) break;
    const to = living.has(id) ? targetOf({ to: id, api }, source) : null;
    if (to === null || to instanceof ConnectorError || to.modelId === modelId) continue;
    if (move(source, to, {}).refused.length === 0) found.add(to.modelId);
  }
  return [...found];
};

const mostOthers = 3;

const targetOf = ({ to, api }: MigrationChoice, { connection, sample }: Source): Side | ConnectorError => {
  const wanted = to ?? connection.modelId;
  const stays = wanted === connection.modelId;
  const id = stays ? wanted : chooseId(wanted, connection);
  if (id === null)
    return invalidConfig([
      {
        field: "to",
        sentence: `${wanted} has no id that ${connection.region} may call${connection.residency ? ` within residency ${connection.residency.join(", ")}` : ""}`,
      },
    ]);
  const isProven = resolveFamily(id) !== null;
  const through = api ?? (isProven ? connection.api : "converse");
  const ids = stays ? [id, ...connection.candidateModelIds] : [id];
  const side = sideOf(through, ids, stays ? sample : {});
  if (side && (side.modelFamily !== null || through === "converse")) return side;
  return invalidConfig([
    {
      field: "to",
      sentence: `${wanted} is of no family whose requests are known: name a model that bedrock-model models lists, or take api converse with its base id`,
    },
  ]);
};

/** Bodies of one family are moved word for word, so reading them refuses nothing. */
const quiet = (notes: Notes): Notes => ({
  all: notes.all,
  add: (done, ...rest) => {
    if (done === "mind") notes.add(done, ...rest);
  },
});

/** What a body is shown and priced with. */
interface Costs {
  readonly row: unknown;
  readonly region: string;
  /** Tokens of an answer, where none was counted. */
  readonly output: number;
  readonly counted: CountedTokens | string;
  readonly from: Side;
}

const endOf = (side: Side, sample: JsonObject, { row, region, output, counted, from }: Costs): End => {
  const rendered = isObject(row) ? compileTemplate(JSON.stringify(sample)).render(row) : sample;
  const body = rendered instanceof ConnectorError ? sample : rendered;
  return {
    model: side.modelId,
    api: side.api,
    family: side.form.name,
    body,
    cost_of_1000_rows: costOfThousand(side, region, { body, output }, counted, from),
  };
};
