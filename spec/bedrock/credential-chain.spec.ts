import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { createInvoke } from "../../src/bedrock/invoke-model.js";
import { readConnection } from "../../src/connection/connection.js";
import { isFailed } from "../../src/core/invoke.js";
import { AwsBedrockModel } from "../../src/index.js";
import { demoCredentials } from "../../src/testing/emulator/index.js";
import { useFreshBedrock } from "../support/bedrock.js";
import { withEnvironment } from "../support/network.js";
import { readPlainly, requestOf } from "../support/requests.js";
import { localConfig } from "../support/sync-config.js";

const { access_key: accessKey, secret_access_key: secretKey } = demoCredentials;
const body = '{"messages":[{"role":"user","content":[{"text":"One"}]}]}';
const withoutKeys = { access_key: "", secret_access_key: "" };

describe("credentials of the chain", () => {
  const bedrock = useFreshBedrock();
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "chain-"));
    mkdirSync(join(home, ".aws"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  /** A program that prints, ends, or both; a shell runs it. */
  const helper = (script: string): string => {
    const path = join(home, "helper.sh");
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return `${path} --token Hunter2`;
  };

  const call = async (variables: Record<string, string>, config = "") => {
    writeFileSync(join(home, "config"), config);
    const files = { AWS_CONFIG_FILE: join(home, "config"), HOME: home, USERPROFILE: home };
    return withEnvironment({ ...files, ...variables }, async () => {
      const invoke = createInvoke(readConnection(localConfig(bedrock.url, withoutKeys), []), readPlainly);
      const result = await invoke(
        requestOf(body, { modelId: "us.amazon.nova-lite-v1:0" }),
        new AbortController().signal,
      );
      if (!isFailed(result)) return null;
      const { code, detail = "", billed, scope } = result.error;
      return { code, detail, billed, scope };
    });
  };

  const printed = (keys: Record<string, string>) =>
    helper(
      `printf '%s' '${JSON.stringify({ Version: 1, AccessKeyId: accessKey, SecretAccessKey: secretKey, ...keys })}'`,
    );

  it("are taken without the blanks around them, from the environment", async () => {
    const keys = { AWS_ACCESS_KEY_ID: ` ${accessKey}\n`, AWS_SECRET_ACCESS_KEY: `${secretKey}\r\n` };
    expect(await call(keys)).to.equal(null);
  });

  it("are taken without the blanks around them, from a credential_process", async () => {
    const profile = `[profile work]\ncredential_process = ${printed({ AccessKeyId: `${accessKey}\n` })}\n`;
    expect(await call({ AWS_PROFILE: "work" }, profile)).to.equal(null);
  });

  const keys = { AWS_ACCESS_KEY_ID: accessKey, AWS_SECRET_ACCESS_KEY: secretKey };
  for (const [what, variables, says] of [
    [
      "a session token",
      { ...keys, AWS_SESSION_TOKEN: "FwoG\nZXIv" },
      /AWS_SESSION_TOKEN holds a line break inside/,
    ],
    [
      "a secret key",
      { ...keys, AWS_SECRET_ACCESS_KEY: "a\u200bb" },
      /AWS_SECRET_ACCESS_KEY holds .* \(U\+200B\) inside/,
    ],
    [
      "an API key",
      { AWS_BEARER_TOKEN_BEDROCK: "bedrock-api-key-\tabc" },
      /AWS_BEARER_TOKEN_BEDROCK holds a control character \(U\+0009\)/,
    ],
  ] as const)
    it(`with a strange character in ${what} of the environment are refused at once`, async () => {
      const error = await call(variables);
      expect(error).to.include({ code: "credentials_unusable", billed: "no", scope: "run" });
      expect(error?.detail)
        .to.match(says)
        .and.not.match(/FwoG|ZXIv|abc/);
      expect(bedrock.stats().requests).to.equal(0);
    });

  it("with a line break in what a credential_process printed are refused at once", async () => {
    const profile = `[profile work]\ncredential_process = ${printed({ SessionToken: "Fwo\nGZX" })}\n`;
    const error = await call({ AWS_PROFILE: "work" }, profile);
    expect(error).to.include({ code: "credentials_unusable" });
    expect(error?.detail).to.equal(
      "The session token that credential_process of the profile work printed holds a line break inside: enter it again, as one piece.",
    );
  });

  it("with a strange character in a file are refused at once", async () => {
    const profile = `[profile work]\naws_access_key_id = ${accessKey}\naws_secret_access_key = a b\n`;
    const error = await call({ AWS_PROFILE: "work" }, profile);
    expect(error?.detail).to.match(/^The secret access key of the profile work holds a blank inside/);
  });

  for (const [what, script, says] of [
    [
      "exits 1",
      "echo 'Starting' >&2; echo 'MFA token expired, run login' >&2; exit 1",
      /it ended with exit code 1, and its last words are: MFA token expired, run login$/,
    ],
    ["exits without a word", "exit 7", /it ended with exit code 7, without a word on stderr$/],
    ["is killed", "kill -9 $$", /it ended (by SIGKILL|with exit code 137)/],
    ["prints no JSON", "echo hello", /it returned invalid JSON\.$/],
    ["prints another version", "echo '{}'", /it did not return Version 1\.$/],
  ] as const)
    it(`from a credential_process that ${what} are missing for that reason`, async () => {
      const error = await call(
        { AWS_PROFILE: "work" },
        `[profile work]\ncredential_process = ${helper(script)}\n`,
      );
      expect(error).to.include({ code: "credential_process_failed", billed: "no" });
      expect(error?.detail)
        .to.match(/^The profile work: /)
        .and.match(says)
        .and.not.contain("Hunter2");
    });

  it("from a credential_process that is not there are missing for that reason", async () => {
    const error = await call({}, "[default]\ncredential_process = /nonexistent/helper --token Hunter2\n");
    expect(error?.detail).to.match(
      /^The profile default: it ended with exit code 127, and its last words are: .*not found/,
    );
    expect(error?.detail).not.to.contain("Hunter2");
  });

  it("of a profile that is not there name it, and those that are", async () => {
    const error = await call(
      { AWS_PROFILE: "wrok" },
      "[profile work]\nregion = us-east-1\n[default]\nregion = us-east-1\n",
    );
    expect(error).to.include({ code: "credentials_missing" });
    expect(error?.detail).to.match(
      /^AWS_PROFILE names the profile wrok, which is in neither .*config nor .*: they have (work, default|default, work)\.$/,
    );
  });

  for (const [what, settings, path] of [
    [
      "web_identity_token_file",
      "role_arn = arn:aws:iam::123456789012:role/x\nweb_identity_token_file = HOME/token",
      "token",
    ],
    [
      "the SSO session",
      "sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = r",
      `.aws/sso/cache/${createHash("sha1").update("corp").digest("hex")}.json`,
    ],
  ] as const)
    it(`of a profile are not waited for where ${what} is in a pipe`, async () => {
      mkdirSync(join(home, ".aws/sso/cache"), { recursive: true });
      execFileSync("mkfifo", [join(home, path)]);
      const session =
        "[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x.awsapps.com/start\n";
      const error = await call({}, `[default]\n${settings.replace("HOME", home)}\n${session}`);
      expect(error).to.include({ code: "credentials_unusable", billed: "no" });
      expect(error?.detail).to.equal(
        `The profile default: ${what} is in ${join(home, path)}, which is a pipe, not a regular file.`,
      );
    });

  it("of a profile whose source is not there name the source", async () => {
    const role = "role_arn = arn:aws:iam::123456789012:role/bedrock";
    const error = await call({ AWS_PROFILE: "work" }, `[profile work]\n${role}\nsource_profile = base\n`);
    expect(error).to.include({ code: "credentials_missing" });
    expect(error?.detail).to.match(/^source_profile of the profile work names the profile base, which/);
  });

  const sso = "sso_account_id = 123456789012\nsso_region = us-east-1\nsso_role_name = dev\n";
  for (const [what, profile] of [
    [
      "a session",
      `[profile work]\nsso_session = corp\n${sso}[sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://x.awsapps.com/start\n`,
    ],
    ["an address", `[profile work]\nsso_start_url = https://x.awsapps.com/start\n${sso}`],
  ] as const)
    it(`of SSO by ${what} that has ended say how to begin it anew`, async () => {
      const error = await call({ AWS_PROFILE: "work" }, profile);
      expect(error).to.include({ code: "credentials_expired", billed: "no" });
      expect(error?.detail).to.match(/^The profile work: .*SSO.*\(aws sso login --profile work\)$/);
    });

  it("that are none make a check fail with the reason", async () => {
    const profile = `[profile work]\ncredential_process = ${helper("exit 3")}\n`;
    writeFileSync(join(home, "config"), profile);
    await withEnvironment({ AWS_CONFIG_FILE: join(home, "config"), AWS_PROFILE: "work" }, async () => {
      const { connection_status } = await new AwsBedrockModel().checkConnection(
        localConfig(bedrock.url, withoutKeys),
      );
      expect(connection_status.status).to.equal("failed");
      expect(connection_status.message).to.contain("ended with exit code 3");
    });
  });
});

describe("settings with a strange character inside", () => {
  for (const [field, value, says] of [
    ["session_token", "FwoG\nZXIv", "holds a line break inside"],
    ["secret_access_key", "abc def", "holds a blank inside"],
    ["access_key", "AKIA\u0000X", "holds a control character (U+0000) inside"],
    ["model_id", "us.amazon.nova-lite\n-v1:0", "holds a line break inside"],
  ] as const)
    it(`are refused before anything is asked: ${field}`, async () => {
      const { connection_status } = await new AwsBedrockModel().checkConnection(
        localConfig("http://127.0.0.1:1", { [field]: value }),
      );
      expect(connection_status.status).to.equal("failed");
      expect(connection_status.message).to.contain(`${field} ${says}`).and.not.contain("FwoG");
    });

  it("but blanks around them are taken off", () => {
    const { auth } = readConnection(
      localConfig("http://127.0.0.1:1", { access_key: " AKIA\n", session_token: "FwoG\r\n" }),
      [],
    );
    expect(auth).to.include({ accessKeyId: "AKIA", sessionToken: "FwoG" });
  });
});
