/**
 * Addresses as networks write them beside a text from a handset. Only some say what kind of number they are: the same digits
 * may be a number of another country without its +, or one of the country at home. A STOP must not miss its person, so every
 * reading that could be theirs is known here, the likeliest first.
 */
import type { NumberKind } from "../contract/contacts.ts";
import { callingCodeOf, parsePhoneNumber, splitNumber } from "./phone-number.ts";

/** What the network says of an address. One with + in front is international whatever it says. */
export type AddressType = "national" | "unknown";

export interface Reading {
  /** E.164; a short number as it is dialled. */
  number: string;
  /** unlisted: of a fitting length, and nobody's as far as numbering plans are known here. */
  kind: NumberKind | "unlisted";
  /** Whether its country code was written. */
  international: boolean;
}

const longest = 15;

/** Digits alone, and whether they were said to be international; null for what is no number. */
function digitsOf(address: string): { digits: string; plus: boolean } | null {
  // "+47 (0) 91 00 00 01": the zero that is only dialled at home.
  const dialled = /^\s*(\+|00)/.test(address) ? address.replace(/\(\s*0\s*\)/, "") : address;
  const bare = dialled.replace(/[\s()./\u2010-\u2015-]/g, "");
  if (!/^\+?\d+$/.test(bare)) return null;
  if (bare.startsWith("+")) return { digits: bare.replace(/^\+(00)?/, ""), plus: true };
  return /^00[1-9]\d{6,}$/.test(bare) ? { digits: bare.slice(2), plus: true } : { digits: bare, plus: false };
}

/**
 * Every number that an address from the network can be, in a workspace of `country`: international before national, but for
 * what is said to be national. Empty for a name.
 */
export function readingsOf(address: string, country: string, type: AddressType = "unknown"): Reading[] {
  const read = digitsOf(address);
  if (!read) return [];
  const { digits, plus } = read;
  const wide = /^[1-9]\d{6,14}$/.test(digits) ? listed(`+${digits}`, country, true) : [];
  const home = digits.length <= longest ? listed(digits, country, false) : [];
  const unlisted: Reading[] = [];
  if (type === "national" && !plus) {
    const split = splitNumber(digits, country);
    if (split)
      unlisted.push({ number: `+${split.callingCode}${split.national}`, kind: "unlisted", international: false });
  }
  if (/^[1-9]\d{6,14}$/.test(digits)) unlisted.push({ number: `+${digits}`, kind: "unlisted", international: true });
  // Some networks call every number international, or national: what cannot be so is read the other way.
  const found = plus && wide.length > 0 ? wide : type === "national" && home.length > 0 ? home : [...wide, ...home];
  const numbers = new Set(found.map(({ number }) => number));
  const rest = plus || found.length === 0 || type === "unknown" ? unlisted : [];
  return [...dedupe(found), ...dedupe(rest).filter(({ number }) => !numbers.has(number))];
}

function listed(spelling: string, country: string, international: boolean): Reading[] {
  const parsed = parsePhoneNumber(spelling, country);
  return "number" in parsed ? [{ number: parsed.number, kind: parsed.kind, international }] : [];
}

const dedupe = (readings: Reading[]) =>
  readings.filter((each, i) => readings.findIndex(({ number }) => number === each.number) === i);

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
  const readings = readingsOf(address, country, type).filter(
    ({ number, kind }) => kind !== "unlisted" || isContacts(number),
  );
  const rankOf = ({ number, kind, international }: Reading) => {
    if (isContacts(number)) return 0;
    if (kind === "mobile") return 1;
    return international && type !== "national" ? 3 : 2;
  };
  const [first, ...others] = readings.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (!first) return { number: unreadable(address, country, type), others: [] };
  const could = ({ number, kind }: Reading) => kind === "mobile" || kind === "other" || isContacts(number);
  return { number: first.number, others: others.filter(could).map(({ number }) => number) };
}

/** E.164 where the network says enough for it, though the number is nobody's that is known here. */
function unreadable(address: string, country: string, type: AddressType): string {
  const [only] = type === "national" ? readingsOf(address, country, type) : [];
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
  const read = digitsOf(trimmed);
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
  const abroad = senders.find((sender) => sender.address === `+${digits}`);
  const short = senders.find(
    ({ address: code }) => /^\d+$/.test(code) && (withoutZeros(code) === bare || `${home}${code}` === bare),
  );
  const spelled = senders.find((sender) =>
    readingsOf(trimmed, country, type).some(({ number }) => number === sender.address),
  );
  const ranked =
    type === "national" && !plus ? [atHome, exact, short, abroad, spelled] : [exact, abroad, short, atHome, spelled];
  return ranked.find((sender) => sender !== undefined) ?? null;
}

/** What to call a sender that is none of ours yet: E.164 where it is a number, else as it came, a short code. */
export function senderSpelling(address: string, country: string, type: AddressType): string {
  const trimmed = address.trim();
  const read = digitsOf(trimmed);
  if (!read) return trimmed;
  if (!read.plus && type === "unknown" && !/^\d{9,15}$/.test(read.digits)) return trimmed;
  // A short code that the network calls international.
  if (read.digits.length < 7 && type === "unknown") return read.digits;
  const [first, ...rest] = readingsOf(trimmed, country, type);
  if (!first || first.kind === "unlisted" || rest.length === 0) return first?.number ?? trimmed;
  return whoseNumber(trimmed, country, type, () => false).number;
}
