/** The GSM 7 bit default alphabet and its extension table (3GPP TS 23.038, clauses 6.2.1 and 6.2.1.1). */

/** 0x00 to 0x7F in order, without 0x1B, which is the escape to the extension table. */
export const basicCharacters =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
  " !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
  "¿abcdefghijklmnopqrstuvwxyzäöñüà";

/** Each is sent as the escape and one more septet. */
export const extensionCharacters = "\f^{}\\[~]|€";

/** Septets by UTF-16 code unit: 1 or 2 for characters of the alphabet, 0 for all others. */
export const septets = new Uint8Array(0x10000);
for (const character of basicCharacters) septets[character.charCodeAt(0)] = 1;
for (const character of extensionCharacters) septets[character.charCodeAt(0)] = 2;

/** Whether every character of a text is in the alphabet, without normalising the text. */
export function isGsm(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (septets[text.charCodeAt(index)] === 0) return false;
  return true;
}
