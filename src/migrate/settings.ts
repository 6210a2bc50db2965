import type { Connection } from "../connection/connection.js";
import { isObject, type Json } from "../core/json.js";
import { parseModelId } from "../models/model-id.js";
import type { MovedColumns } from "./columns.js";
import type { Notes } from "./neutral.js";
import type { Side } from "./target.js";

type Settings = Readonly<Record<string, unknown>>;

/** The settings of the new model: what held for the old one alone goes, and is named. */
export const writeSettings = (
  settings: Settings,
  connection: Connection,
  request: Json,
  { sample, outputField, columns }: MovedColumns,
  from: Side,
  to: Side,
  notes: Notes,
): Record<string, unknown> => {
  const { response_format: response, inference_profile: profile, chat_template: _, ...others } = settings;
  const kept = Object.fromEntries(
    Object.entries(others).filter(([name]) => {
      const why = from.baseId === to.baseId ? undefined : ofOneModel[name];
      if (why !== undefined) notes.add("left_out", "setting_of_old_model", name, why);
      return why === undefined;
    }),
  );
  judgeIds(profile, from, to, notes);
  if (settings.service_tier && settings.service_tier !== "default")
    notes.add(
      "mind",
      "service_tier",
      "service_tier",
      `stays ${settings.service_tier}; not every model has that tier`,
    );
  if (settings.output_schema) judgeSchema(from, to, notes);
  if (connection.writeBack?.columns) judgeWriteBack(connection.writeBack.columns, columns, notes);
  const staysRaw = from.form.name === to.form.name && from.form.talk.is === "prompt";
  return {
    ...kept,
    model_id: to.modelId,
    api: to.api,
    ...(to.api === "invoke_model" && { chat_template: staysRaw ? connection.chatTemplate : "off" }),
    request_format: asWritten(settings.request_format, request),
    ...(sample && { response_format: asWritten(response, sample) }),
    ...(outputField && { output_field: outputField }),
  };
};

const ofOneModel: Readonly<Record<string, string>> = {
  input_price_usd: "was the old model's price",
  output_price_usd: "was the old model's price",
  tokens_per_minute: "is a quota of the old model: the new one's is learned, or set anew",
  requests_per_minute: "is a quota of the old model: the new one's is learned, or set anew",
};

/** JSON as text where it was text. */
const asWritten = (before: unknown, value: Json): unknown =>
  typeof before === "string" ? JSON.stringify(value, null, 2) : value;

const judgeIds = (profile: unknown, from: Side, to: Side, notes: Notes): void => {
  if (from.baseId === to.baseId && profile === to.modelId) return;
  const kinds = [from.modelId, typeof profile === "string" ? profile : ""].map((id) => parseModelId(id).kind);
  if (kinds.some((kind) => kind !== "model" && kind !== "system_profile"))
    notes.add(
      "left_out",
      "own_arn",
      profile ? "inference_profile" : "model_id",
      "was an ARN of your own (application profile, bought throughput, imported model), which is for the old model: make one for the new model where costs or capacity hang on it",
    );
  else if (profile)
    notes.add("left_out", "profile", "inference_profile", `was the old model's; model_id is ${to.modelId}`);
  const [before, after] = [from.modelId, to.modelId].map((id) => parseModelId(id).geography);
  if (after !== null && after !== before)
    notes.add(
      "mind",
      "profile_required",
      "model_id",
      `${to.modelId} is a profile: its calls are worked on in any region of ${after}`,
    );
};

const judgeSchema = (from: Side, to: Side, notes: Notes): void => {
  if (from.form.name !== to.form.name || from.baseId !== to.baseId)
    notes.add(
      "mind",
      "schema_way",
      "output_schema",
      `stays; ${to.baseId} is asked for it in the best way that it has, and answers are held to it as before`,
    );
};

/** What another place is to take has to be there. */
const judgeWriteBack = (
  paths: Readonly<Record<string, string>>,
  columns: MovedColumns["columns"],
  notes: Notes,
): void => {
  for (const [column, path] of Object.entries(paths)) {
    const lost = columns.find(
      ({ name, to }) => to === null && (path === name || path.startsWith(`${name}.`)),
    );
    if (lost)
      notes.add(
        "refused",
        "column_needed",
        `write_back_columns.${column}`,
        `takes ${lost.name}, which no answer of the target has: take it out, or take another value`,
      );
  }
};

/** Whether settings are an object at all. */
export const isSettings = (config: unknown): config is Settings => isObject(config);
