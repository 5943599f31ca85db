/**
 * Texts in octets: the GSM alphabet one septet an octet, ISO 8859-1 or ASCII as the provider reads data_coding 0, and UCS-2.
 * Reading knows all data codings of SMPP 3.4 (5.2.19) and those of 3GPP TS 23.038 that providers pass through.
 */
import { basicCharacters, extensionCharacters, septets } from "../../../rules/gsm-alphabet.ts";
import { nationalAlphabet, nationalExtension } from "../../../rules/gsm-national-languages.ts";
import type { Encoding } from "../../../rules/gsm-segments.ts";

/** Which national language tables a header names (3GPP TS 23.038, 6.2.1.2.4 and 6.2.1.2.5); 0: none. */
export interface Languages {
  locking: number;
  single: number;
}

export const noLanguages: Languages = { locking: 0, single: 0 };

/** How the provider reads data_coding 0. */
export type DefaultAlphabet = "gsm" | "latin1" | "ascii";

export const coding = { default: 0, ucs2: 8 } as const;

const escape = 0x1b;
const extensionSeptets = [0x0a, 0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65];

/** By UTF-16 code unit: the septet. Only for what `septets` says the alphabet has. */
const gsmSeptet = new Uint8Array(0x10000);
const basicBySeptet: string[] = Array.from({ length: 128 }, () => " ");
const extensionBySeptet = new Map<number, string>();
for (const [i, character] of [...basicCharacters].entries()) {
  const septet = i < escape ? i : i + 1;
  gsmSeptet[character.charCodeAt(0)] = septet;
  basicBySeptet[septet] = character;
}
for (const [i, character] of [...extensionCharacters].entries()) {
  gsmSeptet[character.charCodeAt(0)] = extensionSeptets[i] as number;
  extensionBySeptet.set(extensionSeptets[i] as number, character);
}

const alphabets = new Map<number, readonly string[]>();
const extensions = new Map<number, ReadonlyMap<number, string>>();

/** The default table for a language that has none, or an unknown one. */
function lockingTable(language: number): readonly string[] {
  let table = alphabets.get(language);
  if (!table) alphabets.set(language, (table = nationalAlphabet(language) ?? basicBySeptet));
  return table;
}

function singleTable(language: number): ReadonlyMap<number, string> {
  let table = extensions.get(language);
  if (!table) extensions.set(language, (table = nationalExtension(language) ?? extensionBySeptet));
  return table;
}

/** Whether a provider that reads data_coding 0 so can show every character of the text. */
export function fitsAlphabet(text: string, alphabet: DefaultAlphabet): boolean {
  const last = alphabet === "latin1" ? 0xff : 0x7f;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (alphabet === "gsm" ? septets[code] === 0 : code > last) return false;
  }
  return true;
}

/** The octets of a text after room for a header of `head` octets. It must fit its alphabet. */
export function encodeText(text: string, encoding: Encoding, alphabet: DefaultAlphabet, head = 0): Buffer {
  if (encoding === "UCS-2") {
    const octets = Buffer.allocUnsafe(head + text.length * 2);
    octets.write(text, head, "utf16le");
    octets.subarray(head).swap16();
    return octets;
  }
  if (alphabet !== "gsm") {
    const octets = Buffer.allocUnsafe(head + text.length);
    octets.write(text, head, "latin1");
    return octets;
  }
  const octets = Buffer.allocUnsafe(head + text.length * 2);
  let at = head;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (septets[code] === 2) octets[at++] = escape;
    octets[at++] = gsmSeptet[code] as number;
  }
  return octets.subarray(0, at);
}

/** By data_coding, where a label of the WHATWG encoding standard is what it means. */
const labels: Record<number, string> = {
  2: "latin1", // 8-bit binary: text in it is usually some Latin alphabet
  3: "latin1",
  4: "latin1",
  5: "shift_jis",
  6: "iso-8859-5",
  7: "iso-8859-8",
  10: "iso-2022-jp",
  13: "euc-jp",
  14: "euc-kr",
};

/**
 * The text of octets without their header, which may name national languages. It answers some text for any octets. Where the
 * provider writes ISO 8859-1 or ASCII it has decoded the septets itself.
 */
export function decodeText(
  octets: Buffer,
  dataCoding: number,
  alphabet: DefaultAlphabet,
  languages: Languages = noLanguages,
): string {
  const read = readingOf(dataCoding);
  if (read === "ucs2") return decodeUcs2(octets);
  if (read === "default") return alphabet === "gsm" ? decodeGsm(octets, languages) : octets.toString("latin1");
  if (read === "latin1") return octets.toString("latin1");
  return new TextDecoder(read).decode(octets);
}

function readingOf(dataCoding: number): string {
  if (dataCoding === coding.default) return "default";
  if (dataCoding === 1) return "latin1"; // ASCII, and what is commonly added to it
  if (dataCoding === coding.ucs2 || dataCoding === 9) return "ucs2";
  if (dataCoding < 0x10) return labels[dataCoding] ?? "default";
  // 3GPP TS 23.038, clause 4: general coding, message waiting, and message class.
  if (dataCoding < 0x40) return ["default", "latin1", "ucs2", "default"][(dataCoding >> 2) & 3] as string;
  if ((dataCoding & 0xf0) === 0xe0) return "ucs2";
  if ((dataCoding & 0xf0) === 0xf0 && dataCoding & 4) return "latin1";
  return "default";
}

function decodeUcs2(octets: Buffer): string {
  const even = octets.subarray(0, octets.length & ~1);
  return Buffer.from(even).swap16().toString("utf16le").toWellFormed();
}

function decodeGsm(octets: Buffer, languages: Languages): string {
  const basic = lockingTable(languages.locking);
  const extension = singleTable(languages.single);
  let text = "";
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] as number;
    if (octet === escape) {
      const next = octets[++i];
      // 3GPP TS 23.038, 6.2.1.1 and A.2: a septet that the table lacks is shown as that septet of the alphabet in force.
      if (next !== undefined) text += extension.get(next) ?? basic[next & 0x7f];
    } else text += octet > 0x7f ? String.fromCharCode(octet) : basic[octet];
  }
  return text;
}
