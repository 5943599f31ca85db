/**
 * Files of people, spoilt in every way that files are: quotes where none belong, lines that were cut, joined and moved, bytes that
 * are no text. Whatever the fault, each line of a file is accounted for: it is a row that was read or reported, empty, or one
 * of the headings.
 */
import { expect, test } from "vitest";
import { type Random, seeded } from "../../../testing/random.ts";
import { runs } from "../../../testing/runs.ts";
import { isBlank } from "./csv-format.ts";
import { ImportFailure } from "./file-row.ts";
import { createRowReader } from "./import-row.ts";
import { type ReadFile, readFile } from "./reading.test-support.ts";

const files = runs(2_000, 100_000);
const batch = 1_000;

const heads = [
  ["Navn", "Mobil", "By"],
  ["Mobile", "First name", "Note"],
  ["E-post", "Navn", "Mobil", "Adresse"],
  ["Mobil"],
  null,
];
const names = ["Ola", "Åse Øst", 'Kalle "K" B', '5" rør', "Nils, jr.", "", "=1+1", "O'Neil;x", "Kunde", "東京"];
const towns = ["Oslo", "Storgata 1\n0155 Oslo", "a\r\nb\r\nc", '"', '""', "91234567", "", "x;y;z", "1,5"];

interface Made {
  text: string;
  delimiter: string;
}

function makeFile(random: Random): Made {
  const delimiter = random.pick([";", ",", "\t", "|"]);
  const eol = random.pick(["\n", "\r\n", "\r"]);
  const quoteAll = random.next() < 0.3;
  const head = random.pick(heads);
  const width = head?.length ?? random.whole(1, 4);
  const written = (cell: string) =>
    quoteAll || cell.includes(delimiter) || /["\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  const lines: string[] = [];
  if (random.next() < 0.1) lines.push(`sep=${delimiter}`);
  if (random.next() < 0.2) lines.push("Kundeliste", "");
  if (head) lines.push(head.map(written).join(delimiter));
  for (let n = random.whole(0, 25); n > 0; n--) {
    const cells = Array.from({ length: width }, (_, at) => random.pick(at % 2 === 0 ? names : towns));
    const where = head
      ? Math.max(
          head.findIndex((word) => word.startsWith("Mobil")),
          0,
        )
      : 0;
    cells[where] = `9${random.whole(1_000_000, 9_999_999)}`;
    lines.push(cells.map(written).join(delimiter));
  }
  return { text: lines.join(eol) + (random.next() < 0.8 ? eol : ""), delimiter };
}

/** One to five of the faults that files have. */
function spoil({ text, delimiter }: Made, random: Random): string {
  const marks = [
    '"',
    '""',
    `"${delimiter}`,
    `${delimiter}"`,
    '"\n',
    '\n"',
    delimiter,
    "\n",
    "\r",
    "\r\n",
    "x",
    "9",
    " ",
    "'",
    "\\",
    "\ufeff",
  ];
  for (let n = random.whole(1, 5); n > 0; n--) {
    const at = random.whole(0, text.length);
    const end = Math.min(text.length, at + random.whole(1, 20));
    switch (random.whole(0, 5)) {
      case 0:
      case 1:
        text = text.slice(0, at) + random.pick(marks) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 3:
        text = text.slice(0, at) + text.slice(at, end) + text.slice(at);
        break;
      case 4: {
        const lines = text.split("\n");
        const [line = ""] = lines.splice(random.whole(0, lines.length - 1), 1);
        lines.splice(random.whole(0, lines.length), 0, line);
        text = lines.join("\n");
        break;
      }
      default:
        text = random.next() < 0.3 ? text.slice(0, at) : text.replaceAll(random.pick(marks), random.pick(marks));
    }
  }
  return text;
}

const linesOf = (text: string) => text.split(/\r\n|[\r\n]/).slice(0, /[\r\n]$/.test(text) ? -1 : undefined);

/** The faults in how a file was read. */
async function problems(text: string, random: Random): Promise<string[]> {
  const bytes = Buffer.from(text);
  let read: ReadFile;
  try {
    read = await readFile(bytes);
  } catch (error) {
    // A file of white space alone has no people.
    const left = text.replace(/^\ufeff?"?sep *=.*/i, "").replace(/[",;\t|\ufeff]/g, "");
    return error instanceof ImportFailure && error.code === "empty_file" && left.trim() === "" ? [] : [String(error)];
  }
  const { all } = read;
  const found: string[] = [];
  const lines = linesOf(text.replace(/^\ufeff/, ""));
  // The line that declares the separator is the one that is no row.
  const rest = lines.slice(/^\ufeff?"?sep *=/i.test(lines[0] ?? "") && linesIn(all) < lines.length ? 1 : 0);
  if (linesIn(all) !== rest.length) found.push(`${linesIn(all)} of ${rest.length} lines are accounted for`);
  let at = 0;
  for (const [index, { row, lines: taken, fault, cells, kind }] of all.entries()) {
    const line = rest[at] as string;
    if (row !== index + 1) found.push(`row ${index + 1} is called ${row}`);
    if (kind === "blank" && !isBlank(cells)) found.push(`row ${row} is not empty`);
    if (taken > 1) {
      // No line that is a row by itself is within a cell of another row.
      if (fault !== null) found.push(`row ${row} is ${fault} and of several lines`);
      const swallowed = rest.slice(at + 1, at + taken).filter((each) => isRow(each, read));
      if (swallowed.length > 0) found.push(`row ${row} swallowed ${JSON.stringify(swallowed)}`);
    } else if (fault === null && !line.includes('"') && cells.join(read.delimiter as string) !== line) {
      found.push(`row ${row} is ${JSON.stringify(cells)}`);
    }
    at += taken;
  }
  // In other pieces it is read the same.
  const again = await readFile(bytes, { pieces: random.whole(2, 20) });
  if (JSON.stringify(again.all) !== JSON.stringify(all)) found.push("in pieces it is another file");
  // Every row of people is read or reported.
  const readRow = createRowReader(read.columns.fields, {
    country: "NO",
    timeZone: "Europe/Oslo",
    consents: true,
    now: new Date(0),
  });
  for (const { row, kind, fault, cells } of all) {
    if (kind !== "data" || fault) continue;
    const person = readRow(cells);
    if (!("reason" in person ? person.reason : (person.mobile ?? person.phone ?? person.email))) {
      found.push(`row ${row} is neither read nor reported`);
    }
  }
  return found;
}

const linesIn = (all: ReadFile["all"]) => all.reduce((sum, { lines }) => sum + lines, 0);

/** By the columns with numbers and addresses, and by nothing else: what the import goes by is more. */
function isRow(line: string, { delimiter, columns: { names: headings, fields } }: ReadFile): boolean {
  if (line.includes('"')) return false;
  const cells = line.split(delimiter as string);
  if (cells.length !== headings.length || cells.length < 2) return false;
  return cells.some((cell, at) => /^(mobile|phone|email)$/.test(fields[at] as string) && /^9\d{7}$/.test(cell));
}

test.each(Array.from({ length: files / batch }, (_, at) => at * batch))(
  "files from number %i on, as they were made and spoilt: every line is accounted for",
  async (first) => {
    const found: object[] = [];
    for (let seed = first; seed < first + batch; seed++) {
      const random = seeded(seed);
      const made = makeFile(random);
      for (const text of [made.text, spoil(made, random)]) {
        const wrong = await problems(text, random);
        if (wrong.length > 0) found.push({ seed, text, wrong });
      }
    }
    expect(found).toEqual([]);
  },
);
