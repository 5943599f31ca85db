import type { Language } from "../../../contract/shapes.ts";
import { languages } from "../messages/languages.ts";

const key = "varsla.language";

/** Where the reader's own preferences do not say which country's conventions to follow. */
const usualLocale: Record<Language, string> = { en: "en-GB", nb: "nb-NO", sv: "sv-SE", da: "da-DK" };

/** The language a tag like `no`, `nn-NO` or `sv-FI` is served in, or null for others. */
export function languageOfTag(tag: string): Language | null {
  const first = tag.toLowerCase().split("-")[0];
  if (first === "no" || first === "nn") return "nb";
  return languages.find((language) => language === first) ?? null;
}

/** The reader's own choice, or null. */
export function chosenLanguage(): Language | null {
  try {
    const chosen = localStorage.getItem(key);
    return languages.find((language) => language === chosen) ?? null;
  } catch {
    return null;
  }
}

/** Keeps the reader's choice in this browser. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}

/** The reader's choice, else the workspace's language, else the first of the browser's that we speak, else English. */
export function pickLanguage(options: {
  chosen: Language | null;
  workspace: Language | null;
  browser: readonly string[];
}): Language {
  if (options.chosen) return options.chosen;
  if (options.workspace) return options.workspace;
  for (const tag of options.browser) {
    const language = languageOfTag(tag);
    if (language) return language;
  }
  return "en";
}

/** The locale for dates and numbers: the browser's own variant of the language (en-US, sv-FI), else the usual one. */
export function localeOf(language: Language, browser: readonly string[]): string {
  const own = browser.find((tag) => tag.includes("-") && languageOfTag(tag) === language && isLocale(tag));
  return own && !own.startsWith("no-") && !own.startsWith("nn") ? own : usualLocale[language];
}

function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false; // Browsers have been seen to list tags that are none.
  }
}
