/** The sender's address as recipients see it. */
import { readSpelling } from "./phone-number-spelling.ts";

export type SenderAddress =
  | { kind: "long_number" | "short_code"; address: string; canReceive: true }
  | { kind: "alphanumeric"; address: string; canReceive: false };

/** Whether a sender's address is a name. */
export const isName = (address: string): boolean => /[A-Za-z]/.test(address);

/** At most 11 characters fit the address field as text (3GPP TS 23.040, clause 9.1.2.5). */
const longestName = 11;

/** Reads a sender: +47… in E.164, a short code of 3 to 8 digits, or a name; otherwise `problem` says why. */
export function readSender(text: string): SenderAddress | { problem: string } {
  const address = text.trim();
  if (address === "") return { problem: "A sender has at least one character." };
  const spelling = readSpelling(address);
  const isInternational = "digits" in spelling && (spelling.plus || spelling.digits.startsWith("00"));
  if (isInternational || /^\+|^00\d/.test(address)) {
    const digits = "digits" in spelling ? spelling.digits.replace(/^00/, "") : "";
    if (!/^[1-9]\d{6,14}$/.test(digits))
      return { problem: `"${address}" is not a number: + and 7 to 15 digits, country code first.` };
    if ("digits" in spelling && spelling.withoutHomeZero !== null)
      return { problem: `"${address}" has a zero that is only dialled at home; write the number without (0).` };
    return { kind: "long_number", address: `+${digits}`, canReceive: true };
  }
  if (/^\d+$/.test(address)) {
    if (address.length >= 3 && address.length <= 8) return { kind: "short_code", address, canReceive: true };
    return { problem: `"${address}" is neither a short code (3 to 8 digits) nor a number with + and country code.` };
  }
  if (address.length > longestName)
    return { problem: `"${address}" has ${address.length} characters; a name has at most ${longestName}.` };
  const strange = /[^A-Za-z0-9 +_&-]/u.exec(address)?.[0];
  if (strange) return { problem: `"${address}" has "${strange}"; a name has only A–Z, a–z, 0–9, space and - + _ &.` };
  if (!/[A-Za-z]/.test(address)) return { problem: `"${address}" has no letter; a name has at least one.` };
  return { kind: "alphanumeric", address, canReceive: false };
}
