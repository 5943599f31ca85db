/** The browser of the browser tests: a real Chromium. */
import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, type BrowserServer, chromium } from "playwright-core";

const usual = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** CHROMIUM_PATH, one of the system, or the one that Playwright installed; null when there is none. */
export function findBrowser(): string | null {
  return (
    [process.env.CHROMIUM_PATH, ...usual, chromium.executablePath()].find((path) => path && existsSync(path)) ?? null
  );
}

/** Starts a Chromium without a window, which others connect to. */
export async function launchBrowser(): Promise<BrowserServer> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error("There is no Chromium. Set CHROMIUM_PATH, or run npm test, which installs one.");
  // Root has no sandbox for it, and containers have a /dev/shm too small for it.
  const args = process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : ["--disable-dev-shm-usage"];
  return chromium.launchServer({ executablePath, args });
}

/** Somebody at a desk in Oslo who reads English and wants nothing to move. */
export function openContext(browser: Browser, height = 900): Promise<BrowserContext> {
  return browser.newContext({
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Oslo",
    viewport: { width: 1440, height },
  });
}
