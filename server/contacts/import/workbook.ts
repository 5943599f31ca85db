/**
 * The sheets of an Excel workbook (.xlsx; ECMA-376, Office Open XML) as rows of text, read as a stream. The archive is read by
 * yauzl, its XML by sax, and numbers are formatted by numfmt: no library for whole workbooks streams them, bounds their
 * unpacked size, and formats numbers as their cells do.
 */
import type { FileHandle } from "node:fs/promises";
import { posix } from "node:path";
import { longestRow } from "./import-file.ts";
import { numberFormat, type ShowNumber } from "./workbook-number.ts";
import { openParts, tooLarge, unreadable, type WorkbookParts } from "./workbook-parts.ts";

export interface Sheet {
  name: string;
  /** Whether a spreadsheet hides it. */
  hidden: boolean;
  /** Calls back with its rows. After each piece that was read `between` says whether to go on. */
  read(onRow: (row: number, cells: string[]) => void, between: () => Promise<boolean>): Promise<void>;
}

/** Limits of the format for a sheet. */
const lastRow = 1_048_576;
const mostCells = 16_384;
const mostStyles = 65_490;
/** Sheets, and relations of a part: no workbook has more. */
const mostListed = 10_000;
/** Columns are filled up to here; one cell far out to the right would be a row of thousands of empty ones. */
const filledColumns = 1_000;
/** Twice the characters that a cell may hold. */
const longestCell = 65_536;
/** The shared texts are held while a sheet is read: in characters, with an overhead for each. */
const mostShared = 2 ** 26;
const eachShared = 16;

/** Opens the sheets of a workbook in a file, which the caller closes. Throws an ImportFailure for what is none. */
export async function openWorkbook(file: FileHandle, limits?: { unpacked: number }): Promise<Sheet[]> {
  const parts = await openParts(file, limits);
  const [main] = await relations(parts, "_rels/.rels", "officeDocument");
  if (!main || !parts.has(main.target)) throw unreadable("it is an archive, but has no workbook in it");
  const folder = posix.dirname(main.target);
  const around = posix.join(folder, "_rels", `${posix.basename(main.target)}.rels`);
  const { sheets, from1904 } = await readSheetList(parts, main.target);
  const targets = new Map((await relations(parts, around, "worksheet", folder)).map(({ id, target }) => [id, target]));
  const [styles] = await relations(parts, around, "styles", folder);
  const [strings] = await relations(parts, around, "sharedStrings", folder);
  let shared: Promise<[string[], ShowNumber[]]> | null = null;
  // Read when the first sheet is: a sheet that is not read costs nothing.
  const sharedParts = () =>
    (shared ??= Promise.all([
      strings && parts.has(strings.target) ? readStrings(parts, strings.target) : [],
      styles && parts.has(styles.target) ? readFormats(parts, styles.target, from1904) : [],
    ]));
  return sheets.flatMap(({ id, name, hidden }) => {
    const target = targets.get(id);
    if (!target) return [];
    return [
      { name, hidden, read: async (...to) => readSheet(parts, target, await sharedParts(), ...to) } satisfies Sheet,
    ];
  });
}

/** Throws where a list may not get one more. */
function listed<Item>(list: Item[], most = mostListed): Item[] {
  if (list.length >= most) throw tooLarge();
  return list;
}

interface Relation {
  id: string;
  target: string;
}

/** The parts that a part is related to in one way; each way has two names, of the transitional and of the strict format. */
async function relations(parts: WorkbookParts, name: string, kind: string, folder = "."): Promise<Relation[]> {
  const found: Relation[] = [];
  if (!parts.has(name)) return found;
  await parts.read(name, {
    open(element, { Id = "", Type = "", Target = "", TargetMode }) {
      if (element !== "Relationship" || !Type.endsWith(`/${kind}`) || TargetMode === "External") return;
      const target = Target.startsWith("/") ? Target.slice(1) : posix.normalize(posix.join(folder, Target));
      listed(found).push({ id: Id, target });
    },
  });
  return found;
}

async function readSheetList(parts: WorkbookParts, name: string) {
  const sheets: { id: string; name: string; hidden: boolean }[] = [];
  let from1904 = false;
  await parts.read(name, {
    open(element, attributes) {
      if (element === "workbookPr") from1904 = isTrue(attributes.date1904);
      if (element !== "sheet") return;
      const id = Object.entries(attributes).find(([key]) => key.endsWith(":id"))?.[1] ?? "";
      const hidden = (attributes.state ?? "visible") !== "visible";
      listed(sheets).push({ id, name: attributes.name ?? "", hidden });
    },
  });
  return { sheets, from1904 };
}

const isTrue = (value: string | undefined) => value === "1" || value === "true";

/** The texts that cells name by their position. Phonetic readings above a text are left out. */
async function readStrings(parts: WorkbookParts, name: string): Promise<string[]> {
  const strings: string[] = [];
  let text = "";
  let within = false;
  let reading = false;
  let left = mostShared;
  await parts.read(name, {
    open(element) {
      if (element === "si") text = "";
      else if (element === "rPh") reading = true;
      else if (element === "t") within = !reading;
    },
    text(piece) {
      if (within && text.length < longestCell) text += piece;
    },
    close(element) {
      if (element === "t") within = false;
      else if (element === "rPh") reading = false;
      else if (element === "si") {
        left -= text.length + eachShared;
        if (left < 0) throw tooLarge();
        strings.push(unescaped(text));
      }
    },
  });
  return strings;
}

/** For each style that a cell may name, how it shows a number. */
async function readFormats(parts: WorkbookParts, name: string, from1904: boolean): Promise<ShowNumber[]> {
  const custom = new Map<number, string>();
  const styles: number[] = [];
  let within = false;
  await parts.read(name, {
    open(element, attributes) {
      if (element === "numFmt" && custom.size < mostStyles) {
        custom.set(Number(attributes.numFmtId), attributes.formatCode ?? "");
      } else if (element === "cellXfs") within = true;
      else if (element === "xf" && within) listed(styles, mostStyles).push(Number(attributes.numFmtId ?? 0));
    },
    close(element) {
      if (element === "cellXfs") within = false;
    },
  });
  const made = new Map<number, ShowNumber>();
  return styles.map((id) => {
    const known = made.get(id) ?? numberFormat(id, custom, from1904);
    made.set(id, known);
    return known;
  });
}

async function readSheet(
  parts: WorkbookParts,
  name: string,
  [strings, formats]: [string[], ShowNumber[]],
  onRow: (row: number, cells: string[]) => void,
  between: () => Promise<boolean>,
): Promise<void> {
  let row = 0;
  let cells: string[] = [];
  let length = 0;
  let cell: Record<string, string> = {};
  let column = 0;
  let value = "";
  let within = false;
  let reading = false;

  const shown = () => {
    switch (cell.t) {
      case "s":
        return strings[Number(value)] ?? "";
      case "b":
        return value === "1" ? "TRUE" : "FALSE";
      case "str":
      case "inlineStr":
        return unescaped(value);
      case "d":
        return value.replace("T", " ").replace(/ 00:00(:00(\.0+)?)?$/, "");
      case "e":
        return value;
      default: {
        const number = Number(value);
        if (value === "" || !Number.isFinite(number)) return value;
        return (formats[Number(cell.s ?? 0)] ?? String)(number);
      }
    }
  };

  const reader = {
    open(element: string, attributes: Record<string, string>) {
      switch (element) {
        case "row": {
          // A row without a number follows the last.
          const number = attributes.r === undefined ? row + 1 : Number(attributes.r);
          if (!(number > row)) throw unreadable(`row ${attributes.r} comes after row ${row}`);
          if (number > lastRow) throw tooLarge();
          row = number;
          cells = [];
          length = 0;
          column = 0;
          break;
        }
        case "c":
          cell = attributes;
          value = "";
          column = columnOf(attributes.r) ?? column + 1;
          break;
        case "rPh":
          reading = true;
          break;
        case "v":
        case "t":
          within = !reading;
      }
    },
    text(piece: string) {
      if (within && value.length < longestCell) value += piece;
    },
    close(element: string) {
      switch (element) {
        case "v":
        case "t":
          within = false;
          break;
        case "rPh":
          reading = false;
          break;
        case "c": {
          const text = shown();
          // A row that has become too long is reported as such, so not all of it need be held.
          if (text === "" || length > longestRow) break;
          length += text.length;
          while (cells.length < Math.min(column, filledColumns) - 1) cells.push("");
          listed(cells, mostCells).push(text);
          break;
        }
        case "row":
          onRow(row, cells);
      }
    },
  };
  await parts.read(name, reader, between);
}

/** "AB12" → 28. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^[A-Z]{1,3}/.exec(reference ?? "")?.[0];
  if (!letters) return null;
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column;
}

/** Characters that XML cannot hold are written "_x000D_" (ECMA-376, 22.9.2.19). NUL is dropped, since PostgreSQL cannot store it. */
const unescaped = (text: string) =>
  text.includes("_x")
    ? text
        .replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
        .replaceAll("\0", "")
    : text;
