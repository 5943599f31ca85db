/**
 * Text out of the bytes of a CSV, without knowing how it was saved.
 *
 * The rule: a byte order mark decides; a file in which every other byte is mostly zero is UTF-16. For the
 * rest the first megabyte decides. If more of its lines with letters beyond ASCII are broken UTF-8 than whole, the file is
 * Windows-1252 (of which Latin-1's printable part is a subset) or Mac Roman, as older programs on a Mac save it: the one of the
 * two that makes words of it. Otherwise it is UTF-8, and any later line that is not valid UTF-8 is read as Windows-1252 by
 * itself: files stitched together from two sources come out right, and a file that is plain ASCII for its first megabyte does
 * too. Text in Windows-1252 is practically never valid UTF-8 by chance.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { ImportFailure } from "./file-row.ts";

export type CsvEncoding = "utf-8" | "utf-16le" | "utf-16be" | "windows-1252" | "macintosh";

/** Bytes that decide about encoding, delimiter and columns. */
export const headBytes = 2 ** 20;
/** A line is kept until its end is seen, up to this length. */
const longestLine = 2 ** 20;

const windows1252 = new TextDecoder("windows-1252");
const macRoman = new TextDecoder("macintosh");
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export interface CsvDecoder {
  encoding: CsvEncoding;
  /** The text of all lines that are complete now; of UTF-16 all that is there. */
  push(chunk: Buffer): string;
  /** The last line, where no line break ends it. */
  end(): string;
}

/** Makes a decoder for a file that begins with `head`, which has to be pushed too. Throws for what is no text. */
export function createCsvDecoder(head: Buffer): CsvDecoder {
  const wide = decideWide(head);
  return wide ? wideDecoder(wide) : octetDecoder(decideEncoding(head));
}

/** Throws where a text has a NUL, which PostgreSQL cannot store and no CSV has. */
function refuseNul(found: boolean): void {
  if (found) throw new ImportFailure("binary_file", "The file holds NUL bytes, so it is no text.");
}

function wideDecoder(encoding: "utf-16le" | "utf-16be"): CsvDecoder {
  const decoder = new TextDecoder(encoding);
  const decode = (chunk: Buffer, stream: boolean) => {
    const text = decoder.decode(chunk, { stream });
    refuseNul(text.includes("\0"));
    return text;
  };
  return { encoding, push: (chunk) => decode(chunk, true), end: () => decode(Buffer.alloc(0), false) };
}

function octetDecoder(encoding: "utf-8" | "windows-1252" | "macintosh"): CsvDecoder {
  let rest: Buffer = Buffer.alloc(0);
  let atStart = true;

  function decode(bytes: Buffer): string {
    refuseNul(bytes.includes(0));
    if (isAscii(bytes)) return bytes.toString("latin1");
    if (encoding === "windows-1252") return windows1252.decode(bytes);
    if (encoding === "macintosh") return macRoman.decode(bytes);
    return isUtf8(bytes) ? bytes.toString("utf8") : linesOf(bytes).map(decodeLine).join("");
  }

  return {
    encoding,
    push(chunk) {
      let bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
      if (atStart) {
        if (bytes.length < 3) {
          rest = bytes;
          return "";
        }
        if (hasBom(bytes)) bytes = bytes.subarray(3);
        atStart = false;
      }
      let cut = Math.max(bytes.lastIndexOf(lineFeed), bytes.lastIndexOf(carriageReturn)) + 1;
      if (cut === 0 && bytes.length > longestLine) cut = lastAscii(bytes) + 1;
      // A copy, so that the rest does not keep a whole chunk of the socket alive.
      rest = Buffer.from(bytes.subarray(cut));
      return cut > 0 ? decode(bytes.subarray(0, cut)) : "";
    },
    end() {
      const bytes = atStart && hasBom(rest) ? rest.subarray(3) : rest;
      rest = Buffer.alloc(0);
      return decode(bytes);
    },
  };
}

const hasBom = (bytes: Buffer) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

/** By its mark, or by the zeros: digits, delimiters and most letters of a list of people are below U+0100. */
function decideWide(head: Buffer): "utf-16le" | "utf-16be" | null {
  const mark = head.subarray(0, 2).toString("hex");
  if (mark === "fffe") return "utf-16le";
  if (mark === "feff") return "utf-16be";
  const looked = head.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  for (let at = 0; at + 1 < looked.length; at += 2) {
    if (looked[at] === 0) even++;
    if (looked[at + 1] === 0) odd++;
  }
  const pairs = looked.length / 2;
  if (odd > pairs / 4 && even * 20 < odd) return "utf-16le";
  if (even > pairs / 4 && odd * 20 < even) return "utf-16be";
  return null;
}

function decideEncoding(head: Buffer): "utf-8" | "windows-1252" | "macintosh" {
  if (hasBom(head) || isAscii(head)) return "utf-8";
  let whole = 0;
  let broken = 0;
  const lines = linesOf(head.subarray(0, headBytes));
  // The last line may be cut within a character.
  if (head.length >= headBytes && lines.length > 1) lines.pop();
  for (const line of lines) {
    if (isAscii(line)) continue;
    if (isUtf8(line)) whole++;
    else broken++;
  }
  if (broken <= whole) return "utf-8";
  const looked = head.subarray(0, 65_536);
  return wordiness(macRoman.decode(looked)) > wordiness(windows1252.decode(looked)) ? "macintosh" : "windows-1252";
}

/** Letters of the languages of western and northern Europe, and other characters that lists of people contain. */
const letters = new Set("åäöøæéüßèêëáàâíîïóòôúùûçñðþÅÄÖØÆÉÜÞÐ");
const neutral = new Set("ÀÁÂÇÈÊËÌÍÎÏÑÒÓÔÙÚÛŠšŽžŒœÿŸ’‘“”„–—…·«»°€£§©\u00a0");

/**
 * How many of the characters beyond ASCII make words: the å of "Håkon" and the ’ of "O’Brien" do; the Â and the í that the other
 * table has in their place, a capital after a small letter and a small letter before a capital, do not.
 */
function wordiness(text: string): number {
  let score = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (character < "\u0080") continue;
    const before = text[at - 1] ?? "";
    const after = text[at + 1] ?? "";
    const small = character !== character.toUpperCase();
    const capital = character !== character.toLowerCase();
    if ((capital && /\p{Ll}/u.test(before)) || (small && /\p{Lu}/u.test(after))) score--;
    else if (letters.has(character)) score += isLetter(before) || isLetter(after) ? 1 : 0;
    else if (character === "’") score += isLetter(before) && isLetter(after) ? 1 : 0;
    else if (!neutral.has(character)) score--;
  }
  return score;
}

const isLetter = (character: string) => /\p{L}/u.test(character);

const decodeLine = (line: Buffer) => (isUtf8(line) ? line.toString("utf8") : windows1252.decode(line));

/** The lines of a text, with their line breaks. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  const lineBreak = bytes.includes(lineFeed) ? lineFeed : carriageReturn;
  let from = 0;
  while (from < bytes.length) {
    const at = bytes.indexOf(lineBreak, from);
    const to = at < 0 ? bytes.length : at + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}

function lastAscii(bytes: Buffer): number {
  let at = bytes.length - 1;
  while (at > 0 && (bytes[at] as number) >= 0x80) at--;
  return at;
}
