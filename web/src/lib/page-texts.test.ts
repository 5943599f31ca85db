import { beforeAll, expect, test } from "vitest";
import type { Language } from "../../../contract/shapes.ts";
import { loadPageMessages } from "../locales/catalogues.ts";
import type { PageArea } from "../locales/languages.ts";
import { loadPageTexts, showLanguage, shownTexts, subscribeToTexts } from "./page-texts.ts";

const title = async (area: "audit" | "lists" | "webhooks", language: Language) =>
  (await loadPageMessages(area, language)).title;
const shownTitle = (area: "audit" | "lists" | "webhooks") => shownTexts()?.messages[area].title;

/** The areas of every state that was shown, with its language. */
const states: { language: Language; areas: PageArea[] }[] = [];

beforeAll(() =>
  subscribeToTexts(() => {
    const shown = shownTexts();
    if (!shown) return;
    const areas = Object.keys(shown.messages) as (PageArea | "frame" | "problems" | "ui")[];
    states.push({
      language: shown.language,
      areas: areas.filter((area) => area !== "frame" && area !== "problems" && area !== "ui"),
    });
  }),
);

test("the first language brings the texts that every page needs, and those requested before it", async () => {
  await loadPageTexts(["audit"]);
  expect(shownTexts()).toBeNull();
  await showLanguage("en");
  expect(shownTexts()?.messages).toHaveProperty("frame.home");
  expect(shownTitle("audit")).toBe(await title("audit", "en"));
});

test("a page's texts are added to those of the pages before it", async () => {
  await loadPageTexts(["lists"]);
  expect(shownTitle("lists")).toBe(await title("lists", "en"));
  expect(shownTitle("audit")).toBe(await title("audit", "en"));
});

test("a change of language changes the texts of every page at once", async () => {
  await showLanguage("nb");
  expect(shownTexts()?.language).toBe("nb");
  expect(shownTitle("audit")).toBe(await title("audit", "nb"));
  expect(shownTitle("lists")).toBe(await title("lists", "nb"));
});

test("a page opened during a change of language has its texts in the new language", async () => {
  const change = showLanguage("sv");
  await loadPageTexts(["webhooks"]);
  expect(shownTexts()?.language).toBe("sv");
  expect(shownTitle("webhooks")).toBe(await title("webhooks", "sv"));
  await change;
  expect(shownTitle("webhooks")).toBe(await title("webhooks", "sv"));
});

test("of two changes of language the last one wins", async () => {
  await Promise.all([showLanguage("da"), showLanguage("en")]);
  expect(shownTexts()?.language).toBe("en");
});

test("no state lacks an area that was shown before", () => {
  for (const [i, { areas }] of states.entries())
    expect(areas).toEqual(expect.arrayContaining(states[i - 1]?.areas ?? []));
});
