/** The HTML of layouts in a real browser, which reads HTML otherwise than a sanitiser: nothing runs, and nothing is there that was removed. */
import type { Page } from "playwright-core";
import { beforeAll, expect, test } from "vitest";
import { eventScope } from "../rules/event-placeholders.ts";
import { layOut } from "../rules/mail-layout.ts";
import { allowedTags, documentTags, isAllowedAttribute } from "../server/templates/allowed-html.ts";
import { cleanHtml } from "../server/templates/clean-html.ts";
import { openContext } from "../testing/browser.ts";
import { hostileHtml } from "../testing/hostile-html.ts";
import { openBrowser } from "../testing/journey.ts";

const browser = await openBrowser();
let page: Page;
const ran: string[] = [];
const fetched: string[] = [];

beforeAll(async () => {
  page = await (await openContext(browser)).newPage();
  page.on("dialog", async (dialog) => {
    ran.push(dialog.message());
    await dialog.dismiss();
  });
  await page.route("**", (route) => {
    fetched.push(route.request().url());
    return route.abort();
  });
});

/** Every element with its attributes, as the browser has built them. */
async function elementsOf(html: string): Promise<{ tag: string; attributes: Record<string, string> }[]> {
  await page.setContent(html);
  return page.evaluate(() =>
    [...document.querySelectorAll("*")].map((element) => ({
      tag: element.localName,
      attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
    })),
  );
}

test.each([...hostileHtml, hostileHtml.join(""), hostileHtml.toReversed().join("x")])("%s", async (given) => {
  ran.length = 0;
  fetched.length = 0;
  const elements = await elementsOf(cleanHtml(given, eventScope, "en").html);
  expect(ran).toEqual([]);
  expect(fetched).toEqual([]);
  for (const { tag, attributes } of elements) {
    expect([...documentTags, ...allowedTags]).toContain(tag);
    for (const [name, value] of Object.entries(attributes)) {
      const isOwn = documentTags.has(tag) && ["lang", "dir", "charset", "name", "content"].includes(name);
      expect(isOwn || isAllowedAttribute(tag, name), `${tag} ${name}`).toBe(true);
      if (name === "href" || name === "src") expect(value).toMatch(/^(https?:\/\/|mailto:|tel:|#|[^:]*$)/i);
    }
  }
});

test("the built-in layout has no more width than its window, in light and dark", async () => {
  const html = layOut({
    language: "en",
    title: "Concert",
    body: `<p>Doors open at 18:00. ${"word ".repeat(80)}</p>`,
    colors: { accent: "#facc15" },
    button: { text: "Tickets", url: "https://tickets.example" },
    footer: "The hall\n12 Bridge Street",
  });
  await page.setContent(cleanHtml(html, eventScope, "en").html);
  for (const width of [320, 390, 600, 1_000]) {
    await page.setViewportSize({ width, height: 800 });
    const [whole, panel] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.querySelector(".v-panel")?.getBoundingClientRect().width ?? 0,
    ]);
    expect(whole).toBeLessThanOrEqual(width);
    expect(panel).toBeLessThanOrEqual(600);
  }
  const color = () =>
    page.evaluate(() => getComputedStyle(document.querySelector(".v-panel") as Element).backgroundColor);
  await page.emulateMedia({ colorScheme: "light" });
  expect(await color()).toBe("rgb(255, 255, 255)");
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await color()).toBe("rgb(39, 39, 42)");
  const button = () => page.evaluate(() => getComputedStyle(document.querySelector("a.v-button") as Element).color);
  expect(await button()).toBe("rgb(24, 24, 27)");
});
