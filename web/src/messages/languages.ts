import type { Language } from "../../../contract/shapes.ts";
import type { messages as english } from "./en.ts";
import type { audit as englishAudit } from "./en/audit.ts";

/** The catalogue's shape: English is the original, and the keys and ICU arguments of the others are held against it. */
export type Messages = typeof english;
/** With what comes only with the page that needs it. */
export type AllMessages = Messages & { audit: typeof englishAudit };

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

const auditCatalogues: Record<Language, () => Promise<{ audit: Translation<AllMessages["audit"]> }>> = {
  en: () => import("./en/audit.ts"),
  nb: () => import("./nb/audit.ts"),
  sv: () => import("./sv/audit.ts"),
  da: () => import("./da/audit.ts"),
};

/** The texts of the audit log, which few people open: a sentence for each action is a good part of a catalogue. */
export async function loadAuditMessages(language: Language): Promise<Translation<AllMessages["audit"]>> {
  return (await auditCatalogues[language]()).audit;
}
