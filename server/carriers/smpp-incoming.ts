/**
 * What a provider sends us: receipts, texts from handsets, and parts of long ones. Each deliver_sm is acknowledged when what
 * it says is durable, and refused for now when it cannot be made so: the provider then sends it again.
 *
 * SMPP gives a text from a handset no id. The same deliver_sm again within some minutes, octet for octet, is the same text:
 * its acknowledgement was lost. After that it is another one.
 */
import { hash } from "node:crypto";
import type { SmppSettings } from "../../contract/carriers.ts";
import type { Clock } from "../kit/clock.ts";
import { type Db, workspaceScope } from "../kit/db.ts";
import { type Gatherer, gather } from "../kit/gather.ts";
import { instantOf } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import { preparedTransaction } from "../kit/prepared.ts";
import type { CarrierEvents, InboundText, Receipt } from "./carrier.ts";
import { readSmppAddress } from "./smpp-address.ts";
import { type PartOf, readParts } from "./smpp-long-text.ts";
import * as store from "./smpp-parts-store.ts";
import { type Deliver, headerLength, readDeliver } from "./smpp-pdu.ts";
import { aboutOurs, type PartReceipt, readReceipt } from "./smpp-receipt.ts";
import type { References } from "./smpp-references.ts";
import { type DefaultAlphabet, decodeText } from "./smpp-text.ts";

export interface Incoming {
  /** A deliver_sm or data_sm. Answers the status that it is to be acknowledged with, once that is certain. */
  take(pdu: Buffer, id: number): Promise<number>;
  /** Sends on what was left behind: texts that are whole, or wait for a part in vain. */
  sweep(): Promise<void>;
  /** Whether this process has stored parts that may wait for others, or are to be dropped. */
  expecting(): boolean;
  /** Resolves when nothing is under way. */
  settled(): Promise<void>;
}

export interface IncomingServices {
  workspace_id: string;
  carrier_id: string;
  settings: Pick<SmppSettings, "gsm7" | "inbound_gsm7" | "receipt_ids" | "reference_tlv">;
  db: Db;
  clock: Clock;
  log: Logger;
  references: References;
  events(): CarrierEvents | null;
  /** A long text waits so long for its missing parts; then it goes on without them. */
  parts_wait_ms: number;
  /** One that is whole is sent on by whoever completed it, unless that took so long that it must be dead. */
  whole_wait_ms: number;
}

const ok = 0;
/** ESME_RX_T_APPN: again later. ESME_RINVCMDLEN, ESME_RX_P_APPN: never again, nobody can read it, or write it down. */
export const refusal = { later: 0x64, unreadable: 0x02, never: 0x65 } as const;

/** What one PDU can be guilty of, unlike an outage: SQLSTATE 22 (data), 23 (integrity) and 54 (too large). */
const mayBeOneItem = (error: unknown) => /^(22|23|54)/.test((error as { code?: string }).code ?? "");
/** Nobody's address is longer; an index holds no more than some kilobytes. */
const longestAddress = 100;

const mostReceipts = 4_000;
const mostTexts = 500;
const mostParts = 200;
const sameWithin_ms = 5 * 60_000;
const keepParts_ms = 15 * 60_000;
/** Stands for a part that never came. */
const gap = "[…]";

interface Single {
  digest: string;
  text: Omit<InboundText, "carrier_reference">;
}

export function createIncoming(services: IncomingServices): Incoming {
  const { workspace_id, carrier_id, settings, db, clock, log, references, parts_wait_ms, whole_wait_ms } = services;
  const alphabet = settings.inbound_gsm7 === "same" ? settings.gsm7 : settings.inbound_gsm7;
  const scope = workspaceScope(workspace_id);
  const underWay = new Set<Promise<unknown>>();
  let storedAt = Number.NEGATIVE_INFINITY;
  const receipts: Gatherer<PartReceipt> = gather({ most: mostReceipts, write: writeReceipts, mayBeOneItem });
  const owned: Gatherer<Receipt> = gather({
    most: mostReceipts,
    write: (batch) => events().onReceipts(batch),
    mayBeOneItem,
  });
  const parts: Gatherer<Omit<store.StoredPart, "at">> = gather({ most: mostParts, write: writeParts, mayBeOneItem });
  const known = new Map<Single, string>();
  const lookups: Gatherer<Single> = gather({ most: mostTexts, write: findReferences, mayBeOneItem });

  function events(): CarrierEvents {
    const given = services.events();
    if (!given) throw new Error("the carrier is stopped");
    return given;
  }

  function follow<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    return work.finally(() => underWay.delete(work));
  }

  async function writeReceipts(batch: PartReceipt[]): Promise<void> {
    const matched = await references.match(batch);
    if (matched.length > 0) await events().onReceipts(matched);
  }

  /** The reference of each: of this stretch of time, or of the one before if it came then. */
  async function findReferences(batch: Single[]): Promise<void> {
    const now = clock.now().getTime();
    const stretch = Math.floor(now / sameWithin_ms);
    const seen = await preparedTransaction(db.workspacePool, scope, (tx) =>
      store.findSeen(
        tx,
        workspace_id,
        carrier_id,
        batch.map(({ digest }) => `${digest}-${stretch - 1}`),
      ),
    );
    for (const each of batch) {
      const before = `${each.digest}-${stretch - 1}`;
      const messageId = seen.get(before);
      const again = messageId !== undefined && now - instantOf(messageId).getTime() < sameWithin_ms;
      known.set(each, again ? before : `${each.digest}-${stretch}`);
    }
  }

  async function takeSingle(single: Single): Promise<void> {
    await lookups.add(single);
    const carrier_reference = known.get(single) as string;
    known.delete(single);
    await events().onInbound([{ ...single.text, carrier_reference }]);
  }

  async function writeParts(batch: Omit<store.StoredPart, "at">[]): Promise<void> {
    storedAt = performance.now();
    const open = await preparedTransaction(db.workspacePool, scope, (tx) =>
      store.insertParts(tx, workspace_id, carrier_id, batch),
    );
    for (const group of Map.groupBy(open, (part) => part.text_key).values()) {
      const whole = oneOfEach(group);
      // Its parts are durable: whatever goes wrong now, the next sweep sends it on.
      if (whole.length === whole[0]?.total)
        follow(sendOn(whole)).catch((error) => log.warn({ err: error }, "a long text waits to be sent on"));
    }
  }

  async function sendOn(found: store.StoredPart[]): Promise<void> {
    const [first] = found;
    if (!first) return;
    const since = Math.min(...found.map((part) => part.at.getTime()));
    const digest = hash("sha256", `${first.text_key} ${since}`).slice(0, 32);
    const { sender: from, recipient: to } = first;
    const text = joinParts(found, alphabet);
    await events().onInbound([
      { workspace_id, carrier: carrier_id, carrier_reference: `${digest}-parts`, from, to, text, at: clock.now() },
    ]);
    await preparedTransaction(db.workspacePool, scope, (tx) => store.markDone(tx, workspace_id, carrier_id, found));
  }

  function read(pdu: Buffer, deliver: Deliver): Promise<unknown> | null {
    const about = aboutOurs(deliver);
    if (about === "notification") return null;
    if (about === "receipt") return readAsReceipt(deliver);
    const digest = hash("sha256", pdu.subarray(headerLength), "hex").slice(0, 32);
    const { octets, part } = readParts(deliver);
    const from = readSmppAddress(deliver.from).slice(0, longestAddress);
    const to = readSmppAddress(deliver.to).slice(0, longestAddress);
    if (part) return parts.add(partOf(deliver, { digest, octets, part, from, to }));
    const text = decodeText(octets, deliver.data_coding, alphabet);
    return takeSingle({ digest, text: { workspace_id, carrier: carrier_id, from, to, text, at: clock.now() } });
  }

  function readAsReceipt(deliver: Deliver): Promise<void> | null {
    const said = readReceipt(deliver, settings.receipt_ids);
    // What is still under way, or names no text, changes nothing.
    if (!said || said.status === "sent") return null;
    const message_id = settings.reference_tlv === null ? null : ownReference(deliver.tlvs.get(settings.reference_tlv));
    if (message_id === null) return receipts.add(said);
    const { key, status, code, reason } = said;
    return owned.add({
      workspace_id,
      message_id,
      carrier_reference: key || null,
      status,
      at: clock.now(),
      code,
      reason,
    });
  }

  return {
    async take(pdu, id) {
      const deliver = readDeliver(pdu, id);
      if (!deliver) return refusal.unreadable;
      try {
        const durable = read(pdu, deliver);
        if (durable) await follow(durable);
        return ok;
      } catch (error) {
        const never = mayBeOneItem(error);
        log.warn(
          { err: error, never },
          "could not write down what a provider sent; unless never, it will send it again",
        );
        return never ? refusal.never : refusal.later;
      }
    },
    async sweep() {
      const due = await preparedTransaction(db.workspacePool, scope, async (tx) => {
        const after_ms = { whole: whole_wait_ms, incomplete: parts_wait_ms };
        const keys = await store.findDue(tx, workspace_id, carrier_id, after_ms);
        await store.deleteDone(tx, workspace_id, carrier_id, Math.max(keepParts_ms, parts_wait_ms));
        return keys.length === 0 ? [] : store.openParts(tx, workspace_id, carrier_id, keys);
      });
      for (const group of Map.groupBy(due, (part) => part.text_key).values()) await sendOn(oneOfEach(group));
    },
    expecting: () => performance.now() - storedAt < Math.max(keepParts_ms, parts_wait_ms) * 2,
    async settled() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}

function partOf(
  deliver: Deliver,
  { digest, octets, part, from, to }: { digest: string; octets: Buffer; part: PartOf; from: string; to: string },
): Omit<store.StoredPart, "at"> {
  return {
    text_key: `${from} ${to} ${part.reference} ${part.total}`,
    digest: Buffer.from(digest, "hex"),
    number: part.number,
    total: part.total,
    sender: from,
    recipient: to,
    coding: deliver.data_coding,
    octets,
  };
}

/** The oldest of each number, in their order: a reference may have begun anew. */
function oneOfEach(parts: readonly store.StoredPart[]): store.StoredPart[] {
  const byNumber = new Map<number, store.StoredPart>();
  for (const part of parts) if (!byNumber.has(part.number)) byNumber.set(part.number, part);
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

/** Joined before they are read where one alphabet wrote them all: some handsets cut through a character. */
export function joinParts(
  parts: readonly Pick<store.StoredPart, "number" | "total" | "coding" | "octets">[],
  alphabet: DefaultAlphabet,
): string {
  const [first] = parts;
  if (!first) return "";
  const whole = parts.length === first.total && parts.every((part) => part.coding === first.coding);
  if (whole) return decodeText(Buffer.concat(parts.map((part) => part.octets)), first.coding, alphabet);
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  let text = "";
  for (let number = 1; number <= first.total; number++) {
    const part = byNumber.get(number);
    if (part) text += decodeText(part.octets, part.coding, alphabet);
    else if (!text.endsWith(gap)) text += gap;
  }
  return text;
}

/** Our message id, as `reference_tlv` carries it: its 32 hexadecimal digits. */
export const referenceOctets = (messageId: string): Buffer => Buffer.from(messageId.replaceAll("-", ""), "latin1");

function ownReference(octets: Buffer | undefined): string | null {
  const digits = octets?.toString("latin1").replace(/\0+$/, "") ?? "";
  if (!/^[0-9a-f]{32}$/i.test(digits)) return null;
  return digits.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
