import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../../testing/runs.ts";
import { createCsvSplitter, type RowShape } from "./csv-splitter.ts";

interface Options {
  delimiter?: string;
  longestRow?: number;
  shape?: RowShape;
}

function split(pieces: string[], { delimiter = ",", longestRow = 10_000, shape }: Options = {}) {
  const rows: string[][] = [];
  const faults: string[] = [];
  let lines = 0;
  const splitter = createCsvSplitter({
    delimiter,
    longestRow,
    shape: shape ?? null,
    onRow(cells, fault, taken) {
      rows.push(cells);
      lines += taken;
      if (fault) faults.push(`${rows.length}:${fault}`);
    },
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return { rows, faults, lines };
}

/** Rows of `width` cells; a line with a figure in it is a row by itself. */
const widthOf = (width: number): RowShape => ({
  fits: (cells) => cells.length === width,
  isRow: (cells) => cells.length === width && cells.some((each) => /\d/.test(each)),
});

const linesOf = (text: string) => text.split(/\r\n|[\r\n]/).length - (/[\r\n]$/.test(text) || text === "" ? 1 : 0);

/** Cuts a text at the given positions. */
function cutAt(text: string, cuts: number[]): string[] {
  const points = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...points, text.length].map((point, index) => text.slice(index === 0 ? 0 : points[index - 1], point));
}

const cell = fc.string({
  unit: fc.constantFrom("a", "ø", "1", " ", '"', ",", ";", "\t", "\n", "\r", "🎉"),
  maxLength: 8,
});
const lineBreak = fc.constantFrom("\n", "\r\n", "\r");
const cuts = (max: number) => fc.array(fc.nat({ max }), { maxLength: 20 });

test("the same rows as csv-parse, wherever the text is cut into pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
      lineBreak,
      fc.constantFrom(",", ";", "\t"),
      fc.boolean(),
      cuts(200),
      (table, eol, delimiter, lastBreak, at) => {
        const quoted = (value: string, always: boolean) =>
          always || /["\n\r]/.test(value) || value.includes(delimiter) ? `"${value.replaceAll('"', '""')}"` : value;
        const lines = table.map((row) => row.map(([value, always]) => quoted(value, always)).join(delimiter));
        const text = lines.join(eol) + (lastBreak && lines.length > 0 ? eol : "");
        const expected = parse(text, { delimiter, record_delimiter: [eol], relax_column_count: true }) as string[][];
        const { rows, faults, lines: seen } = split(cutAt(text, at), { delimiter });
        expect(faults).toEqual([]);
        expect(seen).toBe(linesOf(text));
        // Where csv-parse leaves out empty lines at the end, the import leaves out all of them.
        const filled = (all: string[][]) => all.filter((row) => row.length > 1 || row[0] !== "");
        expect(filled(rows)).toEqual(filled(expected));
      },
    ),
    { numRuns: runs(1_000, 100_000) },
  );
});

const anyText = fc.string({
  unit: fc.constantFrom("a", "1", '"', '""', '";"', ",", ';"', ";", "\n", "\r\n", "\r", " "),
  maxLength: 60,
});

test("any text is read to its end, the same in pieces as in one, and each line of it is reported once", () => {
  fc.assert(
    fc.property(
      anyText,
      cuts(60),
      fc.constantFrom(undefined, widthOf(2), widthOf(3)),
      fc.constantFrom(10_000, 12, 25),
      (text, at, shape, longestRow) => {
        const options = { delimiter: ";", longestRow, ...(shape && { shape }) };
        const whole = split([text], options);
        expect(whole.lines).toBe(linesOf(text));
        expect(split(cutAt(text, at), options)).toEqual(whole);
      },
    ),
    { numRuns: runs(1_000, 100_000) },
  );
});

test("no line that is a row by itself is swallowed by the quotes of an earlier one", () => {
  const line = fc.oneof(
    fc.constantFrom("91;b;c", "92;x;y", '93;"q";z'),
    fc.string({ unit: fc.constantFrom("a", "1", '"', ";", " "), maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), lineBreak, (lines, eol) => {
      const { rows } = split([lines.join(eol)], { delimiter: ";", shape: widthOf(3) });
      for (const row of ["91;b;c", "92;x;y"]) {
        const reported = rows.filter((cells) => cells.join(";") === row).length;
        expect(reported).toBe(lines.filter((each) => each === row).length);
      }
    }),
    { numRuns: runs(500, 50_000) },
  );
});

test.each([
  [
    '5" pipe,b\nc,d',
    [
      ['5" pipe', "b"],
      ["c", "d"],
    ],
  ],
  ['"a"b,c\n', [["ab", "c"]]],
  [
    'a,"b\r\nc"\r\nd,e',
    [
      ["a", "b\r\nc"],
      ["d", "e"],
    ],
  ],
  ['"",""\n', [["", ""]]],
  ["a,,\n", [["a", "", ""]]],
])("%j", (text, rows) => {
  expect(split([text])).toMatchObject({ rows, faults: [] });
});

test("a quote that is never closed takes its own line and no other", () => {
  expect(split(['a,b\nc,"d\ne,f\n'])).toEqual({
    rows: [
      ["a", "b"],
      ["c", '"d'],
      ["e", "f"],
    ],
    faults: ["2:quote_not_closed"],
    lines: 3,
  });
});

test("a quote whose partner closes no cell is stray", () => {
  expect(split(['1;"5 mm;x\n2;b;y\n3;"c;z\n4;d;w\n'], { delimiter: ";", shape: widthOf(3) })).toEqual({
    rows: [
      ["1", '"5 mm', "x"],
      ["2", "b", "y"],
      ["3", '"c', "z"],
      ["4", "d", "w"],
    ],
    faults: ["1:quote_not_closed", "3:quote_not_closed"],
    lines: 4,
  });
});

test("two stray quotes that look like a pair lose none of the lines between them: each is reported", () => {
  expect(split(['1;"5 mm;x\n2;b;y\n3;6 mm";z\n4;d;w\n'], { delimiter: ";", shape: widthOf(3) })).toEqual({
    rows: [
      ["1", '"5 mm', "x"],
      ["2", "b", "y"],
      ["3", '6 mm"', "z"],
      ["4", "d", "w"],
    ],
    faults: ["1:quotes_over_rows", "2:quotes_over_rows", "3:quotes_over_rows"],
    lines: 4,
  });
});

test("a text of several lines is one cell where its row has as many cells as the others", () => {
  const shape = widthOf(3);
  expect(split(['1;"Storgata 1\n0155 Oslo";x\n2;b;y\n'], { delimiter: ";", shape })).toEqual({
    rows: [
      ["1", "Storgata 1\n0155 Oslo", "x"],
      ["2", "b", "y"],
    ],
    faults: [],
    lines: 3,
  });
  expect(split(['1;"Storgata 1\nOslo"\n2;b;y\n'], { delimiter: ";", shape }).faults).toEqual([
    "1:quotes_over_rows",
    "2:quotes_over_rows",
  ]);
});

test("a closing quote in the middle of a cell is accepted where it moves no other cell", () => {
  const shape = widthOf(3);
  expect(split(['1;"Kalle" K;x\n2;"a;b" c;y;z\n3;"a;b" c;y'], { delimiter: ";", shape })).toEqual({
    rows: [
      ["1", "Kalle K", "x"],
      ["2", "a;b c", "y", "z"].slice(0, 0).concat(["2", '"a', 'b" c', "y", "z"]),
      ["3", "a;b c", "y"],
    ],
    faults: ["2:quote_not_closed"],
    lines: 3,
  });
});

test("a line that is too long is reported with its beginning, and the next is read", () => {
  const long = `1,${"x".repeat(500)}`;
  const { rows, faults } = split([`${long}\na,b\n`], { longestRow: 300 });
  expect(rows).toEqual([[long.slice(0, 200)], ["a", "b"]]);
  expect(faults).toEqual(["1:row_too_long"]);
});

test("a quote whose partner is further away than a row may be long is stray", () => {
  const lines = Array.from({ length: 40 }, (_, index) => `${index};b;c`);
  const text = `0;"a;b\n${lines.join("\n")}\n9;z";c\n`;
  expect(split([text], { delimiter: ";", longestRow: 100, shape: widthOf(3) })).toMatchObject({
    faults: ["1:quote_not_closed"],
    lines: 42,
  });
});

test("whatever the quotes are, each character is scanned a few times at most, in however many pieces it comes", () => {
  for (const text of [
    '"' + "a\n".repeat(100_000),
    '"' + '""'.repeat(100_000),
    "a".repeat(200_000),
    "a,\n".repeat(60_000),
    'x,"b\n' + 'a","b\n'.repeat(50_000),
    'x,"b\n' + 'a","",""\n'.repeat(30_000),
    ',"\n'.repeat(60_000),
    ',"\n",\n'.repeat(40_000),
    '"""\n'.repeat(60_000),
    ('"' + "a\n".repeat(5_000)).repeat(20),
  ]) {
    for (const shape of [null, widthOf(2), widthOf(3)]) {
      let work = 0;
      const onWork = (characters: number) => void (work += characters);
      const splitter = createCsvSplitter({ delimiter: ",", longestRow: 2 ** 16, shape, onRow() {}, onWork });
      for (let at = 0; at < text.length; at += 64) splitter.push(text.slice(at, at + 64));
      splitter.end();
      expect(work / text.length, JSON.stringify(text.slice(0, 20))).toBeLessThan(12);
    }
  }
});
