import type { contacts as en } from "../en/contacts.ts";
import type { Translation } from "../languages.ts";

export const contacts: Translation<typeof en> = {
  title: "Contacts",
};
