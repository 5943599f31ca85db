import { expect, test } from "vitest";
import { nameWords } from "./name-words.ts";

test.each([
  ["Anne-Marie von Königsmarck", ["Anne", "Marie", "von", "Königsmarck"]],
  ["O'Brien d’Artagnan", ["O", "Brien", "d", "Artagnan"]],
  ["Hansen & Sønn A/S (Oslo)", ["Hansen", "Sønn", "A", "S", "Oslo"]],
  ["24 Timer", ["24", "Timer"]],
  ["ola.nordmann@example.no", ["ola", "nordmann@example", "no"]],
  ["100% _ \\ 🎄", ["100%", "_", "\\", "🎄"]],
  ["  ", []],
  ["-'", []],
])("%s has the words %j", (text, words) => {
  expect(nameWords(text)).toEqual(words);
});
