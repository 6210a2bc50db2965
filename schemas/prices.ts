/**
 * Writes src/generated/prices.ts, the list prices, from two packages that keep them. Run with `npm run prices` to
 * take their newest versions from the npm registry; it is no part of `npm run generate`, which needs no network.
 *
 * Neither package is a dependency. pi-ai is exact to the profile but needs Node 22 and brings three vendors' SDKs;
 * genai-prices is light but undated, and finds a model by a part of its id, so that a new one gets the price of an
 * older one with a shorter name. What the first does not know is taken from the second.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelPrice, PriceTable } from "../src/models/prices/rates.js";

type Prices = Record<string, ModelPrice>;

const folder = mkdtempSync(join(tmpdir(), "prices-"));
try {
  const exact = piPrices(unpack("@earendil-works/pi-ai"));
  const known = new Set(Object.keys(exact.prices).map(modelName));
  const other = await genaiPrices(unpack("@pydantic/genai-prices"));
  const rest = Object.entries(other.prices).filter(([id]) => !known.has(modelName(id)));
  write([exact, { ...other, prices: Object.fromEntries(rest) }]);
} finally {
  rmSync(folder, { recursive: true });
}

interface Unpacked {
  readonly path: string;
  readonly source: string;
  readonly date: string;
}

function unpack(name: string): Unpacked {
  const version = npm("view", name, "version");
  const file = npm("pack", `${name}@${version}`, "--silent", "--pack-destination", folder);
  execFileSync("tar", ["xzf", join(folder, file), "-C", folder]);
  const path = join(folder, name.replace("/", "-"));
  renameSync(join(folder, "package"), path);
  const published: Record<string, string> = JSON.parse(npm("view", name, "time", "--json"));
  return { path, source: `${name} ${version}`, date: (published[version] ?? "").slice(0, 10) };
}

function npm(...args: string[]): string {
  return execFileSync("npm", args, { encoding: "utf8" }).trim();
}

interface PiRates {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
}

interface PiModel {
  readonly id: string;
  readonly cost: PiRates & { readonly tiers?: readonly (PiRates & { inputTokensAbove: number })[] };
}

/** A bare Claude id has its global price there, so a bare id with a US profile is left to that profile's price. */
function piPrices({ path, ...origin }: Unpacked): PriceTable & { prices: Prices } {
  const data: Record<string, Record<string, PiModel>> = JSON.parse(
    readFileSync(join(path, "dist/providers/data/amazon-bedrock.json"), "utf8"),
  );
  const models = Object.values(data).flatMap((api) => Object.values(api));
  const ids = new Set(models.map(({ id }) => id));
  const prices = models
    .filter(({ id }) => !ids.has(`us.${id}`))
    .map(({ id, cost: { tiers = [], ...cost } }) => {
      const long = only(tiers, id);
      return [
        id,
        {
          ...piRates(cost),
          ...(long && {
            long_context: { above_input_tokens: long.inputTokensAbove, ...piRates(long) },
          }),
        },
      ] as const;
    })
    .filter(([, { input, output }]) => input > 0 && output !== undefined);
  return { ...origin, prices: Object.fromEntries(prices) };
}

/** Zero stands for "not known" there: Bedrock gives no tokens away. */
function piRates({ input, output, cacheRead, cacheWrite }: PiRates) {
  return {
    input,
    ...(output > 0 && { output }),
    ...(cacheRead > 0 && { cache_read: cacheRead }),
    ...(cacheWrite > 0 && { cache_write: cacheWrite }),
  };
}

type GenaiPrice =
  | number
  | { readonly base: number; readonly tiers: readonly { start: number; price: number }[] };
type GenaiRates = Readonly<Record<string, GenaiPrice | undefined>>;

interface GenaiModel {
  readonly id: string;
  readonly prices: GenaiRates | readonly { constraint?: object; prices: GenaiRates }[];
}

/** Models whose price changes with the hour, the length or the kind of input are left out: none of ours. */
async function genaiPrices({ path, ...origin }: Unpacked): Promise<PriceTable & { prices: Prices }> {
  const { findProvider } = await import(join(path, "dist/index.js"));
  const models: readonly GenaiModel[] = findProvider({ providerId: "aws" }).models;
  const prices: Prices = {};
  for (const { id, prices: given } of models) {
    const rates = given as GenaiRates;
    const { input_mtok: input, output_mtok: output, cache_read_mtok: read, cache_write_mtok: write } = rates;
    if (Array.isArray(given) || "input_audio_mtok" in rates || typeof input !== "number") continue;
    prices[id] = {
      input,
      ...(typeof output === "number" && { output }),
      ...(typeof read === "number" && { cache_read: read }),
      ...(typeof write === "number" && { cache_write: write }),
    };
  }
  return { ...origin, prices };
}

function only<T>(list: readonly T[], id: string): T | undefined {
  if (list.length > 1) throw new Error(`${id} has more than one price for long contexts`);
  return list[0];
}

/** What two packages' ids for one model have in common: no geography, no day, no version. */
function modelName(id: string): string {
  return id
    .replace(/^(?:[a-z]{2,4}|us-gov|global|regional)\.(?=[^.]+\.)/, "")
    .replace(/-v\d+(?::\d+)?$|:\d+$/, "")
    .replace(/-\d{8}$/, "");
}

function write(tables: readonly PriceTable[]): void {
  const text = [
    "// Written by `npm run prices` from what the named packages hold. Do not edit.",
    "",
    "/** List prices in US dollars for a million tokens, the most exact source first. */",
    "export const listPrices = [",
    ...tables.flatMap(({ source, date, prices }) => [
      `  { source: ${JSON.stringify(source)}, date: ${JSON.stringify(date)}, prices: {`,
      ...Object.entries(prices)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([id, price]) => `    ${JSON.stringify(id)}: ${JSON.stringify(price)},`),
      "  } },",
    ]),
    "];",
    "",
  ].join("\n");
  writeFileSync(new URL("../src/generated/prices.ts", import.meta.url), text);
}
