import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";

interface Person {
  name: string | null;
  mobile: string | null;
  email: string | null;
}

/** Who somebody is: by name, else number, else address; null where none of them is known. */
export function personName(person: Person | null, country?: string): string | null {
  if (!person) return null;
  return person.name || (person.mobile ? formatPhoneNumber(person.mobile, country) : person.email);
}
