/** The one table of a PostgreSQL ledger; a schema other than the first of the search path is set by the URL's options. */
export const table = "bedrock_ledger";

const states = "('intent', 'received', 'refused', 'unknown', 'run', 'job')";

/**
 * One row for each request, by its key, one for each run with ceilings (`state` = 'run'), by a hash of its id, and one for each
 * batch job (`state` = 'job'), of which `body` is the whole, `code` the stage and `run_open` the step. `version` counts the
 * changes of a row, so that a statement changes only what its worker has seen; `claim` names the one call that may write its
 * outcome, `job:` and a key those of a batch job; `lease_until` is when an intent without an outcome counts as unknown, which
 * one of a job never does. All times are the server's.
 */
export const createTable = `CREATE TABLE IF NOT EXISTS ${table} (
  key text PRIMARY KEY,
  state text NOT NULL CHECK (state IN ${states}),
  at timestamptz NOT NULL DEFAULT now(),
  version bigint NOT NULL DEFAULT 1,
  claim text,
  worker text,
  lease_until timestamptz,
  model text,
  target text,
  body text,
  response text,
  code text,
  input_tokens bigint,
  output_tokens bigint,
  cache_read_tokens bigint,
  cache_write_tokens bigint,
  service_tier text,
  latency_ms double precision,
  request_id text,
  run_rows double precision,
  run_tokens double precision,
  run_usd double precision,
  run_open bigint
)`;

/** Whether the table is there, and whether it is this one. */
export const lookForTable = `SELECT to_regclass('${table}') IS NOT NULL AS there, current_setting('server_encoding') AS encoding`;
export const lookAtColumns = `SELECT version, claim, lease_until, response, run_open FROM ${table} LIMIT 0`;

/** Lets a table of an earlier version take batch jobs. */
export const takeJobs = `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS ${table}_state_check,
  ADD CONSTRAINT ${table}_state_check CHECK (state IN ${states})`;

/** What a claim of a batch job begins with. */
export const ofJob = "job:";
const withStage = `LEFT JOIN ${table} j ON j.state = 'job' AND l.claim LIKE '${ofJob}%' AND j.key = substr(l.claim, ${ofJob.length + 1})`;
const facts = "l.*, extract(epoch FROM l.at) * 1000 AS at_ms, j.code AS stage";

/** The table's state of a key; `live` while a worker may be at it, `expired` once it has let its lease end. */
export const find = `SELECT ${facts}, coalesce(l.state = 'intent' AND l.lease_until >= now(), false) AS live,
    coalesce(l.state = 'intent' AND l.lease_until < now(), false) AS expired
  FROM ${table} l ${withStage} WHERE l.key = $1 AND l.state NOT IN ('run', 'job')`;

/** The batch jobs, the first one first. */
export const jobs = `SELECT body FROM ${table} WHERE state = 'job' ORDER BY coalesce(lease_until, at), key`;

/**
 * Writes a step of a batch job. No row: somebody else has gone on from where its worker saw it, or lately, where it is to be
 * idle for some milliseconds. \`lease_until\` keeps when it was planned, for the order.
 */
export const putJob = `INSERT INTO ${table} AS l (key, state, lease_until, body, code, run_open)
  VALUES ($1, 'job', now(), $2, $3, $4)
  ON CONFLICT (key) DO UPDATE SET body = $2, code = $3, run_open = $4, version = l.version + 1, at = now()
  WHERE l.run_open = $4::bigint - 1 AND ($5::float8 = 0 OR l.at < now() - $5::float8 * interval '1 millisecond')
  RETURNING version`;

/** The calls of a batch job that have no outcome, a page at a time, behind a key. */
export const callsOfJob = `SELECT ${facts}, false AS live, false AS expired
  FROM ${table} l ${withStage} WHERE l.state = 'intent' AND l.claim = $1 AND l.key > $2 ORDER BY l.key LIMIT 500`;

/** Takes an intent over whose worker has let its lease end: nobody knows what came of it. */
export const takeOver = `UPDATE ${table}
  SET state = 'unknown', code = 'outcome_unknown', version = version + 1, at = now()
  WHERE key = $1 AND state = 'intent' AND lease_until < now() RETURNING version`;

/**
 * Claims a key for one call: a new one (version 0), or one that is still as its worker has seen it. Sent again after a broken
 * connection it does no more than once. No row: another worker was faster.
 */
export const claim = `INSERT INTO ${table} AS l (key, state, claim, worker, lease_until, model, target, body)
  SELECT $1, 'intent', $2, $3, now() + $4::float8 * interval '1 millisecond', $5, $6, $7
  WHERE $8::bigint = 0 OR EXISTS (SELECT FROM ${table} WHERE key = $1)
  ON CONFLICT (key) DO UPDATE
  SET state = 'intent', claim = $2, worker = $3, lease_until = excluded.lease_until, model = $5, target = $6, body = $7,
    code = NULL, version = l.version + 1, at = now()
  WHERE l.claim = $2 AND l.state = 'intent' OR l.version = $8::bigint
  RETURNING version`;

/**
 * Adds a call to a batch job that whoever comes adds calls to; `run_rows` and `run_tokens` of the job count them and their bytes.
 * Who closes the job waits for who is just adding to it. No row: it takes no more; none added: another worker was faster.
 */
export const addCall = `WITH job AS (
    UPDATE ${table} SET run_rows = coalesce(run_rows, 0) + 1, run_tokens = coalesce(run_tokens, 0) + octet_length($6),
      at = now() WHERE key = $7 AND state = 'job' AND code = 'collecting'
      AND coalesce(run_rows, 0) < $9::float8 RETURNING run_rows, run_tokens),
  added AS (
    INSERT INTO ${table} AS l (key, state, claim, worker, model, target, body)
    SELECT $1, 'intent', $2, $3, $4, $5, $6 FROM job
    WHERE $8::bigint = 0 OR EXISTS (SELECT FROM ${table} WHERE key = $1)
    ON CONFLICT (key) DO UPDATE
    SET state = 'intent', claim = $2, worker = $3, lease_until = NULL, model = $4, target = $5, body = $6,
      code = NULL, version = l.version + 1, at = now()
    WHERE l.claim = $2 AND l.state = 'intent' OR l.version = $8::bigint
    RETURNING version)
  SELECT run_rows::float8 AS calls, run_tokens::float8 AS bytes, EXISTS (SELECT FROM added) AS added FROM job`;

/**
 * Writes what became of a call. An answer is written whoever has the claim by then; an answer is never overwritten. A refusal
 * may take the place of another, and of its claim: one of a batch job is no job's any more once it was told.
 */
export const settle = `INSERT INTO ${table} AS l (key, state, claim, model, target, body, response, code,
    input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, service_tier, latency_ms, request_id)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
  ON CONFLICT (key) DO UPDATE
  SET state = $2, claim = CASE WHEN $2 = 'refused' AND l.state = 'refused' THEN NULLIF($3, '') ELSE l.claim END,
    lease_until = NULL, model = coalesce($4, l.model), target = coalesce($5, l.target),
    body = CASE WHEN $2 = 'received' THEN NULL ELSE coalesce($6, l.body) END, response = $7, code = $8,
    input_tokens = $9, output_tokens = $10, cache_read_tokens = $11, cache_write_tokens = $12, service_tier = $13,
    latency_ms = $14, request_id = $15, version = l.version + 1, at = now()
  WHERE l.state <> 'received' AND (l.claim = $3 OR $2 = 'received' OR ($2 = 'refused' AND l.state = 'refused'))
  RETURNING version`;

/** The rows of calls, a page at a time, behind a key. */
export const page = `SELECT ${facts}, false AS live, false AS expired
  FROM ${table} l ${withStage} WHERE l.state NOT IN ('run', 'job') AND l.key > $1 ORDER BY l.key LIMIT 500`;

/** What the table holds, in numbers. */
export const count = `SELECT l.state, coalesce(l.code, '') AS code, coalesce(j.code, '') AS stage, count(*)::int AS rows,
    coalesce(sum(l.input_tokens), 0)::float8 AS input_tokens, coalesce(sum(l.output_tokens), 0)::float8 AS output_tokens,
    pg_total_relation_size('${table}')::float8 AS bytes
  FROM ${table} l ${withStage} AND l.state = 'intent' WHERE l.state NOT IN ('run', 'job') GROUP BY l.state, l.code, j.code`;

const isOver = "l.at < now() - $8::float8 * interval '1 millisecond'";
const taken = (column: string): string => `CASE WHEN ${isOver} THEN 0 ELSE l.${column} END`;

/**
 * Sets a call's worst case aside under the ceilings of a run, which begins anew when it was quiet for long. No row: a ceiling
 * would be passed.
 */
export const takeShare = `INSERT INTO ${table} AS l (key, state, run_rows, run_tokens, run_usd, run_open)
  SELECT $1, 'run', $2, $3, $4, 1
  WHERE $2 <= $5::float8 AND $3 <= $6::float8 AND $4 <= $7::float8 AND $8::float8 > 0
  ON CONFLICT (key) DO UPDATE
  SET run_rows = ${taken("run_rows")} + $2, run_tokens = ${taken("run_tokens")} + $3,
    run_usd = ${taken("run_usd")} + $4, run_open = ${taken("run_open")} + 1, at = now(), version = l.version + 1
  WHERE ${taken("run_rows")} + $2 <= $5::float8 AND ${taken("run_tokens")} + $3 <= $6::float8
    AND ${taken("run_usd")} + $4 <= $7::float8
  RETURNING version`;

/** Gives back what a call, or some calls, did not take. */
export const giveBack = `UPDATE ${table}
  SET run_rows = run_rows - $2, run_tokens = run_tokens - $3, run_usd = run_usd - $4, run_open = run_open - $5::bigint,
    at = now(), version = version + 1
  WHERE key = $1`;

/** A run goes on, though none of its calls has begun or ended, and a job is being planned. */
export const touch = `UPDATE ${table} SET at = now() WHERE key = $1`;

/** What a run has taken, the calls of it that are open, and for how long nothing of it has changed. */
export const openCalls = `SELECT run_rows AS rows, run_tokens AS tokens, run_usd AS usd, run_open::int AS open, (extract(epoch FROM now() - at) * 1000)::float8 AS quiet_ms
  FROM ${table} WHERE key = $1`;
