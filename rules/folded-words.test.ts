import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { foldWords, withoutAccents, wordsOf } from "./folded-words.ts";

const usual = fc
  .array(fc.constantFrom(..."abzAZ019 \n\r.,!?-_'`\"#*/æøåäöüßÆØÅÄÖÜ"), { maxLength: 30 })
  .map((each) => each.join(""));

test("the quick way to fold usual characters gives the same as the way for all characters", () => {
  fc.assert(
    fc.property(usual, (text) => {
      // A word of Greek letters takes the whole text the other way.
      expect([...wordsOf(text), "ωμέγα"]).toEqual(wordsOf(`${text} ωμέγα`));
    }),
    { numRuns: runs(3_000, 100_000) },
  );
});

test.each([
  ["Don't stop", ["dont", "stop"]],
  ["ＳＴＯＰ ²", ["stop", "2"]],
  ["S.T.O.P", ["s", "t", "o", "p"]],
  ["avmeld—nå…", ["avmeld", "nå"]],
  ["A\u030avslutt", ["åvslutt"]],
])("%j has the words %j", (text, words) => {
  expect(wordsOf(text)).toEqual(words);
  expect(foldWords(text)).toBe(words.join(""));
});

test("accents are removed from a word", () => {
  expect(["stop", "stöpp", "avmäld"].map(withoutAccents)).toEqual(["stop", "stopp", "avmald"]);
});
