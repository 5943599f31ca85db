import type { Language } from "../../../contract/shapes.ts";
import type { messages as english } from "./en.ts";
import type { audit } from "./en/audit.ts";
import type { carriers } from "./en/carriers.ts";

/** The catalogue's shape: English is the original, and the keys and ICU arguments of the others are held against it. */
export type Messages = typeof english;
/** What comes with the pages that need it, which few people open: it would be a good part of everybody's catalogue. */
export interface PageMessages {
  audit: typeof audit;
  carriers: typeof carriers;
}
export type AllMessages = Messages & PageMessages;

/** The same keys as the original with other texts. A missing or an extra key fails the type check. */
export type Translation<T> = { readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]> };

export const languages = ["en", "nb", "sv", "da"] as const satisfies readonly Language[];

/** Each language under the name its own readers know it by. */
export const languageNames: Record<Language, string> = {
  en: "English",
  nb: "Norsk bokmål",
  sv: "Svenska",
  da: "Dansk",
};

const catalogues: Record<Language, () => Promise<{ messages: Translation<Messages> }>> = {
  en: () => import("./en.ts"),
  nb: () => import("./nb.ts"),
  sv: () => import("./sv.ts"),
  da: () => import("./da.ts"),
};

/** Fetches one language's catalogue; only the reader's own is ever fetched. */
export async function loadMessages(language: Language): Promise<Translation<Messages>> {
  return (await catalogues[language]()).messages;
}

type PageLoaders = {
  [Page in keyof PageMessages]: Record<Language, () => Promise<Record<Page, Translation<PageMessages[Page]>>>>;
};

const pageCatalogues: PageLoaders = {
  audit: {
    en: () => import("./en/audit.ts"),
    nb: () => import("./nb/audit.ts"),
    sv: () => import("./sv/audit.ts"),
    da: () => import("./da/audit.ts"),
  },
  carriers: {
    en: () => import("./en/carriers.ts"),
    nb: () => import("./nb/carriers.ts"),
    sv: () => import("./sv/carriers.ts"),
    da: () => import("./da/carriers.ts"),
  },
};

/** Pages whose texts come with them. */
export const pagesWithTexts = Object.keys(pageCatalogues) as (keyof PageMessages)[];

/** Fetches the texts that come with a page, in one language. */
export async function loadPageMessages<Page extends keyof PageMessages>(
  page: Page,
  language: Language,
): Promise<Translation<PageMessages[Page]>> {
  return (await pageCatalogues[page][language]())[page];
}
