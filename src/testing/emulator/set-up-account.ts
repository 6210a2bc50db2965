import type { LocalAccount } from "./account.js";
import type { Backend } from "./invocation.js";

/** Makes an account the emulator's, with what it says is there: its buckets, and its logging configuration. */
export const setUpAccount = (backend: Backend, account: LocalAccount): void => {
  backend.account = account;
  const { buckets } = backend.objects;
  for (const bucket of account.buckets ?? []) if (!buckets.has(bucket)) buckets.set(bucket, new Map());
  if (account.logging) backend.logs.config = account.logging;
};
