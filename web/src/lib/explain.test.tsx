import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { expect, test } from "vitest";
import type { Language } from "../../../contract/shapes.ts";
import { type ApiError, readFailure } from "../api/api-error.ts";
import { loadMessages } from "../locales/catalogues.ts";
import type { Messages } from "../locales/languages.ts";
import { useExplain } from "./explain.ts";

async function explained(language: Language, error: ApiError): Promise<string> {
  const messages = (await loadMessages(language)) as Messages;
  const Sentence = () => useExplain()(error);
  return renderToStaticMarkup(
    <IntlProvider locale={language} messages={messages} timeZone="Europe/Oslo">
      <Sentence />
    </IntlProvider>,
  );
}

const refused = (code: string, field: string, value: string, readings?: string[]) =>
  readFailure(422, JSON.stringify({ error: { code, message: "…", field, value, readings } }));

test.each([
  [
    "en",
    "The mobile number “15123456789” can be +49 151 234 567 89 or +1 512 345 6789. Write it with + and country code.",
  ],
  [
    "nb",
    "Mobilnummeret «15123456789» kan være +49 151 234 567 89 eller +1 512 345 6789. Skriv det med + og landskode.",
  ],
  ["sv", "Mobilnumret ”15123456789” kan vara +49 151 234 567 89 eller +1 512 345 6789. Skriv det med + och landskod."],
  [
    "da",
    "Mobilnummeret »15123456789« kan være +49 151 234 567 89 eller +1 512 345 6789. Skriv det med + og landekode.",
  ],
] as const)(
  "in %s an ambiguous number is explained with its field, its value and both numbers",
  async (language, sentence) => {
    const error = refused("ambiguous_number", "mobile", "15123456789", ["+4915123456789", "+15123456789"]);
    expect((await explained(language, error)).replaceAll("\u00a0", " ")).toBe(sentence);
  },
);

test.each([
  ["en", "mobile number", "phone number"],
  ["nb", "mobilnummeret", "telefonnummeret"],
  ["sv", "mobilnumret", "telefonnumret"],
  ["da", "mobilnummeret", "telefonnummeret"],
] as const)("in %s an invalid number is explained with its field and its value", async (language, mobile, phone) => {
  for (const code of ["invalid_number", "reformatted_number", "ambiguous_number"])
    for (const [field, name] of [
      ["mobile", mobile],
      ["phone", phone],
      ["to", phone],
    ] as const) {
      const sentence = await explained(language, refused(code, field, "4.01E+08"));
      expect(sentence, code).toContain("4.01E+08");
      expect(sentence.toLowerCase(), code).toContain(name);
    }
});

test.each(["en", "nb", "sv", "da"] as const)(
  "in %s a value that the contract refuses is explained in that language, not in the schema's words",
  async (language) => {
    const schema = "Invalid email address";
    const wrong = (field: string, value?: string) =>
      readFailure(422, JSON.stringify({ error: { code: "invalid", message: `${field}: ${schema}`, field, value } }));
    for (const [error, said] of [
      [wrong("email", "ola.frisør@x.example"), "ola.frisør@x.example"],
      [wrong("admin.email", "ola.frisør@x.example"), "dress"],
      [wrong("name", "x".repeat(9)), "xxxxxxxxx"],
      [wrong("password"), ". "],
    ] as const) {
      const sentence = await explained(language, error);
      expect(sentence).toContain(said);
      expect(sentence).not.toContain(schema);
    }
    expect(await explained(language, wrong("email", "a@b"))).not.toBe(await explained(language, wrong("name", "a@b")));
    expect(await explained(language, wrong("password"))).not.toMatch(/[“”«»]/);
  },
);
