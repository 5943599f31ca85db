import { expect, test } from "vitest";
import type { Language } from "../../../../contract/shapes.ts";
import { loadMessages, loadPageMessages } from "../../locales/catalogues.ts";
import { languages } from "../../locales/languages.ts";
import { findCommands } from "./find-commands.ts";

/** The palette's texts, each under its key. */
async function commandsIn(language: Language) {
  const { frame } = await loadMessages(language);
  const { words } = await loadPageMessages("commands", language);
  const all = { ...frame, ...frame.themes, ...frame.sections, account: frame.myAccount, language: "Svenska" };
  return (Object.keys(words) as (keyof typeof words)[]).map((key) => ({
    key,
    label: all[key],
    words: words[key],
    usual: key in frame && key !== "language",
  }));
}
const found = async (language: Language, text: string) =>
  findCommands(await commandsIn(language), text).map(({ key }) => key);

test.each([
  ["en", "sender", "senders"],
  ["en", "api", "apiKeys"],
  ["en", "invoice", "subscription"],
  ["en", "dark", "dark"],
  ["en", "quiet hours", "workspace"],
  ["nb", "avsender", "senders"],
  ["nb", "API", "apiKeys"],
  ["nb", "språk", "language"],
  ["nb", "sprak", "language"],
  ["nb", "mørk", "dark"],
  ["nb", "mørkt", "dark"],
  ["nb", "mork", "dark"],
  ["nb", "faktura", "subscription"],
  ["nb", "samtykke", "subscriptionTypes"],
  ["nb", "nokler api", "apiKeys"],
  ["sv", "avsandare", "senders"],
  ["sv", "mörkt", "dark"],
  ["sv", "radera", "retention"],
  ["sv", "lösenord", "account"],
  ["da", "afsender", "senders"],
  ["da", "nøgle", "apiKeys"],
  ["da", "sprog", "language"],
  ["da", "tilføj kunde", "newContact"],
] as const)("in %s %s finds %s", async (language, text, key) => {
  expect(await found(language, text)).toContain(key);
});

test("a match in the label comes before one in the other words, and every word typed must match", async () => {
  expect((await found("nb", "mørkt"))[0]).toBe("dark");
  expect((await found("nb", "avsender"))[0]).toBe("senders");
  expect((await found("nb", "innst"))[0]).toBe("settings");
  expect(await found("nb", "api giraff")).toEqual([]);
});

test("the usual commands are listed before anything is typed", async () => {
  expect(await found("en", "")).toContain("home");
  expect(await found("en", " ")).not.toContain("dark");
});

test.each(languages)("in %s no command has the same word twice", async (language) => {
  for (const { key, words } of await commandsIn(language)) {
    const each = words.split(" ");
    expect(each.length, key).toBe(new Set(each).size);
  }
});

test.each(["%", "\\", "'", "\u0301", "🎄"])("%s alone is plain text", async (text) => {
  expect(await found("en", text)).toEqual(text === "\u0301" ? await found("en", "") : []);
});
