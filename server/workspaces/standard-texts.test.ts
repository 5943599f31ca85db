import { expect, test } from "vitest";
import { countSegments } from "../../rules/gsm-segments.ts";
import { standardTexts } from "./standard-texts.ts";

const names = ["Salong Saks", "Café Zürich & Søn", "Łódź “Beauty” — Studio 💇", "株式会社", "x".repeat(100)];

test.each(["en", "nb", "sv", "da"] as const)(
  "every standard text in %s is one GSM-7 segment, whatever the name",
  (language) => {
    for (const name of names) {
      for (const [field, text] of Object.entries(standardTexts(language, name))) {
        expect(countSegments(text), `${field}: ${text}`).toMatchObject({ encoding: "GSM-7", segments: 1 });
      }
    }
  },
);

test("a name is transliterated to the GSM alphabet", () => {
  expect(standardTexts("en", "Kvinnens “Hår” – Bodø").help_text).toMatch(/^Kvinnens Hår - Bodø: /);
  expect(standardTexts("en", "株式会社").help_text).toMatch(/^SMS: /);
});
