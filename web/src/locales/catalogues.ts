/** Fetches catalogues: one file a language for what every page needs, and one a page area and language for the rest. */
import type { Language } from "../../../contract/shapes.ts";
import type { Messages, PageArea, PageMessages, Translation } from "./languages.ts";

const commonCatalogues: Record<Language, () => Promise<{ messages: Translation<Messages> }>> = {
  en: () => import("./en.ts"),
  nb: () => import("./nb.ts"),
  sv: () => import("./sv.ts"),
  da: () => import("./da.ts"),
};

const pageCatalogues: {
  [Area in PageArea]: Record<Language, () => Promise<Record<Area, Translation<PageMessages[Area]>>>>;
} = {
  account: {
    en: () => import("./en/account.ts"),
    nb: () => import("./nb/account.ts"),
    sv: () => import("./sv/account.ts"),
    da: () => import("./da/account.ts"),
  },
  alerts: {
    en: () => import("./en/alerts.ts"),
    nb: () => import("./nb/alerts.ts"),
    sv: () => import("./sv/alerts.ts"),
    da: () => import("./da/alerts.ts"),
  },
  audit: {
    en: () => import("./en/audit.ts"),
    nb: () => import("./nb/audit.ts"),
    sv: () => import("./sv/audit.ts"),
    da: () => import("./da/audit.ts"),
  },
  bookings: {
    en: () => import("./en/bookings.ts"),
    nb: () => import("./nb/bookings.ts"),
    sv: () => import("./sv/bookings.ts"),
    da: () => import("./da/bookings.ts"),
  },
  campaigns: {
    en: () => import("./en/campaigns.ts"),
    nb: () => import("./nb/campaigns.ts"),
    sv: () => import("./sv/campaigns.ts"),
    da: () => import("./da/campaigns.ts"),
  },
  carriers: {
    en: () => import("./en/carriers.ts"),
    nb: () => import("./nb/carriers.ts"),
    sv: () => import("./sv/carriers.ts"),
    da: () => import("./da/carriers.ts"),
  },
  commands: {
    en: () => import("./en/commands.ts"),
    nb: () => import("./nb/commands.ts"),
    sv: () => import("./sv/commands.ts"),
    da: () => import("./da/commands.ts"),
  },
  composer: {
    en: () => import("./en/composer.ts"),
    nb: () => import("./nb/composer.ts"),
    sv: () => import("./sv/composer.ts"),
    da: () => import("./da/composer.ts"),
  },
  contacts: {
    en: () => import("./en/contacts.ts"),
    nb: () => import("./nb/contacts.ts"),
    sv: () => import("./sv/contacts.ts"),
    da: () => import("./da/contacts.ts"),
  },
  home: {
    en: () => import("./en/home.ts"),
    nb: () => import("./nb/home.ts"),
    sv: () => import("./sv/home.ts"),
    da: () => import("./da/home.ts"),
  },
  lists: {
    en: () => import("./en/lists.ts"),
    nb: () => import("./nb/lists.ts"),
    sv: () => import("./sv/lists.ts"),
    da: () => import("./da/lists.ts"),
  },
  places: {
    en: () => import("./en/places.ts"),
    nb: () => import("./nb/places.ts"),
    sv: () => import("./sv/places.ts"),
    da: () => import("./da/places.ts"),
  },
  privacy: {
    en: () => import("./en/privacy.ts"),
    nb: () => import("./nb/privacy.ts"),
    sv: () => import("./sv/privacy.ts"),
    da: () => import("./da/privacy.ts"),
  },
  hours: {
    en: () => import("./en/hours.ts"),
    nb: () => import("./nb/hours.ts"),
    sv: () => import("./sv/hours.ts"),
    da: () => import("./da/hours.ts"),
  },
  sandbox: {
    en: () => import("./en/sandbox.ts"),
    nb: () => import("./nb/sandbox.ts"),
    sv: () => import("./sv/sandbox.ts"),
    da: () => import("./da/sandbox.ts"),
  },
  settings: {
    en: () => import("./en/settings.ts"),
    nb: () => import("./nb/settings.ts"),
    sv: () => import("./sv/settings.ts"),
    da: () => import("./da/settings.ts"),
  },
  statuses: {
    en: () => import("./en/statuses.ts"),
    nb: () => import("./nb/statuses.ts"),
    sv: () => import("./sv/statuses.ts"),
    da: () => import("./da/statuses.ts"),
  },
  subscription: {
    en: () => import("./en/subscription.ts"),
    nb: () => import("./nb/subscription.ts"),
    sv: () => import("./sv/subscription.ts"),
    da: () => import("./da/subscription.ts"),
  },
  webhooks: {
    en: () => import("./en/webhooks.ts"),
    nb: () => import("./nb/webhooks.ts"),
    sv: () => import("./sv/webhooks.ts"),
    da: () => import("./da/webhooks.ts"),
  },
};

export const pageAreas = Object.keys(pageCatalogues) as PageArea[];

/** Fetches the texts that every page needs, in one language. */
export async function loadMessages(language: Language): Promise<Translation<Messages>> {
  return (await commonCatalogues[language]()).messages;
}

/** Fetches the texts of one page area, in one language. */
export async function loadPageMessages<Area extends PageArea>(
  area: Area,
  language: Language,
): Promise<Translation<PageMessages[Area]>> {
  return (await pageCatalogues[area][language]())[area];
}
