import type { Taken } from "../smsc-books.ts";
/** The SMSC's books as whole texts: parts are put together as a handset would. */
import type { SmscProcess } from "../smsc-process.ts";
import { type CarrierBooks, nameOf } from "./books.ts";

const atOnce = 20_000;

/** Everything that it took. */
export async function smscBooks(smsc: SmscProcess): Promise<CarrierBooks> {
  const books: CarrierBooks = { taken: new Map(), pieces: [], mute: new Set() };
  const long = new Map<string, Map<number, Taken[]>>();
  const add = (number: string, text: string, receipted: boolean) => {
    const name = nameOf(number, text);
    books.taken.set(name, (books.taken.get(name) ?? 0) + 1);
    if (!receipted) books.mute.add(name);
  };
  for (let from = 0; ; from += atOnce) {
    const some = await smsc.taken(from, atOnce);
    for (const each of some) {
      const header = headerOf(each);
      if (!header) {
        add(`+${each.to}`, each.text, each.receipted);
        continue;
      }
      const parts = long.getOrInsertComputed(
        `${each.from} ${each.to} ${header.reference} ${header.total}`,
        () => new Map<number, Taken[]>(),
      );
      parts.getOrInsertComputed(header.part, () => []).push(each);
    }
    if (some.length < atOnce) break;
  }
  for (const [key, parts] of long) {
    const [, to = "", , total] = key.split(" ");
    const columns = Array.from({ length: Number(total) }, (_, i) => parts.get(i + 1) ?? []);
    const copies = Math.max(...columns.map((column) => column.length));
    for (let copy = 0; copy < copies; copy++) {
      const there = columns.map((column) => column[copy]);
      const text = there.map((part) => part?.text ?? "").join("");
      if (there.every((part) => part !== undefined))
        add(
          `+${to}`,
          text,
          there.every((part) => part.receipted),
        );
      else for (const part of there) if (part) books.pieces.push({ number: `+${to}`, text: part.text });
    }
  }
  return books;
}

/** The concatenation header (3GPP TS 23.040, 9.2.3.24.1 and .8), or null for a text of one part. */
function headerOf({ udh, sar }: Taken): { reference: number; total: number; part: number } | null {
  if (sar) return { reference: sar[0], total: sar[1], part: sar[2] };
  const octets = Buffer.from(udh, "hex");
  if (octets[1] === 0x00) return { reference: octets[3] ?? 0, total: octets[4] ?? 0, part: octets[5] ?? 0 };
  if (octets[1] === 0x08) return { reference: octets.readUInt16BE(3), total: octets[5] ?? 0, part: octets[6] ?? 0 };
  return null;
}
