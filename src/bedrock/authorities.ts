import { X509Certificate } from "node:crypto";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import type { Problem } from "../connection/rules.js";
import { notRegular, readRegularFile } from "../core/regular-file.js";

/**
 * Whose certificates are good: Node's authorities and those in the files that AWS_CA_BUNDLE and NODE_EXTRA_CA_CERTS
 * name. `null` leaves it to Node, where no file names any.
 */
export const trustedAuthorities = (): SecureContext | null => {
  const added = variables.flatMap((variable) => readBundle(process.env[variable] ?? ""));
  if (added.length === 0) return null;
  const key = added.join("\n");
  // Some hundred certificates are read for a context, and each client wants one.
  if (last?.key !== key)
    last = { key, context: createSecureContext({ ca: [...rootCertificates, ...added] }) };
  return last.context;
};

/** What of AWS_CA_BUNDLE cannot be used. Node itself warns of the other one. */
export const authorityProblems = (): Problem[] => {
  const file = process.env.AWS_CA_BUNDLE;
  if (!file) return [];
  const sentence = faultIn(file);
  return sentence === null ? [] : [{ field: "AWS_CA_BUNDLE", sentence }];
};

const variables = ["AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

let last: { readonly key: string; readonly context: SecureContext } | undefined;

const faultIn = (file: string): string | null => {
  try {
    return certificatesIn(file).length === 0 ? `names ${file}, which holds no certificate in PEM` : null;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `names ${file}, which cannot be read (${code === undefined || code === notRegular ? message : code})`;
  }
};

/** A file that cannot be used names no authority. */
const readBundle = (file: string): readonly string[] => {
  try {
    return file === "" ? [] : certificatesIn(file);
  } catch {
    return [];
  }
};

/** @throws the system's error, or OpenSSL's of a certificate that is none. */
const certificatesIn = (file: string): readonly string[] => {
  const text = readRegularFile(file);
  const known = bundles.get(text);
  if (known) return known;
  const certificates = text.match(pem) ?? [];
  for (const certificate of certificates) new X509Certificate(certificate);
  if (bundles.size === variables.length) bundles.clear();
  bundles.set(text, certificates);
  return certificates;
};

/** A system's bundle has some hundred certificates, each a millisecond's work, and every client asks for it. */
const bundles = new Map<string, readonly string[]>();

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
