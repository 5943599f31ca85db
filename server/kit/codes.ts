/** The codes in links: letters and digits, which no program escapes, and which a double click selects whole. */
import { randomInt } from "node:crypto";

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** A code that nobody can guess: 5.95 bits a character. */
export const randomCode = (length: number): string =>
  Array.from({ length }, () => digits[randomInt(digits.length)]).join("");

/** The code that a digest begins with, the same each time. */
export const codeOfDigest = (digest: Buffer, length: number): string =>
  Array.from(digest.subarray(0, length), (byte) => digits[byte % digits.length]).join("");
