import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../../testing/runs.ts";
import { createCsvSplitter } from "./csv-splitter.ts";

function split(pieces: string[], delimiter = ",", longestRow = 10_000) {
  const rows: string[][] = [];
  const faults: string[] = [];
  const splitter = createCsvSplitter({
    delimiter,
    longestRow,
    onRow(cells, fault) {
      rows.push(cells);
      if (fault) faults.push(`${rows.length}:${fault}`);
    },
  });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return { rows, faults };
}

/** Cuts a text where the numbers say. */
function cutAt(text: string, cuts: number[]): string[] {
  const points = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  return [...points, text.length].map((point, index) => text.slice(index === 0 ? 0 : points[index - 1], point));
}

const cell = fc.string({
  unit: fc.constantFrom("a", "ø", "1", " ", '"', ",", ";", "\t", "\n", "\r", "🎉"),
  maxLength: 8,
});
const lineBreak = fc.constantFrom("\n", "\r\n", "\r");

test("the same rows as csv-parse, wherever the text is cut into pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
      lineBreak,
      fc.constantFrom(",", ";", "\t"),
      fc.boolean(),
      fc.array(fc.nat({ max: 200 }), { maxLength: 12 }),
      (table, eol, delimiter, lastBreak, cuts) => {
        const quoted = (value: string, always: boolean) =>
          always || /["\n\r]/.test(value) || value.includes(delimiter) ? `"${value.replaceAll('"', '""')}"` : value;
        const lines = table.map((row) => row.map(([value, always]) => quoted(value, always)).join(delimiter));
        const text = lines.join(eol) + (lastBreak && lines.length > 0 ? eol : "");
        const expected = parse(text, { delimiter, record_delimiter: [eol], relax_column_count: true }) as string[][];
        const { rows, faults } = split(cutAt(text, cuts), delimiter);
        expect(faults).toEqual([]);
        // Where csv-parse leaves out empty lines at the end, the import leaves out all of them.
        const filled = (all: string[][]) => all.filter((row) => row.length > 1 || row[0] !== "");
        expect(filled(rows)).toEqual(filled(expected));
      },
    ),
    { numRuns: runs(1_000, 100_000) },
  );
});

test("any text at all is read to its end, and the same in pieces as in one", () => {
  const text = fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r", " "), maxLength: 60 });
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 60 }), { maxLength: 20 }), (content, cuts) => {
      expect(split(cutAt(content, cuts))).toEqual(split([content]));
    }),
    { numRuns: runs(1_000, 100_000) },
  );
});

test("a row that is too long is told once, and the next is found whatever stood in it", () => {
  const text = fc.string({ unit: fc.constantFrom("a", '"', '""', ",", "\n", "\r\n"), maxLength: 80 });
  fc.assert(
    fc.property(text, fc.array(fc.nat({ max: 80 }), { maxLength: 20 }), (content, cuts) => {
      const short = split([content], ",", 20);
      const long = split([content]);
      const inPieces = split(cutAt(content, cuts), ",", 20);
      expect(inPieces.rows.length).toBe(short.rows.length);
      expect(short.rows.length).toBe(long.rows.length);
    }),
    { numRuns: runs(1_000, 100_000) },
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
  expect(split([text])).toEqual({ rows, faults: [] });
});

test("a quote that is never closed takes the rest of the text, and says so", () => {
  expect(split(['a,b\nc,"d\ne,f\n'])).toEqual({
    rows: [
      ["a", "b"],
      ["c", "d\ne,f\n"],
    ],
    faults: ["2:quote_not_closed"],
  });
});

test("a row that does not end is looked through a few times its length, in however many pieces it comes", () => {
  for (const text of [
    '"' + "a\n".repeat(100_000),
    '"' + '""'.repeat(100_000),
    "a".repeat(200_000),
    "a,\n".repeat(60_000),
  ]) {
    let work = 0;
    const onWork = (characters: number) => void (work += characters);
    const splitter = createCsvSplitter({ delimiter: ",", longestRow: 2 ** 20, onRow() {}, onWork });
    for (let at = 0; at < text.length; at += 64) splitter.push(text.slice(at, at + 64));
    splitter.end();
    expect(work / text.length).toBeLessThan(5);
  }
});
