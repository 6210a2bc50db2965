import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * Run by mocha once, before any spec: what is started as a process of its own is what the sources are now. The
 * connectors that the conformance suite is tried on are compiled too: to do so in each of their processes would take
 * most of its time.
 */
export const mochaGlobalSetup = (): void => {
  const cwd = fileURLToPath(new URL("../../", import.meta.url));
  execFileSync("npm", ["run", "--silent", "build"], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  execFileSync("npx", ["--no-install", "tsc", "-p", "spec/support/conformance"], {
    cwd,
    stdio: ["ignore", "inherit", "inherit"],
  });
  copyFileSync(
    `${cwd}/spec/support/conformance/echo.json`,
    `${cwd}/dist/stand-ins/spec/support/conformance/echo.json`,
  );
};
