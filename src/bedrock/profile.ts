import { parseKnownFiles } from "@smithy/core/config";

/** The profile that the credential chain reads. */
export const profileName = (): string => process.env.AWS_PROFILE || "default";

/**
 * Which profile is named and not there, as a sentence: that of AWS_PROFILE, or one that a `source_profile` leads to.
 * `null` where all are there.
 */
export const missingProfile = async (): Promise<string | null> => {
  const profiles = await parseKnownFiles({}).catch(() => ({}) as Awaited<ReturnType<typeof parseKnownFiles>>);
  const there = Object.keys(profiles);
  const visited = new Set<string>();
  let says = process.env.AWS_PROFILE ? "AWS_PROFILE names" : null;
  for (let name: string | undefined = profileName(); name !== undefined && !visited.has(name); ) {
    visited.add(name);
    const profile: (typeof profiles)[string] | undefined = profiles[name];
    if (!profile)
      return (
        says &&
        `${says} the profile ${name}, which is in neither ${filesOf()}: ${there.length > 0 ? `they have ${there.join(", ")}` : "they have none"}.`
      );
    says = `source_profile of the profile ${name} names`;
    name = profile.source_profile;
  }
  return null;
};

const filesOf = (): string =>
  `${process.env.AWS_CONFIG_FILE || "~/.aws/config"} nor ${process.env.AWS_SHARED_CREDENTIALS_FILE || "~/.aws/credentials"}`;
