import { expect, test } from "vitest";
import { CampaignInput } from "./campaigns.ts";
import { ContactInput, contacts } from "./contacts.ts";
import { ListInput } from "./lists.ts";
import { name } from "./shapes.ts";

const unfit = [
  "a\nb",
  "a\rb",
  "a\tb",
  "a\u0000b",
  "a\u007fb",
  "a\u0085b",
  "a\u2028b",
  "a\u2029b",
  "a\u202eb",
  "a\u2066b",
];

test.each(unfit)("a name cannot be %j, and the field is named", (text) => {
  expect(name(100).safeParse(text).success).toBe(false);
  const refused = (path: string, result: { error?: { issues: { path: PropertyKey[]; message: string }[] } }) =>
    expect(result.error?.issues).toMatchObject([
      { path: [path], message: expect.stringContaining("control characters") },
    ]);
  refused("name", ListInput.safeParse({ name: text }));
  refused("name", CampaignInput.safeParse({ name: text, text: "Hei" }));
  refused("first_name", ContactInput.safeParse({ first_name: text }));
  refused("last_name", ContactInput.safeParse({ last_name: text }));
  refused("list", contacts.startImport.query.safeParse({ list: text }));
});

test.each(["Åse Ødegård-Lie", "Anna 👩‍👩‍👧", "שָׁלוֹם", "محمد", "O'Brien & Co. (AS)", "名前"])("a name can be %j", (text) => {
  expect(name(100).parse(` ${text} `)).toBe(text);
});

test.each(["", "  ", "\u200b", "\u200e\u2060", "\ufeff", "\u3164", "\u2800"])("a name of %j is empty", (text) => {
  expect(ListInput.safeParse({ name: text }).error?.issues).toMatchObject([{ code: "too_small", path: ["name"] }]);
  expect(ContactInput.parse({ first_name: text })).toEqual({ first_name: "" });
});

test("a name is composed, and invisible characters around it are removed", () => {
  expect(name(100).parse("\ufeffPa\u030aske\u200b ")).toBe("P\u00e5ske");
  expect(name(100).parse("محمد\u200f")).toBe("محمد");
  expect(name(100).parse("I ❤\ufe0f")).toBe("I ❤\ufe0f");
});
