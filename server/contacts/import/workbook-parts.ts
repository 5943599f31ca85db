/**
 * The parts of a workbook's archive as the events of their XML. Nothing of them is unpacked to anywhere: each part is read as a
 * stream, and all that are read together may come to no more than `mostUnpacked` bytes, whatever the archive says of itself.
 */
import type { FileHandle } from "node:fs/promises";
import sax from "sax";
import { type Entry, fromFdPromise } from "yauzl";
import { ImportFailure } from "./file-row.ts";

/** Twice what a sheet of a million people with ten columns takes. */
const mostUnpacked = 2 ** 30;
/** Programs write some twenty. */
const mostParts = 10_000;

/** Events of a part: elements by their names without prefixes, and the text between them in pieces. */
export interface XmlReader {
  open?(name: string, attributes: Record<string, string>): void;
  text?(text: string): void;
  close?(name: string): void;
}

export interface WorkbookParts {
  has(name: string): boolean;
  /** Reads a part. After each chunk `between` says whether to go on. */
  read(name: string, reader: XmlReader, between?: () => Promise<boolean>): Promise<void>;
}

/** Opens the parts of an archive in a file, which the caller closes. Throws an ImportFailure for what is no archive. */
export async function openParts(file: FileHandle, limits = { unpacked: mostUnpacked }): Promise<WorkbookParts> {
  const entries = new Map<string, Entry>();
  let left = limits.unpacked;
  // It is never closed: that would close the file, which the caller does.
  const archive = await orUnreadable(() => fromFdPromise(file.fd, { lazyEntries: true, autoClose: false }));
  if (archive.entryCount > mostParts) throw tooLarge();
  await orUnreadable(async () => {
    for await (const entry of archive.eachEntry()) entries.set(entry.fileName, entry);
  });

  return {
    has: (name) => entries.has(name),
    async read(name, reader, between) {
      const entry = entries.get(name);
      if (!entry) throw unreadable(`it has no part ${name}`);
      const parser = parserFor(reader);
      const stream = await orUnreadable(() => archive.openReadStreamPromise(entry));
      let decoder: TextDecoder | null = null;
      try {
        const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
        for (;;) {
          const next = await orUnreadable(async () => {
            const { done, value: chunk } = await chunks.next();
            if (done) {
              parser.write(decoder?.decode() ?? "").close();
              return false;
            }
            left -= chunk.length;
            if (left < 0) throw tooLarge();
            decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
            parser.write(decoder.decode(chunk, { stream: true }));
            return true;
          });
          if (!next || (between && !(await between()))) return;
        }
      } finally {
        stream.destroy();
      }
    },
  };
}

/** Limits of depth and attributes that no spreadsheet program reaches. */
const deepest = 100;
const mostAttributes = 1_000;

/** Only XML's own five entities are known: declared ones can expand without bounds. */
function parserFor({ open, text, close }: XmlReader): sax.SAXParser {
  // Positions are counted to find elements that are longer than may be held.
  const options: sax.SAXOptions & { strictEntities: true } = { strictEntities: true };
  const parser = sax.parser(true, options);
  let depth = 0;
  let attributes = 0;
  parser.onerror = (error) => {
    throw error;
  };
  parser.onattribute = () => {
    if (++attributes > mostAttributes) throw new Error("an element has too many attributes");
  };
  parser.onopentag = (tag) => {
    attributes = 0;
    if (++depth > deepest) throw new Error("its elements are too deep in each other");
    open?.(local(tag.name), tag.attributes as Record<string, string>);
  };
  if (text) parser.ontext = parser.oncdata = text;
  parser.onclosetag = (name) => {
    depth--;
    close?.(local(name));
  };
  return parser;
}

const local = (name: string) => (name.includes(":") ? name.slice(name.indexOf(":") + 1) : name);

const encodingOf = (chunk: Buffer) =>
  chunk[0] === 0xff && chunk[1] === 0xfe ? "utf-16le" : chunk[0] === 0xfe && chunk[1] === 0xff ? "utf-16be" : "utf-8";

/** Errors of the libraries mean a broken archive or document, which its owner can only save anew. Errors of the disk are the server's. */
async function orUnreadable<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ImportFailure || "syscall" in (error as Error)) throw error;
    throw unreadable((error as Error).message.split("\n")[0] as string, error);
  }
}

export const unreadable = (why: string, cause?: unknown) =>
  new ImportFailure("unreadable_workbook", `The workbook is damaged: ${why}. Open it, save it anew and send that.`, {
    cause,
  });

export const tooLarge = () =>
  new ImportFailure(
    "workbook_too_large",
    "The workbook is too large to be read as one. Save its sheet as “CSV UTF-8” and send that: it may be of any size.",
  );
