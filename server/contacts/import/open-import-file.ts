/** Finds out what a file is, by what it begins with: its name and the media type that it is sent as say little. */
import { openCards } from "./card-file.ts";
import { createCsvDecoder, headBytes } from "./csv-decoder.ts";
import { openCsv } from "./csv-file.ts";
import { ImportFailure } from "./file-row.ts";
import type { ImportFile, Incoming, ReadingOptions } from "./import-file.ts";
import { openWorkbookFile } from "./workbook-file.ts";

const archive = "504b0304";
const compoundFile = "d0cf11e0a1b11ae1";

/**
 * Opens a file for reading; the caller closes it. Throws an ImportFailure for what cannot be read, 422 for a mapping that does
 * not fit the file.
 */
export async function openImportFile(chunks: AsyncIterator<Buffer>, options: ReadingOptions): Promise<ImportFile> {
  const incoming = await takeHead(chunks);
  const begins = (hex: string) => incoming.head.subarray(0, hex.length / 2).toString("hex") === hex;
  if (begins(archive)) return openWorkbookFile(incoming, options);
  if (begins(compoundFile)) {
    throw new ImportFailure(
      "old_workbook",
      "The file is a workbook of the old Excel format, or is protected by a password. Save it as .xlsx without one.",
    );
  }
  const decoder = createCsvDecoder(incoming.head);
  const text = decoder.push(incoming.head) + (incoming.ended ? decoder.end() : "");
  const read = { ...incoming, decoder, text };
  if (/^\s*BEGIN:VCARD/i.test(text)) {
    const { columns, cardCountry } = options;
    if (cardCountry !== null) return openCards(read, columns, cardCountry);
    throw new ImportFailure("binary_file", "The file holds vCards, which are contacts and nothing else.");
  }
  if (/^\s*<(\?xml|!doctype|html|table)/i.test(text)) {
    throw new ImportFailure(
      "binary_file",
      "The file is a page of HTML or XML. Open it in a spreadsheet, and save it as .xlsx.",
    );
  }
  return openCsv(read, options);
}

/** Reads on until there is a megabyte, or the end. */
async function takeHead(rest: AsyncIterator<Buffer>): Promise<Incoming> {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < headBytes) {
    const next = await rest.next();
    if (next.done) return { head: Buffer.concat(chunks), ended: true, rest };
    chunks.push(next.value);
    length += next.value.length;
  }
  return { head: Buffer.concat(chunks), ended: false, rest };
}
