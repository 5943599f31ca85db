import type { Contact, NumberKind } from "../../../../contract/contacts.ts";

const takesTexts = (kind: NumberKind | null) => kind === "mobile" || kind === "other" || kind === null;

/** The number that texts to a contact go to: the mobile before the phone, where it can receive texts. */
export function textedNumber({
  mobile,
  mobile_kind,
  phone,
  phone_kind,
}: Pick<Contact, "mobile" | "mobile_kind" | "phone" | "phone_kind">): {
  number: string | null;
  kind: NumberKind | null;
} {
  if (mobile && takesTexts(mobile_kind)) return { number: mobile, kind: mobile_kind };
  if (phone && takesTexts(phone_kind)) return { number: phone, kind: phone_kind };
  return mobile ? { number: mobile, kind: mobile_kind } : { number: phone, kind: phone_kind };
}
