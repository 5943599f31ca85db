/**
 * The people of a file of vCards, as phones and address books export them: versions 2.1 (with quoted-printable), 3.0 (RFC 2426)
 * and 4.0 (RFC 6350). Each card becomes one row; its photos and keys are ignored.
 */
import { isUtf8 } from "node:buffer";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";

/** The columns that a card becomes, by headings that the import understands. */
export const cardColumns = ["First name", "Last name", "Mobile", "Phone", "E-mail", "Organization"];

export interface CardReader {
  push(text: string): void;
  end(): void;
}

interface Property {
  name: string;
  /** Types and other parameters, in lower case, all in one. */
  parameters: string[];
  value: string;
}

/** Longer values are photos. */
const longestLine = 16_384;

/**
 * Calls `onCard` with the cells of each card; `closed` is false for one whose end is missing. Numbers without a type are told
 * apart by `country`'s numbering plan.
 */
export function createCardReader(options: {
  country: string;
  onCard(cells: string[], closed: boolean): void;
}): CardReader {
  let rest = "";
  /** A line that the next may continue, and how much of it is kept. */
  let line: string | null = null;
  let soft = false;
  let card: Property[] | null = null;
  /** Depth of cards within a card, such as its agent's. */
  let inner = 0;

  function push(text: string): void {
    const all = rest + text;
    let from = 0;
    for (const match of all.matchAll(/\r\n|\n|\r(?!$)/g)) {
      physical(all.slice(from, match.index));
      from = match.index + match[0].length;
    }
    rest = all.slice(from);
    if (rest.length > longestLine * 2) rest = rest.slice(0, longestLine * 2);
  }

  /** A line of the file: a property, or the continuation of the one before. */
  function physical(text: string): void {
    if (line !== null && (soft ? !/^END:VCARD/i.test(text) : /^[ \t]/.test(text))) {
      if (line.length < longestLine) line = soft ? line.replace(/=\s*$/, "") + text : line + text.slice(1);
    } else {
      if (line !== null) logical(line);
      line = text;
    }
    // Quoted-printable of 2.1 continues where a line ends with "=", without a space on the next.
    soft = /=\s*$/.test(text) && isQuotedPrintable(line.slice(0, Math.max(endOfParameters(line), 0)));
  }

  function logical(text: string): void {
    const property = readProperty(text);
    if (!property) return;
    const isCard = property.value.trim().toUpperCase() === "VCARD";
    if (property.name === "BEGIN" && isCard) {
      if (card && card.at(-1)?.name === "AGENT" && card.at(-1)?.value.trim() === "") inner++;
      else {
        if (card) tell(false);
        card = [];
        inner = 0;
      }
    } else if (property.name === "END" && isCard) {
      if (inner > 0) inner--;
      else if (card) tell(true);
    } else if (card && inner === 0 && kept.has(property.name) && card.length < mostProperties) card.push(property);
  }

  function tell(closed: boolean): void {
    options.onCard(cellsOf(card ?? [], options.country), closed);
    card = null;
  }

  return {
    push,
    end() {
      if (rest !== "") physical(rest.replace(/\r$/, ""));
      rest = "";
      if (line !== null) logical(line);
      line = null;
      if (card) tell(false);
    },
  };
}

const kept = new Set(["N", "FN", "TEL", "EMAIL", "ORG", "AGENT"]);
const mostProperties = 200;

/** "item1.TEL;TYPE=CELL:+47 912 34 567" */
function readProperty(line: string): Property | null {
  const colon = endOfParameters(line);
  if (colon < 0) return null;
  const [path = "", ...parameters] = line.slice(0, colon).split(";");
  const name = path
    .slice(path.lastIndexOf(".") + 1)
    .trim()
    .toUpperCase();
  const raw = line.slice(colon + 1);
  if (!isQuotedPrintable(line.slice(0, colon))) return { name, parameters: wordsOf(parameters), value: raw };
  const charset = /charset="?([\w-]+)/i.exec(parameters.join(";"))?.[1];
  return { name, parameters: wordsOf(parameters), value: decodeQuotedPrintable(raw, charset) };
}

const isQuotedPrintable = (head: string) => /;(encoding=)?"?quoted-printable"?(;|$)/i.test(head);

/** Parameters may be quoted, with colons in them. */
function endOfParameters(line: string): number {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === '"') quoted = !quoted;
    else if (line[at] === ":" && !quoted) return at;
  }
  return -1;
}

/** `TYPE=CELL,VOICE`, `TYPE="cell,voice"` and 2.1's bare `CELL` alike. */
const wordsOf = (parameters: string[]) =>
  parameters.flatMap((parameter) =>
    parameter
      .replace(/^type=/i, "")
      .replaceAll('"', "")
      .toLowerCase()
      .split(","),
  );

/** Without a charset, and with an unknown one, it is UTF-8 where it can be. */
function decodeQuotedPrintable(value: string, charset: string | undefined): string {
  const bytes = Buffer.concat(
    value
      .split(/(=[0-9A-F]{2})/i)
      .map((piece, at) => (at % 2 === 1 ? Buffer.from(piece.slice(1), "hex") : Buffer.from(piece))),
  );
  return decoderFor(charset ?? "", bytes)
    .decode(bytes)
    .replaceAll("\0", "");
}

function decoderFor(charset: string, bytes: Buffer): TextDecoder {
  try {
    return new TextDecoder(charset);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return new TextDecoder(isUtf8(bytes) ? "utf-8" : "windows-1252");
  }
}

/** A value's parts, between separators that no backslash escapes. */
function partsOf(value: string): string[] {
  const parts = [""];
  for (let at = 0; at < value.length; at++) {
    if (value[at] === ";") parts.push("");
    else parts[parts.length - 1] += value[at] === "\\" ? value.slice(at, ++at + 1) : (value[at] as string);
  }
  return parts.map(unescaped);
}

const unescaped = (value: string) =>
  value.replace(/\\(.)/gs, (_, character: string) => (/n/i.test(character) ? "\n" : character)).trim();

function cellsOf(card: Property[], country: string): string[] {
  const all = (name: string) => card.filter((property) => property.name === name);
  const [last = "", first = "", middle = ""] = partsOf(all("N")[0]?.value ?? "");
  const full = unescaped(all("FN")[0]?.value ?? "");
  const given = [first, middle].filter((part) => part !== "").join(" ");
  const [mobile, phone] = chooseNumbers(all("TEL"), country);
  const email = preferred(all("EMAIL"))[0]?.value ?? "";
  const [organization = ""] = partsOf(all("ORG")[0]?.value ?? "");
  const named = given !== "" || last !== "" ? [given, last] : splitFull(full === organization ? "" : full);
  return [...named, mobile, phone, unescaped(email).replace(/^mailto:/i, ""), organization];
}

function splitFull(name: string): [string, string] {
  const space = name.lastIndexOf(" ");
  return space < 0 ? [name, ""] : [name.slice(0, space), name.slice(space + 1)];
}

/** Those marked as preferred first, else in their order. */
const preferred = (properties: Property[]) => properties.toSorted((a, b) => rank(a) - rank(b));
const rank = ({ parameters }: Property) => (parameters.some((word) => word === "pref" || word === "pref=1") ? 0 : 1);

/** The mobile and another number: by the card's types, else by the numbering plan. Fax and pager take no texts. */
function chooseNumbers(properties: Property[], country: string): [string, string] {
  const numbers = preferred(properties)
    .filter(({ parameters }) => !parameters.includes("fax") && !parameters.includes("pager"))
    .map(({ parameters, value }) => {
      const number = numberOf(unescaped(value));
      const called = parameters.some((word) => word === "cell" || word === "mobile" || word === "iphone");
      const read = parsePhoneNumber(number, country, called ? "mobile" : "phone");
      return { number, called, isMobile: "number" in read && read.kind === "mobile" };
    })
    .filter(({ number }) => number !== "");
  const mobile =
    numbers.find(({ called, isMobile }) => called && isMobile) ??
    numbers.find(({ isMobile }) => isMobile) ??
    numbers.find(({ called }) => called);
  const other = numbers.find((each) => each !== mobile && each.number !== mobile?.number);
  return [mobile?.number ?? "", other?.number ?? ""];
}

/** 4.0 has URIs: tel:+47-22-33-44-55;ext=12, and tel:22-33-44-55;phone-context=+47 where the code is not in the number. */
function numberOf(value: string): string {
  const [number = "", ...parameters] = value.replace(/^tel:/i, "").split(";");
  const context = parameters.map((each) => /^phone-context=(\+\d+)$/i.exec(each)?.[1]).find(Boolean);
  return (context && !number.startsWith("+") ? context + number : number).trim();
}
