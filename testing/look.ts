/** Checks that browser tests do on every page: accessibility in light and dark, and no overflow; and screenshots for people. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const schemes = ["dark", "light"] as const;
const widths = [390, 1440];

interface AxeResult {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

let axe: Promise<string> | null = null;
const axeSource = () => (axe ??= readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));

/** Rules about colours: all others give the same result in both schemes. */
const colourRules = ["color-contrast", "link-in-text-block"];

async function axeFindings(page: Page, rules: readonly string[] | null): Promise<string[]> {
  // The page's policy forbids injected script elements, so the source is evaluated through the debugger.
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(await axeSource());
  const { violations } = await page.evaluate(
    (runOnly) =>
      (globalThis as unknown as { axe: { run(options: object): Promise<AxeResult> } }).axe.run({
        resultTypes: ["violations"],
        ...(runOnly && { runOnly }),
      }),
    rules,
  );
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(" | ")}`,
  );
}

/** Expects that axe finds nothing, in dark and in light. It polls, because colours fade and figures load after the page is shown. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const [i, colorScheme] of schemes.entries()) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await expect
      .poll(() => axeFindings(page, i === 0 ? null : colourRules), {
        timeout: 15_000,
        message: `${page.url()} in ${colorScheme}`,
      })
      .toEqual([]);
  }
}

/** Takes screenshots of the page, wide and narrow, light and dark, into the directory that SCREENSHOTS names, if it is set. */
export async function shoot(page: Page, name: string): Promise<void> {
  const directory = process.env.SCREENSHOTS;
  if (!directory) return;
  const before = page.viewportSize();
  for (const width of widths)
    for (const colorScheme of schemes) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({ path: `${directory}/${name}-${width}-${colorScheme}.png`, fullPage: true });
    }
  if (before) await page.setViewportSize(before);
}

/** Expects no horizontal scrolling: nothing is wider than the page. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow, `${page.url()} at ${page.viewportSize()?.width} px`).toBeLessThanOrEqual(0);
  // Where scrollbars take room, a row of tabs that is a pixel too high for itself gets one.
  const rows = await page
    .getByRole("tablist")
    .evaluateAll((lists) => lists.map((list) => list.scrollHeight - list.clientHeight));
  expect(rows, `rows of tabs of ${page.url()}`).toEqual(rows.map(() => 0));
}
