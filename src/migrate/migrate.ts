import { type Connection, invalidConfig } from "../connection/connection.js";
import { ConnectorError } from "../core/errors.js";
import { isObject, type JsonObject } from "../core/json.js";
import { resolveFamily } from "../models/find-family.js";
import { compileTemplate } from "../template/template.js";
import { chooseId } from "./choose-id.js";
import { type Column, moveColumns, stopValues } from "./columns.js";
import { assumedAnswer, type CostOfThousand, costOfThousand } from "./cost.js";
import { judgeGenerations, judgeModels, judgeResult, mayThink } from "./judge.js";
import { createNotes, type Note, type Notes } from "./neutral.js";
import { openSource, responseSample } from "./open-source.js";
import { readBody } from "./read-body.js";
import { writeSettings } from "./settings.js";
import { type Side, sideOf } from "./target.js";
import { writeBody } from "./write-body.js";

export interface MigrateOptions {
  /** The model to move to: a base id, an inference profile or an ARN. Default: the same one. */
  readonly to?: string;
  /** The API to call it through. Default: the one that the settings have, as far as the model has it. */
  readonly api?: "invoke_model" | "converse";
  /** A row, which both templates are shown and priced with. */
  readonly row?: unknown;
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
}

/**
 * Rewrites settings for another model or API. Calls nothing and writes nothing. Failures: `invalid_config`, where the old
 * settings cannot be read or the new model is not known.
 */
export const migrateConfig = (config: unknown, options: MigrateOptions = {}): Migration | ConnectorError => {
  const opened = openSource(config);
  if (opened instanceof ConnectorError) return opened;
  const { settings, connection, sample, from } = opened;
  const to = targetOf(options, connection, sample);
  if (to instanceof ConnectorError) return to;
  const notes = createNotes();
  const isWrapped = connection.chatTemplate === "auto";
  const read = from.form.name === to.form.name ? quiet(notes) : notes;
  const neutral = readBody(from.form, sample, isWrapped, read);
  const request = writeBody(sample, neutral, from, to, notes);
  const moved = moveColumns(responseSample(connection), from, to, mayThink(to, request), notes);
  if (
    connection.responseFormat !== null &&
    moved.columns.length > 0 &&
    moved.columns.every(({ to }) => to === null)
  )
    notes.add(
      "mind",
      "no_column_left",
      "response_format",
      `is gone: the text goes to ${connection.outputField}`,
    );
  judgeGenerations(neutral.words.get("answers")?.value, moved.columns, notes);
  const written = writeSettings(settings, connection, request, moved, from, to, notes);
  judgeModels(neutral.words, from, to, notes);
  if (!notes.all.some(({ done }) => done === "refused")) judgeResult(written, request, to, notes);
  const refused = notes.all.filter(({ done }) => done === "refused");
  const output = assumedAnswer(from, sample);
  return {
    from: endOf(from, sample, options.row, connection.region, output),
    to: endOf(to, request, options.row, connection.region, output),
    config: refused.length === 0 ? written : null,
    columns: moved.columns,
    stop_values: stopValues(from.form, to.form),
    notes: notes.all.filter(({ done }) => done !== "refused"),
    refused,
  };
};

const targetOf = (
  { to, api }: MigrateOptions,
  connection: Connection,
  sample: JsonObject,
): Side | ConnectorError => {
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

const endOf = (side: Side, sample: JsonObject, row: unknown, region: string, output: number): End => {
  const rendered = isObject(row) ? compileTemplate(JSON.stringify(sample)).render(row) : sample;
  const body = rendered instanceof ConnectorError ? sample : rendered;
  return {
    model: side.modelId,
    api: side.api,
    family: side.form.name,
    body,
    cost_of_1000_rows: costOfThousand(side, body, region, output),
  };
};
