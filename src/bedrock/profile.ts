import { getSSOTokenFilepath, parseKnownFiles } from "@smithy/core/config";
import { kindAt } from "../core/regular-file.js";

/** The profile that the credential chain reads. */
export const profileName = (): string => process.env.AWS_PROFILE || "default";

/**
 * Why the profiles in use, that of AWS_PROFILE and those that a `source_profile` leads to, can give no credentials, as a
 * sentence: one is not there. `null` where all are there.
 */
export const missingProfile = async (): Promise<string | null> => {
  const profiles = await readProfiles();
  const there = Object.keys(profiles);
  const names = profilesInUse(profiles);
  const missing = names.find((name) => !profiles[name]);
  if (missing === undefined) return null;
  const leader = names[names.indexOf(missing) - 1];
  if (leader === undefined && !process.env.AWS_PROFILE) return null;
  const says = leader === undefined ? "AWS_PROFILE names" : `source_profile of the profile ${leader} names`;
  return `${says} the profile ${missing}, which is in neither ${filesOf()}: ${there.length > 0 ? `they have ${there.join(", ")}` : "they have none"}.`;
};

/** Which file of the profiles in use would be waited for, as a sentence; `null` where none would be. */
export const endlessFile = async (): Promise<string | null> => {
  const profiles = await readProfiles();
  for (const name of profilesInUse(profiles)) {
    const { web_identity_token_file: token, sso_session, sso_start_url } = profiles[name] ?? {};
    const session = sso_session ?? sso_start_url;
    for (const [what, path] of [
      ["web_identity_token_file", token],
      ["the SSO session", session && getSSOTokenFilepath(session)],
    ]) {
      const kind = path && kindAt(path);
      if (kind) return `The profile ${name}: ${what} is in ${path}, which is ${kind}, not a regular file.`;
    }
  }
  return null;
};

type Profiles = Awaited<ReturnType<typeof parseKnownFiles>>;

const readProfiles = (): Promise<Profiles> => parseKnownFiles({}).catch(() => ({}));

const profilesInUse = (profiles: Profiles): readonly string[] => {
  const names = new Set<string>();
  for (let name: string | undefined = profileName(); name !== undefined && !names.has(name); ) {
    names.add(name);
    name = profiles[name]?.source_profile;
  }
  return [...names];
};

const filesOf = (): string =>
  `${process.env.AWS_CONFIG_FILE || "~/.aws/config"} nor ${process.env.AWS_SHARED_CREDENTIALS_FILE || "~/.aws/credentials"}`;
