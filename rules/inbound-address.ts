/**
 * Addresses as networks write them beside a text from a handset. Only some say what kind of number they are: the same digits
 * may be a number of another country without its +, or one of the country at home. A STOP must not miss its person, so every
 * reading that could be theirs is known here, the likeliest first.
 */
import type { NumberKind } from "../contract/contacts.ts";
import { formsOfLine } from "./mobile-prefix.ts";
import { callingCodeOf, readInternational, splitNumber } from "./phone-number-plan.ts";
import { distinct, internationalReadings, nationalReadings } from "./phone-number-readings.ts";
import { readSpelling, type Spelling } from "./phone-number-spelling.ts";

/** What the network says of an address. One with + in front is international whatever it says. */
export type AddressType = "national" | "unknown";

export interface AddressReading {
  /** E.164; a short number as it is dialled. */
  number: string;
  /** unlisted: of a fitting length, and nobody's as far as numbering plans are known here. */
  kind: NumberKind | "unlisted";
  /** Whether its country code was written. */
  international: boolean;
}

/** The digits of an address, 00 in front read as +; null for a name. */
function spellingOf(address: string): Spelling | null {
  const spelling = readSpelling(address);
  if ("problem" in spelling) return null;
  const isAbroad = !spelling.plus && /^00[1-9]\d{6,}$/.test(spelling.digits);
  return isAbroad ? { ...spelling, digits: spelling.digits.slice(2), plus: true } : spelling;
}

/**
 * Every number that an address from the network can be, in a workspace of `country`: international before national, but for
 * what is said to be national. Empty for a name.
 */
export function addressReadings(address: string, country: string, type: AddressType = "unknown"): AddressReading[] {
  const spelling = spellingOf(address);
  if (!spelling) return [];
  const { digits, plus } = spelling;
  const wide = internationalReadings(spelling, country);
  const home = nationalReadings(spelling, country);
  const unlisted: AddressReading[] = [];
  if (type === "national" && !plus) {
    const split = splitNumber(digits, country);
    if (split)
      unlisted.push({ number: `+${split.callingCode}${split.national}`, kind: "unlisted", international: false });
  }
  if (/^[1-9]\d{6,14}$/.test(digits)) unlisted.push({ number: `+${digits}`, kind: "unlisted", international: true });
  // Some networks call every number international, or national: what cannot be so is read the other way.
  const found = plus && wide.length > 0 ? wide : type === "national" && home.length > 0 ? home : [...wide, ...home];
  const rest = plus || found.length === 0 || type === "unknown" ? unlisted : [];
  return distinct([...found.flatMap((each) => formsOf(each, country)), ...rest]);
}

/** A number, and how else networks write the same line. */
function formsOf({ number, kind, international }: AddressReading, country: string): AddressReading[] {
  return formsOfLine(number).map((form) => {
    if (form === number) return { number, kind, international };
    const read = readInternational(form.slice(1), country);
    return { number: form, kind: "kind" in read ? read.kind : "unlisted", international };
  });
}

export interface Whose {
  /** Whose text it is. */
  number: string;
  /** Who else may have written it: a STOP counts for them too. */
  others: string[];
}

/**
 * Whose number an address is: a contact's, else a mobile, international before national; else what is left, the country's own
 * first; else the address as it came. `others` are the remaining readings that could be somebody's handset.
 */
export function whoseNumber(
  address: string,
  country: string,
  type: AddressType,
  isContacts: (number: string) => boolean,
): Whose {
  const readings = addressReadings(address, country, type).filter(
    ({ number, kind }) => kind !== "unlisted" || isContacts(number),
  );
  const rankOf = ({ number, kind, international }: AddressReading) => {
    if (isContacts(number)) return 0;
    if (kind === "mobile") return 1;
    return international && type !== "national" ? 3 : 2;
  };
  const [first, ...others] = readings.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (!first) return { number: unreadable(address, country, type), others: [] };
  const could = ({ number, kind }: AddressReading) => kind === "mobile" || kind === "other" || isContacts(number);
  return { number: first.number, others: others.filter(could).map(({ number }) => number) };
}

/** E.164 where the network says enough for it, though the number is nobody's that is known here. */
function unreadable(address: string, country: string, type: AddressType): string {
  const [only] = type === "national" ? addressReadings(address, country, type) : [];
  return only?.number ?? address;
}

const withoutZeros = (digits: string) => digits.replace(/^0+(?=.)/, "");

/**
 * Which of our senders an address is, of those given, the likeliest first; null: none. Networks write them as they were
 * given, with and without +, 00 or zeros, as numbers of the sender's own country, and short codes with the country's code.
 */
export function whichSender<Sender extends { address: string }>(
  address: string,
  country: string,
  type: AddressType,
  senders: readonly Sender[],
): Sender | null {
  const trimmed = address.trim();
  const read = spellingOf(trimmed);
  const exact = senders.find((sender) => sender.address === trimmed);
  if (!read) return exact ?? senders.find((each) => each.address.toLowerCase() === trimmed.toLowerCase()) ?? null;
  const { digits, plus } = read;
  const bare = withoutZeros(digits);
  const splits = senders.map((sender) => ({
    sender,
    split: sender.address.startsWith("+") ? splitNumber(sender.address, country) : null,
  }));
  const home = callingCodeOf(country);
  const atHome = splits
    .filter(({ split }) => split !== null && withoutZeros(split.national) === bare)
    .toSorted((a, b) => Number(b.split?.callingCode === home) - Number(a.split?.callingCode === home))[0]?.sender;
  const abroad = senders.find((sender) => formsOfLine(sender.address).includes(`+${digits}`));
  const short = senders.find(
    ({ address: code }) => /^\d+$/.test(code) && (withoutZeros(code) === bare || `${home}${code}` === bare),
  );
  const spelled = senders.find((sender) =>
    addressReadings(trimmed, country, type).some(({ number }) => formsOfLine(sender.address).includes(number)),
  );
  const ranked =
    type === "national" && !plus ? [atHome, exact, short, abroad, spelled] : [exact, abroad, short, atHome, spelled];
  return ranked.find((sender) => sender !== undefined) ?? null;
}

/** What to call a sender that is none of ours yet: E.164 where it is a number, else as it came, a short code. */
export function senderSpelling(address: string, country: string, type: AddressType): string {
  const trimmed = address.trim();
  const read = spellingOf(trimmed);
  if (!read) return trimmed;
  if (!read.plus && type === "unknown" && !/^\d{9,15}$/.test(read.digits)) return trimmed;
  // A short code that the network calls international.
  if (read.digits.length < 7 && type === "unknown") return read.digits;
  const [first, ...rest] = addressReadings(trimmed, country, type);
  if (!first || first.kind === "unlisted" || rest.length === 0) return first?.number ?? trimmed;
  return whoseNumber(trimmed, country, type, () => false).number;
}
