/**
 * Rows and cells out of the text of a CSV (RFC 4180, and what people's programs write beside it): LF, CRLF or CR, quoted
 * cells with doubled quotes and line breaks. A quote within an unquoted cell is a letter like any other.
 *
 * Ours, because csv-parse looks at each byte in JavaScript: it took 60 % of an import's time. It is the reference that
 * this one is tested against.
 */

/** What is wrong with a row that could not be read to its end. */
export type RowFault = "row_too_long" | "quote_not_closed";

export interface CsvSplitter {
  push(text: string): void;
  /** Tells all rows whose end has been seen: those of a long row's beginning may wait a while. */
  flush(): void;
  end(): void;
}

/** How much of a row that is too long is kept, to recognise it by. */
const keptOfTooLong = 200;

/**
 * Calls `onRow` for each row. A row of more than `longestRow` characters is told with its beginning as one cell, however
 * long it goes on: no more than that is ever held.
 */
export function createCsvSplitter(options: {
  delimiter: string;
  longestRow: number;
  onRow(cells: string[], fault: RowFault | null): void;
  /** Told how many characters are about to be looked through; of a whole file a few times its length. */
  onWork?(characters: number): void;
}): CsvSplitter {
  const { delimiter, longestRow, onRow, onWork } = options;
  let pending = "";
  /**
   * A row whose end is not there yet is looked through again when twice as much of it has come, so that it costs the same
   * in one piece and in a thousand.
   */
  let again = 0;
  /** Within a row that was too long: nothing is kept, only its end is looked for. */
  let skipping: Place | null = null;
  let afterCarriageReturn = false;

  function push(text: string): void {
    if (text === "") return;
    let from = 0;
    if (afterCarriageReturn) {
      if (text[0] === "\n") from = 1;
      afterCarriageReturn = false;
    }
    if (skipping) {
      const end = endOfRow(text, from, skipping, delimiter);
      if (end < 0) return;
      skipping = null;
      from = end + 1;
      if (text[end] === "\r") {
        if (text[from] === "\n") from++;
        else if (from >= text.length) afterCarriageReturn = true;
      }
    }
    pending = pending === "" ? text.slice(from) : pending + text.slice(from);
    if (pending.length < again && pending.length <= longestRow) return;
    split(false);
    if (pending.length > longestRow) {
      onRow([pending.slice(0, keptOfTooLong)], "row_too_long");
      skipping = { state: "cell_start" };
      endOfRow(pending, 0, skipping, delimiter);
      pending = "";
      again = 0;
    }
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
      if (quote < 0 || (end >= 0 && quote > end)) {
        if (end < 0) {
          if (!final) break;
          end = text.length;
        }
        emit(text.slice(from, end).split(delimiter), end - from);
      } else {
        const row = readQuoted(text, from, final);
        if (!row) break;
        end = row.end;
        emit(row.cells, end - from, row.fault);
      }
      from = end + 1;
      if (text[end] === "\r") {
        if (text[from] === "\n") from++;
        else if (from >= text.length) afterCarriageReturn = true;
      }
    }
    pending = from >= text.length ? "" : text.slice(from);
    again = pending.length * 2;
  }

  function emit(cells: string[], length: number, fault: RowFault | null = null): void {
    if (length > longestRow) onRow([cells.join(delimiter).slice(0, keptOfTooLong)], "row_too_long");
    else onRow(cells, fault);
  }

  /** One row that has quotes in it, or null while its end is not there. */
  function readQuoted(
    text: string,
    start: number,
    final: boolean,
  ): { cells: string[]; end: number; fault: RowFault | null } | null {
    const cells: string[] = [];
    let at = start;
    for (;;) {
      let cell = "";
      if (text[at] === '"') {
        let from = at + 1;
        for (;;) {
          const close = text.indexOf('"', from);
          if (close < 0 || (close === text.length - 1 && !final)) {
            if (!final) return null;
            cells.push(cell + text.slice(from));
            return { cells, end: text.length, fault: "quote_not_closed" };
          }
          cell += text.slice(from, close);
          from = close + 1;
          if (text[from] !== '"') break;
          cell += '"';
          from++;
        }
        at = from;
      }
      // The rest of the cell: all of an unquoted one; after a closing quote nothing, unless somebody forgot to double it.
      const end = endOfCell(text, at);
      if (end === text.length && !final) return null;
      cells.push(cell + text.slice(at, end));
      if (text[end] !== delimiter) return { cells, end, fault: null };
      at = end + 1;
    }
  }

  function endOfCell(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const character = text[at];
      if (character === delimiter || character === "\n" || character === "\r") return at;
    }
    return text.length;
  }

  return {
    push,
    flush: () => split(false),
    end() {
      split(true);
      pending = "";
    },
  };
}

/** Where a row that is only skipped is at the end of a piece of text. */
interface Place {
  state: "cell_start" | "plain" | "quoted" | "after_quote";
}

/** The position of the line break that ends the row, or -1 when it goes on; `place` is moved along. */
function endOfRow(text: string, from: number, place: Place, delimiter: string): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (place.state === "quoted") {
      if (character === '"') place.state = "after_quote";
    } else if (character === '"' && place.state !== "plain") {
      // At the start of a cell, or the second of a doubled quote.
      place.state = "quoted";
    } else if (character === "\n" || character === "\r") {
      return at;
    } else {
      place.state = character === delimiter ? "cell_start" : "plain";
    }
  }
  return -1;
}
