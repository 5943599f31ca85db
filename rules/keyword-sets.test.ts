import fc from "fast-check";
import { expect, test } from "vitest";
import {
  keywordChanges,
  keywordKinds,
  keywordProblem,
  keywordSets,
  requiredKeywords,
  standardKeywords,
} from "./keyword-sets.ts";
import { readKeyword } from "./opt-out-keywords.ts";

const sets = (change: Partial<Record<"stop" | "start" | "help", string[]>>) => ({ ...standardKeywords, ...change });

test("the standard words are valid, include the required ones, and are no change", () => {
  expect(keywordProblem(standardKeywords)).toBeNull();
  expect(keywordChanges(standardKeywords)).toBeNull();
  expect(keywordSets(null)).toBe(standardKeywords);
  for (const kind of keywordKinds)
    expect(standardKeywords[kind]).toEqual(expect.arrayContaining([...requiredKeywords[kind]]));
  expect(requiredKeywords.stop).toEqual(
    expect.arrayContaining(["STOP", "QUIT", "END", "REVOKE", "OPTOUT", "CANCEL", "UNSUBSCRIBE"]),
  );
});

test("a workspace adds words, in one spelling each, and removes standard ones", () => {
  const own = sets({
    stop: [...standardKeywords.stop.filter((word) => word !== "AVSLUTT"), " meld  meg av! ", "Meld-meg-av", "lopeta"],
  });
  expect(keywordProblem(own)).toBeNull();
  const changes = keywordChanges(own);
  expect(changes).toEqual({ stop: { added: ["MELD MEG AV", "LOPETA"], removed: ["AVSLUTT"] } });
  const now = keywordSets(changes);
  expect(now.stop.slice(-2)).toEqual(["MELD MEG AV", "LOPETA"]);
  expect(readKeyword("Meld meg av.", now)).toBe("stop");
  expect(readKeyword("avslutt", now)).toBe("stop_perhaps");
  expect(readKeyword("stop", now)).toBe("stop");
});

test("removing a required word, a text that is no word, and a word in two sets are refused by name", () => {
  expect(keywordProblem(sets({ stop: ["END", "QUIT"] }))).toEqual({
    code: "keyword_required",
    kind: "stop",
    words: ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "REVOKE", "OPTOUT"],
  });
  expect(keywordProblem(sets({ start: ["YES"] }))).toMatchObject({ code: "keyword_required", words: ["START"] });
  expect(keywordProblem(sets({ help: [] }))).toMatchObject({ code: "keyword_required", words: ["HELP"] });
  expect(keywordProblem(sets({ help: ["HELP", "!?", "x".repeat(41)] }))).toMatchObject({
    code: "invalid_keyword",
    kind: "help",
    words: ["!?", "x".repeat(41)],
  });
  expect(keywordProblem(sets({ start: ["START", "s.t.o.p"] }))).toMatchObject({
    code: "keyword_twice",
    kind: "start",
    words: ["s.t.o.p"],
  });
});

test("valid sets are restored from their stored changes, whatever the order", () => {
  const word = fc.stringMatching(/^[a-zåæø]{3,12}( [a-z]{2,5})?$/);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 5 }), fc.subarray(["STOPP", "AVSLUTT", "AVMELD"]), (added, removed) => {
      const own = sets({ stop: [...standardKeywords.stop.filter((each) => !removed.includes(each)), ...added] });
      fc.pre(keywordProblem(own) === null);
      const kept = keywordSets(keywordChanges(own));
      expect(keywordSets(keywordChanges(kept))).toEqual(kept);
      for (const each of own.stop) expect(readKeyword(each, kept)).toBe("stop");
      for (const each of removed) expect(kept.stop).not.toContain(each);
    }),
  );
});
