/** Finds a Chromium for the browser tests, and installs one if there is none. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findBrowser } from "../testing/browser.ts";
import { root, runNode, runProgram } from "./run.ts";

/** The path of a Chromium, or a sentence with what to do if none could be installed. */
export async function ensureBrowser(): Promise<string | { problem: string }> {
  const found = findBrowser();
  if (found) return found;
  console.log("Installing Chromium for the browser tests; this is done once.");
  if (isDebian() && process.getuid?.() === 0) {
    // The system's package gets security updates with the system.
    const apt = { DEBIAN_FRONTEND: "noninteractive" };
    await runProgram("apt-get", ["update", "-q"], apt);
    await runProgram("apt-get", ["install", "-y", "-q", "--no-install-recommends", "chromium-headless-shell"], apt);
  } else {
    await runNode([join(root, "node_modules", "playwright-core", "cli.js"), "install", "chromium"]);
  }
  return (
    findBrowser() ?? {
      problem:
        "There is no Chromium for the browser tests. Install one (Debian: apt-get install chromium; elsewhere: npx playwright-core install --with-deps chromium) or set CHROMIUM_PATH.",
    }
  );
}

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(readFileSync("/etc/os-release", "utf8"));
  } catch {
    return false;
  }
}
