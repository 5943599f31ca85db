/** The browser of the browser tests: a real Chromium. */
import { existsSync } from "node:fs";
import { buffer } from "node:stream/consumers";
import { type Browser, type BrowserContext, type BrowserServer, chromium, type Page } from "playwright-core";

/** The first is Chromium without its windows' surroundings: the same engine, and journeys take a quarter less time in it. */
const usual = [
  "/usr/bin/chromium-headless-shell",
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

/** Starts a headless Chromium that test files connect to. */
export async function launchBrowser(): Promise<BrowserServer> {
  const executablePath = findBrowser();
  if (!executablePath) throw new Error("There is no Chromium. Set CHROMIUM_PATH, or run npm test, which installs one.");
  // Chromium's sandbox does not work as root, and /dev/shm of containers is too small for it.
  const args = [
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  return chromium.launchServer({ executablePath, args });
}

/** A desktop browser in Oslo, in English, without animations. */
export function openContext(browser: Browser, height = 900): Promise<BrowserContext> {
  return browser.newContext({
    reducedMotion: "reduce",
    locale: "en-GB",
    timezoneId: "Europe/Oslo",
    viewport: { width: 1440, height },
  });
}

/** Runs `act` and returns the file that it downloads: its name and its text. */
export async function download(page: Page, act: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent("download"), act()]);
  return { name: file.suggestedFilename(), text: (await buffer(await file.createReadStream())).toString() };
}
