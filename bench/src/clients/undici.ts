import { Pool } from "undici";
import { demoApiKey } from "../../../dist/testing/emulator/index.js";
import type { CreateClient } from "../job.js";
import { novaBody, novaText, workThrough } from "../rows.js";

/** The floor: a loop over undici with an API key, so that nothing is signed. */
export const createClient: CreateClient = ({ concurrency, modelId, maxTokens }, { url }) => {
  const pool = new Pool(url, { connections: concurrency, pipelining: 1 });
  const path = `/model/${encodeURIComponent(modelId)}/invoke`;
  const headers = { authorization: `Bearer ${demoApiKey}`, "content-type": "application/json" };
  return {
    run: (rows, ended) =>
      workThrough(
        rows,
        concurrency,
        async (row) => {
          const response = await pool.request({
            method: "POST",
            path,
            headers,
            body: novaBody(row, maxTokens),
          });
          return novaText(await response.body.text());
        },
        ended,
      ),
    close: () => pool.close(),
  };
};
