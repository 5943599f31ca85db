/** In which language and by which country's habits something is written for a reader. */
import type { Language } from "../contract/shapes.ts";
import { remembered } from "./remembered.ts";

const localeOf = remembered<string>(1_000);

/**
 * A locale of Intl with a region where one is known. A language without region is written as in the workspace's country, and an unknown
 * or missing one is the workspace's language.
 */
export function readerLocale(reader: { locale: string | null; language: Language; country: string }): string {
  const { locale, language, country } = reader;
  return localeOf(`${locale}|${language}|${country}`, () =>
    ownEnglish(withRegion((locale === null ? null : readLocale(locale)) ?? new Intl.Locale(language), country)),
  );
}

/** The language of our own words for a locale; null where we have none in it. */
export function languageOf(locale: string): Language | null {
  const language = locale.split("-")[0] ?? "";
  if (language === "no" || language === "nn") return "nb";
  return language === "en" || language === "nb" || language === "sv" || language === "da" ? language : null;
}

/** Without extensions, which would choose another calendar or other digits; null where Intl does not know the language. */
function readLocale(text: string): Intl.Locale | null {
  try {
    const { baseName } = new Intl.Locale(text.trim().replaceAll("_", "-"));
    return Intl.DateTimeFormat.supportedLocalesOf(baseName).length > 0 ? new Intl.Locale(baseName) : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function withRegion(locale: Intl.Locale, country: string): Intl.Locale {
  if (locale.region !== undefined || !/^[A-Z]{2}$/.test(country)) return locale;
  return new Intl.Locale(locale.baseName, { region: country });
}

/** Where Intl has no English of a country, it would be written as in the United States. */
function ownEnglish({ language, region, baseName }: Intl.Locale): string {
  if (language !== "en" || region === undefined || region === "US") return baseName;
  return new Intl.DateTimeFormat(baseName).resolvedOptions().locale === "en" ? "en-GB" : baseName;
}
