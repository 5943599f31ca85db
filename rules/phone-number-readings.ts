/**
 * The numbers that digits can mean. Without a + the same digits may be a number of the country they are read for, or one of any
 * country with its code in front; numbers from forms, files and networks are all read through this file.
 */
import { canHaveCode } from "./number-lengths.ts";
import { type PhoneNumber, readInternational, readNational } from "./phone-number-plan.ts";
import type { PhoneNumberProblem, Spelling } from "./phone-number-spelling.ts";

export interface Reading extends PhoneNumber {
  /** Whether its country code was written. */
  international: boolean;
}

type Digits = Pick<Spelling, "digits" | "plus" | "withoutHomeZero">;

/** The numbers in use that digits mean with their country code; 00 in front means +. */
export function internationalReadings({ digits, plus, withoutHomeZero }: Digits, country: string): Reading[] {
  const spellings = withoutHomeZero === null ? [digits] : [digits, withoutHomeZero];
  return spellings.flatMap((each) => {
    const bare = each.replace(/^00/, "");
    // Without a written + more digits are required.
    const isLikely = plus || bare !== each || (/^[1-9]\d{6,14}$/.test(bare) && canHaveCode(bare, "any"));
    return isLikely ? found(readInternational(bare, country), true) : [];
  });
}

/** The numbers in use that digits mean when dialled in `country`, also with its international prefix. */
export const nationalReadings = ({ digits }: Pick<Digits, "digits">, country: string): Reading[] =>
  found(readNational(digits, country), false);

const found = (read: PhoneNumber | PhoneNumberProblem, international: boolean): Reading[] =>
  "number" in read ? [{ ...read, international }] : [];

/** Each number once, as it was first read. */
export const distinct = <Read extends { number: string }>(readings: readonly Read[]): Read[] =>
  readings.filter((each, i) => readings.findIndex(({ number }) => number === each.number) === i);
