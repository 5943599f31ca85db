/**
 * Splits the text of a CSV into rows and cells (RFC 4180, and the variants that programs write): LF, CRLF or CR, quoted
 * cells with doubled quotes and line breaks. A quote within an unquoted cell is a letter like any other.
 *
 * A stray quote must not swallow the lines after it. So a quoted cell that goes on past the end of its line is accepted
 * only where
 *
 * 1. its closing quote comes within `longestRow` characters, and the cell, the row or the text ends right after it,
 * 2. the row that comes of it has as many cells as the file's rows have, and
 * 3. none of its lines, but for the first, is a row of the file by itself.
 *
 * Where the first fails, the line with the quote is reported by itself as `quote_not_closed`, and reading goes on with the next
 * line. Where the second or third fails, a stray pair of quotes cannot be told from a text that looks like rows of the file:
 * each of the lines is reported by itself as `quotes_over_rows`. Every line of the text is thus in exactly one reported row,
 * and at most `longestRow` characters are held.
 *
 * Written for this, because csv-parse looks at each byte in JavaScript: it took 60 % of an import's time. The tests compare
 * with it.
 */

/** What is wrong with a line that is no row. */
export type RowFault = "row_too_long" | "quote_not_closed" | "quotes_over_rows";

export interface CsvSplitter {
  push(text: string): void;
  /** Reports all rows whose end has been seen. */
  flush(): void;
  end(): void;
}

/** What the rows of a file have in common. */
export interface RowShape {
  /** Whether a row has as many cells as the file's rows have. */
  fits(cells: readonly string[]): boolean;
  /** Whether the cells of one line are a row of the file by themselves. */
  isRow(cells: readonly string[]): boolean;
}

/** Characters that are kept of a row that is too long, to recognise it by. */
const keptOfTooLong = 200;
const lineBreaks = /\r\n|[\r\n]/g;

/**
 * Calls `onRow` for each row, with the number of lines that it takes up. A line of more than `longestRow` characters is reported
 * with its beginning as one cell, however long it is: no more than that is ever held. Without a `shape` a quoted cell is
 * accepted where it is closed.
 */
export function createCsvSplitter(options: {
  delimiter: string;
  longestRow: number;
  shape?: RowShape | null;
  onRow(cells: string[], fault: RowFault | null, lines: number): void;
  /** Called with the number of characters that are about to be scanned; for a whole file a few times its length in all. */
  onWork?(characters: number): void;
}): CsvSplitter {
  const { delimiter, longestRow, shape = null, onRow, onWork } = options;
  let pending = "";
  /**
   * A row whose end has not come yet is scanned again when twice as much of it has come, so that it costs the same
   * in one piece and in a thousand.
   */
  let again = 0;
  /** Within a line that was too long: nothing is kept until its end. */
  let skipping = false;
  let afterCarriageReturn = false;

  function push(text: string): void {
    if (text === "") return;
    let from = 0;
    if (afterCarriageReturn) {
      if (text[0] === "\n") from = 1;
      afterCarriageReturn = false;
    }
    if (skipping) {
      const end = endOfLine(text, from);
      if (end < 0) return;
      skipping = false;
      from = behindBreak(text, end);
    }
    pending = pending === "" ? text.slice(from) : pending + text.slice(from);
    if (pending.length < again && pending.length <= longestRow) return;
    split(false);
  }

  /** Where the next line begins. */
  function behindBreak(text: string, end: number): number {
    if (text[end] !== "\r") return end + 1;
    if (text[end + 1] === "\n") return end + 2;
    if (end + 1 >= text.length) afterCarriageReturn = true;
    return end + 1;
  }

  /** Reads the rows in `pending` and leaves the last one there if its end is not seen yet. */
  function split(final: boolean): void {
    const text = pending;
    onWork?.(text.length);
    let from = 0;
    let lf = text.indexOf("\n");
    let cr = text.indexOf("\r");
    let quote = text.indexOf('"');
    while (from < text.length) {
      if (lf >= 0 && lf < from) lf = text.indexOf("\n", from);
      if (cr >= 0 && cr < from) cr = text.indexOf("\r", from);
      if (quote >= 0 && quote < from) quote = text.indexOf('"', from);
      let end = lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
      if (end < 0) {
        if (!final) {
          if (text.length - from > longestRow) {
            tellTooLong(text, from);
            skipping = true;
            from = text.length;
          }
          // An open quoted cell may be closed on this line.
          break;
        }
        end = text.length;
      }
      if (end - from > longestRow) tellTooLong(text, from);
      else if (quote < 0 || quote > end) onRow(text.slice(from, end).split(delimiter), null, 1);
      else {
        const row = readQuoted(text, from, end, final);
        if (!row) break;
        end = tell(text, from, row);
      }
      from = behindBreak(text, end);
    }
    pending = from >= text.length ? "" : text.slice(from);
    again = pending.length * 2;
  }

  const tellTooLong = (text: string, from: number) =>
    onRow([text.slice(from, from + Math.min(keptOfTooLong, longestRow))], "row_too_long", 1);

  /** Reports what was read, and where it ends. */
  function tell(text: string, from: number, row: QuotedRow): number {
    if (row.outcome === "row") {
      onRow(row.cells, null, row.lines);
      return row.end;
    }
    const lines = text.slice(from, row.end).split(lineBreaks);
    for (const line of lines) onRow(splitLine(line, delimiter), row.outcome, 1);
    return row.end;
  }

  /** One row that has quotes in it, or null while its end has not come. Its first line ends at `lineEnd`. */
  function readQuoted(text: string, start: number, lineEnd: number, final: boolean): QuotedRow | null {
    const limit = start + longestRow;
    const cells: string[] = [];
    let at = start;
    /** The beginning of the line that the last quoted cell ended on. */
    let line = start;
    let loose = false;
    for (;;) {
      let cell = "";
      if (text[at] === '"') {
        let from = at + 1;
        for (;;) {
          const close = text.indexOf('"', from);
          if (close < 0 || close >= limit || (close === text.length - 1 && !final)) {
            if (!final && text.length <= limit) return null;
            onWork?.((close < 0 ? text.length : close) - start);
            return upTo(text, start, line, lineEnd);
          }
          cell += text.slice(from, close);
          from = close + 1;
          if (text[from] !== '"') break;
          cell += '"';
          from++;
        }
        const closed = from >= text.length || isEnd(text[from] as string);
        const broken = from > lineEnd ? lastBreak(text.slice(at, from)) : -1;
        if (broken >= 0) {
          if (!closed) {
            onWork?.(from - start);
            return upTo(text, start, line, lineEnd);
          }
          line = at + broken + 1;
        }
        if (!closed) loose = true;
        at = from;
      }
      // The rest of the cell: all of an unquoted one; after a closing quote nothing, unless the quote was not doubled.
      const end = endOfCell(text, at);
      if (end > limit || (end === text.length && !final)) {
        if (!final && text.length <= limit) return null;
        onWork?.(end - start);
        return upTo(text, start, line, lineEnd);
      }
      cells.push(cell + text.slice(at, end));
      if (text[end] !== delimiter) {
        return end === lineEnd ? judgeLine(cells, end, loose) : judgeLines(text.slice(start, end), cells, end, loose);
      }
      at = end + 1;
    }
  }

  /** `"5 mm" thick`: harmless as long as it does not move the next cells. */
  function judgeLine(cells: string[], end: number, loose: boolean): QuotedRow {
    const swallowed = loose && shape !== null && !shape.fits(cells);
    return swallowed ? { outcome: "quote_not_closed", end } : { outcome: "row", cells, end, lines: 1 };
  }

  function judgeLines(text: string, cells: string[], end: number, loose: boolean): QuotedRow {
    const [, ...later] = text.split(lineBreaks);
    const believed =
      !loose && (!shape || (shape.fits(cells) && !later.some((line) => shape.isRow(splitLine(line, delimiter)))));
    return believed ? { outcome: "row", cells, end, lines: later.length + 1 } : { outcome: "quotes_over_rows", end };
  }

  /**
   * For a cell that is not closed: the first line, or where cells before it were closed on later lines, those before the
   * `line` that it begins on. Reading goes on after it, so that each line is scanned a few times, and not once for
   * each such cell.
   */
  function upTo(text: string, start: number, line: number, lineEnd: number): QuotedRow {
    if (line === start) return { outcome: "quote_not_closed", end: lineEnd };
    const end = text[line - 1] === "\n" && text[line - 2] === "\r" ? line - 2 : line - 1;
    return { outcome: "quotes_over_rows", end };
  }

  function endOfCell(text: string, from: number): number {
    for (let at = from; at < text.length; at++) if (isEnd(text[at] as string)) return at;
    return text.length;
  }

  const isEnd = (character: string) => character === delimiter || character === "\n" || character === "\r";

  return {
    push,
    flush: () => split(false),
    end() {
      split(true);
      pending = "";
    },
  };
}

type QuotedRow =
  | { outcome: "row"; cells: string[]; end: number; lines: number }
  /** Each line up to `end` by itself. */
  | { outcome: RowFault; end: number };

/** The cells of one line. A quote that is not closed within it, right before a delimiter, is a letter. */
export function splitLine(line: string, delimiter: string): string[] {
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    const quoted = line[at] === '"' ? readClosed(line, at, delimiter) : null;
    const next = quoted?.end ?? line.indexOf(delimiter, at);
    const end = next < 0 ? line.length : next;
    cells.push(quoted?.cell ?? line.slice(at, end));
    if (end >= line.length) return cells;
    at = end + 1;
  }
}

function readClosed(line: string, start: number, delimiter: string): { cell: string; end: number } | null {
  let from = start + 1;
  let cell = "";
  for (;;) {
    const close = line.indexOf('"', from);
    if (close < 0) return null;
    cell += line.slice(from, close);
    from = close + 1;
    if (line[from] !== '"') return from >= line.length || line[from] === delimiter ? { cell, end: from } : null;
    cell += '"';
    from++;
  }
}

/** The next line break, or -1. */
function endOfLine(text: string, from: number): number {
  const lf = text.indexOf("\n", from);
  const cr = text.indexOf("\r", from);
  return lf < 0 ? cr : cr < 0 ? lf : Math.min(lf, cr);
}

/** The last character of the last line break, or -1. */
const lastBreak = (text: string) => Math.max(text.lastIndexOf("\n"), text.lastIndexOf("\r"));
