/** The person whom the cells of a row name. */
import { z } from "zod";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import { invalid } from "../../kit/errors.ts";
import { splitName, tidy } from "../import/import-row.ts";

/** The cells that say who somebody is. */
export type PersonCells = Readonly<
  Partial<Record<"first_name" | "last_name" | "full_name" | "mobile" | "phone" | "email", string>>
>;

export interface SaidPerson {
  first_name?: string;
  last_name?: string;
  mobile?: string;
  phone?: string;
  email?: string;
  locale?: string;
}

/** Undefined where the cells name nobody; 422 on the cell's field. */
export function readPerson(cells: PersonCells, country: string, locale: string | undefined): SaidPerson | undefined {
  const name = { first_name: null as string | null, last_name: null as string | null };
  if (cells.full_name !== undefined) splitName(tidy(cells.full_name), name);
  if (cells.first_name !== undefined) name.first_name = tidy(cells.first_name);
  if (cells.last_name !== undefined) name.last_name = tidy(cells.last_name);
  for (const field of ["first_name", "last_name"] as const)
    if ((name[field]?.length ?? 0) > 100)
      throw invalid("too_long", `${field} has more than 100 characters.`, field, name[field]);
  const { email } = cells;
  if (email !== undefined && !z.regexes.email.test(email))
    throw invalid("invalid_email", `${email} is no e-mail address.`, "email", email);
  const person: SaidPerson = {
    ...(name.first_name && { first_name: name.first_name }),
    ...(name.last_name && { last_name: name.last_name }),
    ...numbersOf(cells, country),
    ...(email !== undefined && { email }),
  };
  if (Object.keys(person).length === 0) return undefined;
  return { ...person, ...(locale !== undefined && { locale }) };
}

/** A lone number is the mobile; where only the second of two is one, they are exchanged. */
function numbersOf({ mobile, phone }: PersonCells, country: string): Pick<SaidPerson, "mobile" | "phone"> {
  if (mobile === undefined || phone === undefined || mobile === phone) {
    const only = mobile ?? phone;
    return only === undefined ? {} : { mobile: only };
  }
  const kindOf = (text: string, field: "mobile" | "phone") => {
    const read = parsePhoneNumber(text, country, field);
    return "kind" in read ? read.kind : null;
  };
  const isExchanged = kindOf(mobile, "mobile") === "landline" && kindOf(phone, "phone") === "mobile";
  return isExchanged ? { mobile: phone, phone: mobile } : { mobile, phone };
}
