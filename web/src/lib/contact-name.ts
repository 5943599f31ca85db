import { formatPhoneNumber } from "../../../rules/phone-number-format.ts";

interface NameParts {
  first_name: string | null;
  last_name: string | null;
  mobile: string | null;
  phone: string | null;
  email: string | null;
}

/**
 * A contact's label, and what distinguishes contacts of the same name: the name if there is one, else number, else address.
 * The name is null when the contact has none of these.
 */
export function contactName(
  contact: NameParts,
  homeCountry?: string,
): { name: string | null; aside: string | undefined } {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  const number = contact.mobile ?? contact.phone;
  const shownNumber = number ? formatPhoneNumber(number, homeCountry) : undefined;
  if (name) return { name, aside: shownNumber ?? contact.email ?? undefined };
  if (shownNumber) return { name: shownNumber, aside: contact.email ?? undefined };
  return { name: contact.email, aside: undefined };
}
