/** The SMSC's records as whole texts: parts are concatenated as by a handset. */
import type { SmscProcess } from "../smsc-process.ts";
import type { Taken } from "../smsc-records.ts";
import { type CarrierRecords, nameOf } from "./carrier-records.ts";

const atOnce = 20_000;

/** Reads everything that it accepted. */
export async function smscRecords(smsc: SmscProcess): Promise<CarrierRecords> {
  const records: CarrierRecords = { taken: new Map(), at: new Map(), pieces: [], mute: new Set() };
  const long = new Map<string, Map<number, Taken[]>>();
  const add = (to: string, text: string, parts: readonly Taken[]) => {
    const name = nameOf(`+${to}`, text);
    records.taken.set(name, (records.taken.get(name) ?? 0) + 1);
    records.at.getOrInsert(name, []).push(...parts.map(({ at }) => at));
    if (!parts.every(({ receipted }) => receipted)) records.mute.add(name);
  };
  for (let from = 0; ; from += atOnce) {
    const some = await smsc.taken(from, atOnce);
    for (const each of some) {
      const header = headerOf(each);
      if (!header) {
        add(each.to, each.text, [each]);
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
      if (there.every((part) => part !== undefined)) add(to, text, there);
      else for (const part of there) if (part) records.pieces.push({ number: `+${to}`, text: part.text });
    }
  }
  return records;
}

/** The concatenation header (3GPP TS 23.040, 9.2.3.24.1 and .8), or null for a text of one part. */
function headerOf({ udh, sar }: Taken): { reference: number; total: number; part: number } | null {
  if (sar) return { reference: sar[0], total: sar[1], part: sar[2] };
  const octets = Buffer.from(udh, "hex");
  if (octets[1] === 0x00) return { reference: octets[3] ?? 0, total: octets[4] ?? 0, part: octets[5] ?? 0 };
  if (octets[1] === 0x08) return { reference: octets.readUInt16BE(3), total: octets[5] ?? 0, part: octets[6] ?? 0 };
  return null;
}
