import type { Language } from "../../../contract/shapes.ts";
import type { messages as english } from "./en.ts";
import type { account } from "./en/account.ts";
import type { alerts } from "./en/alerts.ts";
import type { audit } from "./en/audit.ts";
import type { bookings } from "./en/bookings.ts";
import type { campaigns } from "./en/campaigns.ts";
import type { carriers } from "./en/carriers.ts";
import type { commands } from "./en/commands.ts";
import type { composer } from "./en/composer.ts";
import type { contacts } from "./en/contacts.ts";
import type { home } from "./en/home.ts";
import type { hours } from "./en/hours.ts";
import type { lists } from "./en/lists.ts";
import type { places } from "./en/places.ts";
import type { privacy } from "./en/privacy.ts";
import type { sandbox } from "./en/sandbox.ts";
import type { settings } from "./en/settings.ts";
import type { statuses } from "./en/statuses.ts";
import type { subscription } from "./en/subscription.ts";
import type { webhooks } from "./en/webhooks.ts";

/** The texts that every page needs. English is the original: the keys and ICU arguments of the others are compared with it. */
export type Messages = typeof english;

/** The catalogues that are loaded with the pages that need them. */
export interface PageMessages {
  account: typeof account;
  alerts: typeof alerts;
  audit: typeof audit;
  bookings: typeof bookings;
  campaigns: typeof campaigns;
  carriers: typeof carriers;
  commands: typeof commands;
  composer: typeof composer;
  contacts: typeof contacts;
  home: typeof home;
  lists: typeof lists;
  places: typeof places;
  privacy: typeof privacy;
  hours: typeof hours;
  sandbox: typeof sandbox;
  settings: typeof settings;
  statuses: typeof statuses;
  subscription: typeof subscription;
  webhooks: typeof webhooks;
}
export type PageArea = keyof PageMessages;
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
