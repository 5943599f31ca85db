/**
 * The sender's address of a text from a handset, as networks write it. Not all networks give its type: the same digits may be a
 * number of another country without its +, or one of the home country. A STOP must reach the contact who wrote it, so all
 * possible readings are considered, the likeliest first.
 */
import type { NumberKind } from "../contract/contacts.ts";
import { formsOfLine } from "./mobile-prefix.ts";
import { canBeDialled } from "./number-lengths.ts";
import { callingCodeOf, readInternational, splitNumber } from "./phone-number-plan.ts";
import { distinct, internationalReadings, nationalReadings } from "./phone-number-readings.ts";
import { readSpelling, type Spelling } from "./phone-number-spelling.ts";

/** The type that the network gives. An address with + in front is international whatever the type. */
export type AddressType = "national" | "unknown";

export interface AddressReading {
  /** E.164; a short number as it is dialled. */
  number: string;
  /**
   * unlisted: of a possible length, but in no numbering plan known here. denied: in a numbering plan, but the network's type
   * contradicts it.
   */
  kind: NumberKind | "unlisted" | "denied";
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
 * Every number that an address from the network can mean in a workspace of `country`: international before national, unless
 * its type is national. Empty for a name.
 */
export function addressReadings(address: string, country: string, type: AddressType = "unknown"): AddressReading[] {
  const spelling = spellingOf(address);
  if (!spelling) return [];
  const { digits, plus } = spelling;
  const wide = internationalReadings(spelling, country);
  // Most addresses have their country code, and more digits than any number of the country without one.
  const isAbroad = type === "unknown" && wide.length > 0 && digits.length >= 7 && !canBeDialled(digits, country, "any");
  const home = isAbroad ? [] : nationalReadings(spelling, country);
  const unlisted: AddressReading[] = [];
  if (type === "national" && !plus) {
    const split = splitNumber(digits, country);
    if (split)
      unlisted.push({ number: `+${split.callingCode}${split.national}`, kind: "unlisted", international: false });
  }
  if (/^[1-9]\d{6,14}$/.test(digits)) unlisted.push({ number: `+${digits}`, kind: "unlisted", international: true });
  // Some networks give every number the same type: a number that cannot be of that type is read as the other.
  const found = plus && wide.length > 0 ? wide : type === "national" && home.length > 0 ? home : [...wide, ...home];
  const denied = [...wide, ...home].map((reading): AddressReading => ({ ...reading, kind: "denied" }));
  const rest = [...denied, ...(plus || found.length === 0 || type === "unknown" ? unlisted : [])];
  return distinct([...found.flatMap((each) => formsOf(each, country)), ...rest]);
}

/** A number and the other forms of it that networks write. */
function formsOf({ number, kind, international }: AddressReading, country: string): AddressReading[] {
  return formsOfLine(number).map((form) => {
    if (form === number) return { number, kind, international };
    const read = readInternational(form.slice(1), country);
    return { number: form, kind: "kind" in read ? read.kind : "unlisted", international };
  });
}

export interface Whose {
  /** The number that the text is attributed to. */
  number: string;
  /** Other numbers that may have sent it: a STOP applies to them too. */
  others: string[];
}

/**
 * The number that an address most likely means: a contact's, else a mobile, international before national; else any other
 * reading, the workspace's country first; else the address unchanged. `others` are the remaining readings that can be a handset's.
 * Networks give wrong types, so a contact's number is among them even where the type contradicts it. `all`: the address's readings,
 * where they are known.
 */
export function whoseNumber(
  address: string,
  country: string,
  type: AddressType,
  isContacts: (number: string) => boolean,
  all: readonly AddressReading[] = addressReadings(address, country, type),
): Whose {
  const readings = all.filter(({ number, kind }) => (kind !== "unlisted" && kind !== "denied") || isContacts(number));
  const rankOf = ({ number, kind, international }: AddressReading) => {
    if (kind === "denied") return 4;
    if (isContacts(number)) return 0;
    if (kind === "mobile") return 1;
    return international && type !== "national" ? 3 : 2;
  };
  const [first, ...others] = readings.toSorted((a, b) => rankOf(a) - rankOf(b));
  // E.164 where the type suffices for it, though no numbering plan known here has the number.
  if (!first) return { number: (type === "national" ? all[0]?.number : undefined) ?? address, others: [] };
  const could = ({ number, kind }: AddressReading) => kind === "mobile" || kind === "other" || isContacts(number);
  return { number: first.number, others: others.filter(could).map(({ number }) => number) };
}

const withoutZeros = (digits: string) => digits.replace(/^0+(?=.)/, "");

/**
 * The sender, of those given in order of likelihood, that an address means, or null. Networks write senders as they were
 * given to them, with and without +, 00 or zeros, as national numbers, and short codes with the country code.
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

/** How to write an unknown sender's address: E.164 where it is a number, else unchanged, as a short code. */
export function senderSpelling(address: string, country: string, type: AddressType): string {
  const trimmed = address.trim();
  const read = spellingOf(trimmed);
  if (!read) return trimmed;
  if (!read.plus && type === "unknown" && !/^\d{9,15}$/.test(read.digits)) return trimmed;
  // A short code to which the network gave the type international.
  if (read.digits.length < 7 && type === "unknown") return read.digits;
  const [first, ...rest] = addressReadings(trimmed, country, type);
  if (!first || first.kind === "unlisted" || rest.length === 0) return first?.number ?? trimmed;
  return whoseNumber(trimmed, country, type, () => false).number;
}
