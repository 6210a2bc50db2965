const hidden = "…";

/** Words about an account, where no row was sent, without secrets, ARNs, account ids and what signs. */
export const redact = (message: string, secrets: readonly string[]): string =>
  secrets
    .reduce((text, secret) => text.replaceAll(secret, hidden), message)
    .replace(/(Bearer|Credential=|Signature=|security-token:)\s*\S+/gi, `$1${hidden}`)
    .replace(/arn:aws[\w-]*:[^\s"']+/g, `arn:${hidden}`)
    .replace(/\b\d{12}\b/g, hidden);
