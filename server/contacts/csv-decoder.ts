/**
 * Text out of the bytes of a CSV, without knowing how it was saved.
 *
 * The rule: the first megabyte decides. If more of its lines with letters beyond ASCII are broken UTF-8 than whole, the
 * file is Windows-1252 (of which Latin-1's printable part is a subset). Otherwise it is UTF-8, and any later line that is
 * not valid UTF-8 is read as Windows-1252 by itself: files stitched together from two sources come out right, and a file
 * that is plain ASCII for its first megabyte does too. Text in Windows-1252 is practically never valid UTF-8 by chance.
 */
import { isAscii, isUtf8 } from "node:buffer";
import { ImportFailure } from "./import-failure.ts";

export type CsvEncoding = "utf-8" | "windows-1252";

/** Bytes that decide about encoding, delimiter and columns. */
export const headBytes = 2 ** 20;
/** A line is held back until its end is seen, but no longer than this. */
const longestLine = 2 ** 20;

const windows1252 = new TextDecoder("windows-1252");
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

export interface CsvDecoder {
  encoding: CsvEncoding;
  /** The text of all lines that are complete now. */
  push(chunk: Buffer): string;
  /** The last line, where no line break follows it. */
  end(): string;
}

/** A decoder for a file that begins with `head`, which is still to be pushed. Throws for what is no text. */
export function createCsvDecoder(head: Buffer): CsvDecoder {
  refuseUtf16AndZip(head);
  const encoding = decideEncoding(head);
  let rest: Buffer = Buffer.alloc(0);
  let atStart = true;

  function decode(bytes: Buffer): string {
    if (bytes.includes(0)) {
      throw new ImportFailure("binary_file", "The file holds NUL bytes, so it is not a CSV. Save it as “CSV UTF-8”.");
    }
    if (isAscii(bytes)) return bytes.toString("latin1");
    if (encoding === "windows-1252") return windows1252.decode(bytes);
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

function refuseUtf16AndZip(head: Buffer): void {
  const mark = head.subarray(0, 2).toString("hex");
  if (mark === "fffe" || mark === "feff") {
    throw new ImportFailure("utf16_file", "The file is encoded in UTF-16. Save it as “CSV UTF-8”.");
  }
  if (head.subarray(0, 4).toString("hex") === "504b0304") {
    throw new ImportFailure("binary_file", "The file is a workbook or a zip archive. Save its sheet as “CSV UTF-8”.");
  }
}

function decideEncoding(head: Buffer): CsvEncoding {
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
  return broken > whole ? "windows-1252" : "utf-8";
}

const decodeLine = (line: Buffer) => (isUtf8(line) ? line.toString("utf8") : windows1252.decode(line));

/** With their line breaks. */
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
