import fc from "fast-check";
import { expect, test } from "vitest";
import { keywordKinds, standardKeywords } from "./keyword-sets.ts";
import { readKeyword } from "./opt-out-keywords.ts";

test("every word of the sets is read, in any case and with punctuation around it", () => {
  for (const kind of keywordKinds)
    for (const word of standardKeywords[kind])
      for (const spelling of [
        word,
        word.toLowerCase(),
        ` ${word}.\n`,
        `"${word}"!`,
        word.normalize("NFD"),
        `${word} 👍🏽`,
        `\u200e${word}\ufe0f`,
      ])
        expect(readKeyword(spelling), spelling).toBe(kind);
});

test("a stop word written apart is the word", () => {
  for (const text of ["OPT-OUT", "opt out", "Stop all", "S.T.O.P", "ＳＴＯＰ"])
    expect(readKeyword(text), text).toBe("stop");
});

test("a stop word with emoji, keycaps and invisible characters is the word", () => {
  for (const text of [
    "STOP 1️⃣",
    "#️⃣STOP*️⃣",
    "ST🅾️P",
    "🆂🆃🅾🅿",
    "🅢🅣🅞🅟",
    "STOP 🅾️",
    "STOP 🇳🇴",
    "🛑 STOP 🛑",
    "STOP\u3164",
    "\u115fST\u034fOP\uffa0",
  ])
    expect(readKeyword(text), text).toBe("stop");
  for (const text of ["1️⃣", "🅾️", "\u3164", "🅿️ at 8?"]) expect(readKeyword(text), text).toBeNull();
});

test("a stop word in a sentence does not opt out", () => {
  for (const text of [
    "can't stop by",
    "Can’t stop by today, sorry",
    "don't stop",
    "stop by tomorrow?",
    "bus stop",
    "nonstop",
    "the end of the week",
    "Please cancel my appointment",
    "I quit my job",
    "støp",
    "STOP at the reception when you arrive",
  ])
    expect(readKeyword(text), text).toBeNull();
});

test("start and yes in a sentence do not opt in", () => {
  for (const text of [
    "when does it start",
    "please start the car",
    "yes please",
    "ja takk",
    "yes, I will come",
    "restart",
  ])
    expect(readKeyword(text), text).toBeNull();
});

test("a polite stop is left to a person", () => {
  for (const text of [
    "Stop, takk",
    "Please stop",
    "stopp nå!!",
    "STOP STOP STOP",
    "Stop sending me messages",
    "Vennligst avslutt",
    "Hej, stopp tack",
    "ja stopp",
    "stöp",
    "no more messages please, unsubscribe me",
  ])
    expect(readKeyword(text), text).toBe("stop_perhaps");
});

test("SUBSCRIBE opts in", () => {
  for (const text of ["SUBSCRIBE", "subscribe!", " Subscribe. "]) expect(readKeyword(text)).toBe("start");
});

test("REVOKE and OPTOUT are in the set", () => {
  expect(readKeyword("revoke")).toBe("stop");
  expect(readKeyword("optout")).toBe("stop");
});

test("a workspace's own sets replace the standard ones, and a word of two sets stops", () => {
  const sets = { stop: ["NEI TAKK", "JA"], start: ["JA"], help: [] };
  expect(readKeyword("nei, takk", sets)).toBe("stop");
  expect(readKeyword("ja", sets)).toBe("stop");
  // A removed standard word is still shown to a person.
  expect(readKeyword("STOP", sets)).toBe("stop_perhaps");
  expect(readKeyword("Nei takk, Kari", sets)).toBeNull();
  expect(readKeyword("Nei takk\n-- \nKari", sets)).toBe("stop_perhaps");
});

test("empty, wordless and long texts are no keyword", () => {
  for (const text of ["", "  ", "...", "👍", "stop ".repeat(1000)]) expect(readKeyword(text)).toBeNull();
});

test("a keyword among other words is never acted upon", () => {
  const words = fc.array(fc.stringMatching(/^[a-z]{2,8}$/), { minLength: 1, maxLength: 5 });
  const keyword = fc.constantFrom(...Object.values(standardKeywords).flat());
  fc.assert(
    fc.property(words, keyword, fc.nat(5), (others, word, at) => {
      const text = others.toSpliced(at, 0, word).join(" ");
      const joined = others.toSpliced(at, 0, word).join("").toUpperCase();
      fc.pre(!Object.values(standardKeywords).flat().includes(joined));
      expect([null, "stop_perhaps"]).toContain(readKeyword(text));
    }),
  );
});
