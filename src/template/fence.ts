import { hash } from "node:crypto";
import { Drop, type Liquid } from "liquidjs";
import type { JsonObject } from "../core/json.js";
import { removeMarkers } from "./forged-markers.js";
import { FilterError, toText } from "./host-filters.js";

/**
 * `{{ body | fence: "ticket" }}`: the value between `<ticket-NONCE>` and `</ticket-NONCE>`, on lines of its own. What
 * looks like a marker inside the value is removed first. Null stays null, so that a leaf that holds nothing else
 * is left out as ever.
 */
export const fence: Parameters<Liquid["registerFilter"]>[1] = function (value: unknown, label = "data") {
  if (value === null || value === undefined || value instanceof Drop) return value;
  if (typeof label !== "string" || !/^[a-z][a-z0-9_-]{0,39}$/i.test(label))
    throw new FilterError("fence: the label must be a word of at most 40 letters, digits, - and _");
  const fences = (this.context.globals as Partial<WithFences>)[key];
  if (fences) fences.used = true;
  const marker = `${label}-${fences?.nonce ?? ""}`;
  return `<${marker}>\n${removeMarkers(toText(value), label)}\n</${marker}>`;
};

/**
 * Renders a request; one with fences twice. The nonce is a hash of the request as it is with an empty nonce, so the
 * same row always becomes the same request, while nobody can write a value that holds the nonce of the request
 * that it becomes part of.
 * @param render fills the template; what it is given are the globals of its Liquid context.
 */
export const renderWithFences = (render: (globals: object) => JsonObject): JsonObject => {
  const fences: Fences = { nonce: "", used: false };
  const globals: WithFences = { [key]: fences };
  const body = render(globals);
  if (!fences.used) return body;
  fences.nonce = hash("sha256", JSON.stringify(body), "hex").slice(0, nonceLength);
  return render(globals);
};

/** Hexadecimal digits of a nonce. */
const nonceLength = 16;

interface Fences {
  nonce: string;
  used: boolean;
}

/** A symbol, so that no template can read it. */
const key = Symbol("fences");
interface WithFences {
  [key]: Fences;
}
