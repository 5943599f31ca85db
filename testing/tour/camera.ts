/** Takes the pictures of the tour: light, 1440 px wide, and as high as the page is, up to a limit. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { routeAt } from "./routes.ts";

const width = 1440;
const usualHeight = 900;
const greatestHeight = 1800;

export interface Camera {
  /** Takes a picture of the page, once everything on it is loaded. `route` says which page it shows. */
  take(page: Page, image: string, route: string): Promise<void>;
  /** What was taken so far. */
  images(): string[];
  routes(): string[];
  /** Replaces what a folder holds with the images. */
  save(folder: string): Promise<void>;
}

export function openCamera(): Camera {
  const taken = new Map<string, Buffer>();
  const routes = new Set<string>();
  return {
    async take(page, image, route) {
      expect(routeAt(decodeURIComponent(new URL(page.url()).pathname)), `the page of ${image}`).toBe(route);
      expect(taken.has(image), `${image} is taken twice`).toBe(false);
      await page.setViewportSize({ width, height: usualHeight });
      await loaded(page);
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      if (height > usualHeight) {
        await page.setViewportSize({ width, height: Math.min(height, greatestHeight) });
        await loaded(page);
      }
      const debug = await page.context().newCDPSession(page);
      const { data } = await debug.send("Page.captureScreenshot", { format: "webp", quality: 80 });
      await debug.detach();
      await page.setViewportSize({ width, height: usualHeight });
      taken.set(image, Buffer.from(data, "base64"));
      routes.add(route);
    },
    images: () => [...taken.keys()],
    routes: () => [...routes],
    async save(folder) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
      for (const [image, data] of taken) await writeFile(join(folder, `${image}.webp`), data);
    },
  };
}

/** No placeholder is left, fonts and images are there, and the page has been painted. */
async function loaded(page: Page): Promise<void> {
  await expect.poll(() => page.locator(".late").count(), { message: `${page.url()} is loading` }).toBe(0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  });
}
