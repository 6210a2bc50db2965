import { ConnectorError } from "../core/errors.js";
import type { SharedLedger } from "../run/ledger/shared-ledger.js";
import type { Session } from "./session.js";

/** Does something with a session's ledger while it is held. Failures: that of the session, `ledger_unusable`, those of the ledger. */
export const withLedger = async <Result>(
  session: Session | ConnectorError,
  use: (session: Session, ledger: SharedLedger) => Promise<Result>,
): Promise<Result | ConnectorError> => {
  if (session instanceof ConnectorError) return session;
  const { ledger } = session;
  if (!ledger) return new ConnectorError("ledger_unusable", "The configuration names no ledger.");
  const release = await ledger.hold();
  if (release instanceof ConnectorError) return release;
  try {
    return await use(session, ledger);
  } finally {
    release();
  }
};
