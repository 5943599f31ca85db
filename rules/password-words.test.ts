import { expect, test } from "vitest";
import { wordInPassword } from "./password-words.ts";

const context = { email: "kari.nordmann@salong.example", workspaces: ["Salong Saks", "Bo"] };

test.each([
  ["salongsaks2026", "workspace"],
  ["  Salong-Saks forever", "workspace"], // seven letters are left
  ["S.a.l.o.n.g Saks!!", "workspace"],
  ["ＳＡＬＯＮＧ ｓａｋｓ ’26", "workspace"],
  ["kari.nordmann@salong.example", "email"],
  ["my kari.nordmann@salong.example!", "email"],
  ["salong saks salong saks salong saks", "workspace"],
  ["Kari.Nordmann1", "email"],
] as const)("%j is built of a name that is no secret", (password, word) => {
  expect(wordInPassword(password, context)).toBe(word);
});

test.each([
  "correct horse battery",
  "a boat on the fjord", // contains "bo", like half of all words
  "kari.nordmann likes old boats", // enough is left without it
  "Salong-Saks for sails", // eight letters are
  "why kari.nordmann@salong.example sails",
  "saks and salong, the other way round",
  "🦊🦊🦊🦊🦊🦊",
])("%j is not", (password) => {
  expect(wordInPassword(password, context)).toBeNull();
});

test("a name of any length is refused where too little is left without it", () => {
  const acme = { workspaces: ["Acme"] };
  expect(wordInPassword("Acme-2026!", acme)).toBe("workspace");
  expect(wordInPassword("acme acme acme", acme)).toBe("workspace");
  expect(wordInPassword("acme on a correct horse", acme)).toBeNull();
  expect(wordInPassword("a boat on the fjord", { workspaces: ["Boat"] })).toBeNull();
  expect(wordInPassword("boat on fjord", { workspaces: ["Boat"] })).toBe("workspace");
  expect(wordInPassword("bo-1234567", { workspaces: ["Bo"] })).toBeNull();
});

test("nothing to compare with refuses nothing", () => {
  expect(wordInPassword("correct horse battery", {})).toBeNull();
  expect(wordInPassword("correct horse battery", { email: "", workspaces: ["", "-"] })).toBeNull();
});
