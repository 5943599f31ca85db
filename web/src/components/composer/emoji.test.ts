import { expect, test } from "vitest";
import { countSegments } from "../../../../rules/gsm-segments.ts";
import { emoji, findEmoji } from "./emoji.ts";
import { symbols } from "./symbol-picker.tsx";

const characters = (query: string, language: "en" | "nb" | "sv" | "da") =>
  findEmoji(query, language).flatMap(({ found }) => found.map((one) => one.character));

test("emoji are found by names in the reader's language and in English, from the beginning of a word", () => {
  expect(characters("kake", "nb")).toEqual(["🍰"]);
  expect(characters("bursd", "nb")).toEqual(["🎂"]);
  expect(characters("birth", "da")).toEqual(["🎂"]);
  expect(characters("post", "sv")).toEqual(["📧"]);
  expect(characters("ppl", "en")).toEqual([]);
  expect(findEmoji("", "en")).toHaveLength(Object.keys(emoji).length);
});

test("no emoji or symbol is offered twice within its group", () => {
  for (const group of Object.values(emoji)) expect(new Set(group.map((one) => one.character)).size).toBe(group.length);
  for (const group of Object.values(symbols)) expect(new Set(group).size).toBe(group.length);
});

test("every emoji makes a text UCS-2, as the picker says", () => {
  for (const group of Object.values(emoji))
    for (const { character } of group) expect(countSegments(character).encoding).toBe("UCS-2");
});
