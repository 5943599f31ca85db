import { renderToStaticMarkup } from "react-dom/server";
import { IntlProvider } from "use-intl";
import { expect, test } from "vitest";
import type { Language } from "../../../contract/shapes.ts";
import { type ApiError, readFailure } from "../api/api-error.ts";
import { loadMessages, type Messages } from "../messages/languages.ts";
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

const refused = (code: string, value: string, readings?: string[]) =>
  readFailure(422, JSON.stringify({ error: { code, message: "…", field: "mobile", value, readings } }));

test.each([
  ["en", "“15123456789” can be +49 151 234 567 89 or +1 512 345 6789. Write it with + and country code."],
  ["nb", "«15123456789» kan være +49 151 234 567 89 eller +1 512 345 6789. Skriv nummeret med + og landkode."],
  ["sv", "”15123456789” kan vara +49 151 234 567 89 eller +1 512 345 6789. Skriv numret med + och landskod."],
  ["da", "»15123456789« kan være +49 151 234 567 89 eller +1 512 345 6789. Skriv nummeret med + og landekode."],
] as const)("in %s an ambiguous number is told with its value and both numbers", async (language, sentence) => {
  const error = refused("ambiguous_number", "15123456789", ["+4915123456789", "+15123456789"]);
  expect((await explained(language, error)).replaceAll(" ", " ")).toBe(sentence);
});

test.each(["en", "nb", "sv", "da"] as const)(
  "in %s a number that cannot be is told with its value",
  async (language) => {
    for (const code of ["invalid_number", "reformatted_number"])
      expect(await explained(language, refused(code, "4.01E+08")), code).toContain("4.01E+08");
  },
);
