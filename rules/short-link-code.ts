/** The codes of short links: ten characters of base 62. */

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const base = 62n;
export const codeLength = 10;
/** How many codes there are. */
export const codes = base ** BigInt(codeLength);

/** A number below `codes` as a code. */
export function writeCode(number: bigint): string {
  let code = "";
  for (let rest = number, i = 0; i < codeLength; i++, rest /= base) code = digits[Number(rest % base)] + code;
  return code;
}

/** The number of the code at the beginning of a text; null where there is none. Phones add the sentence's stop to a link. */
export function readCode(text: string): bigint | null {
  if (!/^[0-9A-Za-z]{10}/.test(text)) return null;
  let number = 0n;
  for (const character of text.slice(0, codeLength)) number = number * base + BigInt(digits.indexOf(character));
  return number;
}
