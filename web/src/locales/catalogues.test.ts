import { IntlMessageFormat } from "intl-messageformat";
import { expect, test } from "vitest";
import { decisionReasons } from "../../../contract/decisions.ts";
import { sourceTypes } from "../../../contract/messages.ts";
import type { Language } from "../../../contract/shapes.ts";
import { loadMessages, loadPageMessages, pageAreas } from "./catalogues.ts";
import { languages } from "./languages.ts";

interface Part {
  type: number;
  value?: string;
  options?: Record<string, { value: Part[] }>;
  children?: Part[];
}

/** Every text of a catalogue by its dotted key. */
function flatten(catalogue: object, prefix = ""): [key: string, text: string][] {
  return Object.entries(catalogue).flatMap(([name, value]) =>
    typeof value === "string" ? [[`${prefix}${name}`, value] as [string, string]] : flatten(value, `${prefix}${name}.`),
  );
}

/** The arguments and tags of a text, each with its format. A literal (0) and `#` (7) have none. */
function placeholders(parts: Part[]): Set<string> {
  const found = new Set<string>();
  for (const part of parts) {
    if (part.type !== 0 && part.type !== 7) found.add(`${part.value}:${part.type}`);
    for (const option of Object.values(part.options ?? {}))
      for (const inner of placeholders(option.value)) found.add(inner);
    for (const inner of placeholders(part.children ?? [])) found.add(inner);
  }
  return found;
}

const parse = (text: string, language: string) => new IntlMessageFormat(text, language).getAst() as Part[];

/** Every text of a language. */
const all = async (language: Language) => {
  const pages = pageAreas.map(async (area) => [area, await loadPageMessages(area, language)] as const);
  return { ...(await loadMessages(language)), ...Object.fromEntries(await Promise.all(pages)) };
};

const english = flatten(await all("en"));

test.each(languages)("%s has the same keys as English", async (language) => {
  const keys = flatten(await all(language)).map(([key]) => key);
  expect(keys.sort()).toEqual(english.map(([key]) => key).sort());
});

test.each(languages)("every text of %s is valid ICU and has the arguments of the English one", async (language) => {
  const texts = new Map(flatten(await all(language)));
  for (const [key, original] of english) {
    const text = texts.get(key) ?? "";
    expect(text.trim(), key).not.toBe("");
    expect([...placeholders(parse(text, language))].sort(), key).toEqual(
      [...placeholders(parse(original, "en"))].sort(),
    );
  }
});

test.each(languages)("%s has a word for every source that uses segments", async (language) => {
  const words = Object.keys((await loadPageMessages("subscription", language)).sources);
  expect(words.sort()).toEqual(Object.keys(sourceTypes).sort());
});

test.each(languages)("%s has a word for every reason that a workflow decides by", async (language) => {
  const words = Object.keys((await loadPageMessages("statuses", language)).decisionReasons);
  expect(words.sort()).toEqual(Object.keys(decisionReasons).sort());
});

test.each(languages)("in %s texts that wait for quiet hours are told one time where it is one", async (language) => {
  const texts = new Map(flatten(await all(language)));
  const told = new IntlMessageFormat(texts.get("campaigns.findings.quiet_hours") ?? "", language);
  const say = (wait: number, first: string, last: string) =>
    String(told.format({ wait, first, last, same: first === last ? "yes" : "no", zone: "Oslo" }));
  expect(say(2, "15:00", "15:00").match(/15:00/g)).toHaveLength(1);
  expect(say(2, "15:00", "16:00")).toMatch(/15:00.*16:00.*Oslo/);
  for (const one of [say(1, "15:00", "15:00"), say(2, "15:00", "15:00")]) expect(one).toContain("15:00, Oslo.");
  expect(say(1, "15:00", "15:00").replace("1 ", "2 ")).not.toBe(say(2, "15:00", "15:00"));
});
