import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Run by mocha once, before any spec: what is started as a process of its own is what the sources are now. */
export const mochaGlobalSetup = (): void => {
  execFileSync("npm", ["run", "--silent", "build"], {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdio: ["ignore", "inherit", "inherit"],
  });
};
