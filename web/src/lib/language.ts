import type { Language } from "../../../contract/shapes.ts";
import { languages } from "../locales/languages.ts";

const key = "varsla.language";

/** The locale where the browser does not say which country's conventions to follow. */
const usualLocale: Record<Language, string> = { en: "en-GB", nb: "nb-NO", sv: "sv-SE", da: "da-DK" };

/** The language that serves a tag like `no`, `nn-NO` or `sv-FI`, or null for others. */
export function languageOfTag(tag: string): Language | null {
  const first = tag.toLowerCase().split("-")[0];
  if (first === "no" || first === "nn") return "nb";
  return languages.find((language) => language === first) ?? null;
}

/** The language that the person chose, or null. */
export function chosenLanguage(): Language | null {
  try {
    const chosen = localStorage.getItem(key);
    return languages.find((language) => language === chosen) ?? null;
  } catch {
    return null;
  }
}

/** Stores the choice in this browser. */
export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(key, language);
  } catch {
    // Storage is blocked: the choice lasts until the page is closed.
  }
}

/** The person's choice, else the workspace's language, else the first supported language of the browser, else English. */
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

/** The locale for dates and numbers: the browser's own variant of the language (en-US, sv-FI), else the default one. */
export function localeOf(language: Language, browser: readonly string[]): string {
  const own = browser.find((tag) => tag.includes("-") && languageOfTag(tag) === language && isLocale(tag));
  return own && !own.startsWith("no-") && !own.startsWith("nn") ? own : usualLocale[language];
}

function isLocale(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false; // Some browsers list invalid tags.
  }
}
