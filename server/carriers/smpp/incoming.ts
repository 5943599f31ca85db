/**
 * What a provider sends us: receipts, texts from handsets, and parts of long ones. Each deliver_sm is acknowledged once its
 * content is durable, and refused for now when it cannot be stored: the provider then sends it again. in-doubt.ts finds out
 * which texts are repeats.
 */
import { hash } from "node:crypto";
import type { SmppSettings } from "../../../contract/carriers.ts";
import { type KeywordSets, requiredKeywords, standardKeywords } from "../../../rules/keyword-sets.ts";
import { keywordOf as keywordOfWords, mayBeKeyword } from "../../../rules/opt-out-keywords.ts";
import type { Clock } from "../../kit/clock.ts";
import { type Db, workspaceScope } from "../../kit/db.ts";
import { type Gatherer, gather } from "../../kit/gather.ts";
import { newId } from "../../kit/id.ts";
import type { Logger } from "../../kit/log.ts";
import { preparedTransaction } from "../../kit/prepared.ts";
import { readKeywordSets } from "../../workspaces/workspace.ts";
import type { CarrierEvents, Receipt } from "../carrier.ts";
import { readSmppAddress, smppAddressType } from "./address.ts";
import { type Claim, createInDoubt } from "./in-doubt.ts";
import type { LinkSession } from "./link.ts";
import { type PartOf, readParts, type TextOctets } from "./long-text.ts";
import { type ArrivedPart, isEcho, isWhole, oneOfEach, placeParts, textsOf } from "./part-groups.ts";
import * as store from "./parts-store.ts";
import { type Deliver, headerLength, readDeliver, tag } from "./pdu.ts";
import { aboutOurs, type PartReceipt, readReceipt } from "./receipt.ts";
import { doubtLasts_ms } from "./redelivery.ts";
import type { References } from "./references.ts";
import { type DefaultAlphabet, decodeText, noLanguages } from "./text.ts";

export interface Incoming {
  /** Takes a deliver_sm or data_sm. Answers its acknowledgement, once that is certain. */
  take(pdu: Buffer, id: number, sequence: number, session: LinkSession): Promise<Acknowledgement>;
  /** Passes on texts left behind: whole ones, and ones whose missing part never came. `more`: there may be others. */
  sweep(): Promise<{ more: boolean }>;
  /** To be called every second or so while there are connections, and once when they have ended. */
  beat(): Promise<void>;
  /** Whether this process has stored parts that may wait for others, or are to be dropped. */
  expecting(): boolean;
  /** Resolves when nothing is under way. */
  idle(): Promise<void>;
}

export interface Acknowledgement {
  status: number;
  /** To be called when the provider has certainly read it. */
  onRead?: () => void;
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
  /** A long text waits so long for its missing parts; then it is passed on without them. */
  parts_wait_ms: number;
  /** A whole text is passed on by the process that completed it; after so long that process counts as dead. */
  whole_wait_ms: number;
  /** A process that has been silent for so long counts as dead, and its sessions as ended. */
  silent_ms: number;
}

const ok = 0;
/** ESME_RX_T_APPN: send again later. ESME_RINVCMDLEN, ESME_RX_P_APPN: never again, it cannot be read, or not be stored. */
export const refusal = { later: 0x64, unreadable: 0x02, never: 0x65 } as const;

/** Errors that one PDU can cause, unlike an outage: SQLSTATE 22 (data), 23 (integrity) and 54 (too large). */
const mayBeOneItem = (error: unknown) => /^(22|23|54)/.test((error as { code?: string }).code ?? "");
/** esm_class: the bits of the message type, and those of the network's own messages. */
const messageType = 0x3c;
const networksOwn = 0x24;
/** No real address is longer; an index entry holds a few kilobytes at most. */
const longestAddress = 100;

const mostReceipts = 4_000;
const mostParts = 200;
/** Shown in place of a part that never came. */
const gap = "[…]";

/** The reference of a text, and when it first arrived. */
type Known = Pick<Claim, "reference" | "first_at">;

/** A part on its way into the database, and then the text that it belongs to. */
interface Arriving {
  part: ArrivedPart;
  text_key: string | null;
  text_id: string | null;
}

export function createIncoming(services: IncomingServices): Incoming {
  const { workspace_id, carrier_id, settings, db, clock, log, references, parts_wait_ms, whole_wait_ms } = services;
  // A stored part is kept for as long as it may be repeated.
  const keep_ms = Math.max(doubtLasts_ms, parts_wait_ms);
  const alphabet = settings.inbound_gsm7 === "same" ? settings.gsm7 : settings.inbound_gsm7;
  const scope = workspaceScope(workspace_id);
  const underWay = new Set<Promise<unknown>>();
  let storedAt = Number.NEGATIVE_INFINITY;
  /** The time given to each handset's last text, of handsets whose texts arrived in this very millisecond. */
  const moments = new Map<string, number>();
  let lastMoment = 0;
  const receipts: Gatherer<PartReceipt> = gather({ most: mostReceipts, write: writeReceipts, mayBeOneItem });
  const owned: Gatherer<Receipt> = gather({
    most: mostReceipts,
    write: (batch) => events().onReceipts(batch),
    mayBeOneItem,
  });
  const parts: Gatherer<Arriving> = gather({ most: mostParts, write: writeParts, mayBeOneItem });
  /** Whole texts that are being passed on right now, by text_id and key. */
  const passing = new Map<string, Promise<void>>();
  const inDoubt = createInDoubt({ workspace_id, carrier_id, db, clock, silent_ms: services.silent_ms, mayBeOneItem });

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

  /** Strictly increasing for each handset: of a STOP and a START in one packet the second is later. */
  function momentOf(from: string): Date {
    const now = clock.now().getTime();
    if (now > lastMoment) moments.clear();
    const moment = Math.max(now, (moments.get(from) ?? 0) + 1);
    moments.set(from, moment);
    lastMoment = Math.max(lastMoment, moment);
    return new Date(moment);
  }

  const readSets = () => preparedTransaction(db.workspacePool, scope, (tx) => readKeywordSets(tx, workspace_id));

  async function takeSingle(deliver: Deliver, text: string, { reference, first_at }: Known): Promise<void> {
    const about = { workspace_id, carrier: carrier_id, carrier_reference: reference, at: first_at };
    const from = partyOf(deliver.from);
    const to = partyOf(deliver.to);
    await events().onInbound([
      { ...about, from: from.address, from_type: from.type, to: to.address, to_type: to.type, text },
    ]);
  }

  /** Acknowledged once it is stored; the part that completes a text, once that is passed on: it may be a STOP. */
  async function takePart(part: ArrivedPart): Promise<void> {
    const arriving: Arriving = { part, text_key: null, text_id: null };
    await parts.add(arriving);
    await passing.get(`${arriving.text_id} ${arriving.text_key}`);
  }

  async function writeParts(batch: Arriving[]): Promise<void> {
    storedAt = performance.now();
    const keys = batch.map(({ part }) => part.text_key);
    const { texts, open } = await preparedTransaction(db.workspacePool, scope, async (tx) => {
      await store.lockTexts(tx, carrier_id, keys);
      const stored = await store.selectParts(tx, workspace_id, carrier_id, keys);
      const arrived = batch.map(({ part }) => part);
      // Keywords matter only where a stored text has been passed on already.
      const sets = stored.some(({ done }) => done) ? await readKeywordSets(tx, workspace_id) : standardKeywords;
      const isKeyword = (whole: readonly JoinedPart[]) =>
        keywordOf(joinParts(oneOfEach(whole), alphabet), sets) !== null;
      const placed = placeParts(stored, arrived, () => newId(clock.now()), isKeyword);
      await store.insertParts(tx, workspace_id, carrier_id, placed.fresh);
      const all = placed.fresh.length === 0 ? stored : await store.selectParts(tx, workspace_id, carrier_id, keys);
      return { texts: placed.texts, open: all.filter((part) => !part.done) };
    });
    batch.forEach((arriving, i) => Object.assign(arriving, texts[i]));
    for (const { parts: group } of textsOf(open)) {
      if (!isWhole(group)) continue;
      const [{ text_key, text_id }] = group as [store.StoredPart];
      const name = `${text_id} ${text_key}`;
      if (passing.has(name)) continue;
      const going = follow(passOn(group)).finally(() => passing.delete(name));
      passing.set(name, going);
      // Its parts are durable: after any error the next sweep passes it on.
      going.catch((error) =>
        log.warn({ err: error }, "a long text could not be passed on; the next sweep tries again"),
      );
    }
  }

  /** Passes on a text by its parts; of two parts of one number it takes the older. */
  async function passOn(found: readonly store.StoredPart[]): Promise<void> {
    const used = oneOfEach(found);
    const [first] = used;
    if (!first) return;
    const digest = hash("sha256", `${first.text_key} ${Math.min(...found.map((part) => part.at.getTime()))}`);
    const text = joinParts(used, alphabet);
    // A START counts from when it was first whole, so that a STOP since then wins. A STOP counts from now.
    const firstWhole = new Date(Math.max(...used.map((part) => (part.first_at ?? part.at).getTime())));
    await events().onInbound([
      {
        workspace_id,
        carrier: carrier_id,
        carrier_reference: first.text_id ?? `${digest.slice(0, 32)}-parts`,
        from: first.sender,
        from_type: first.sender_type,
        to: first.recipient,
        to_type: first.recipient_type,
        text,
        at: clock.now(),
        first_at: firstWhole,
      },
    ]);
    await preparedTransaction(db.workspacePool, scope, (tx) => store.markDone(tx, workspace_id, carrier_id, found));
  }

  /**
   * Whether a receipt or notification is really a text of the handset's user: acknowledgements by a handset or its user (SMPP 3.4,
   * 5.2.12) carry what the user wrote, and no message of the network consists of a STOP and nothing else.
   */
  async function isHandsets(deliver: Deliver, about: "receipt" | "notification"): Promise<boolean> {
    const plain = { ...deliver, esm_class: deliver.esm_class & ~messageType };
    const { octets, languages, part } = readParts(plain);
    if (octets.length === 0 || deliver.tlvs.has(tag.receipted_message_id) || aboutOurs(plain) !== null) return false;
    if (about === "notification" && !(deliver.esm_class & networksOwn)) return true;
    if (part !== null) return false;
    const text = decodeText(octets, deliver.data_coding, alphabet, languages);
    return mayBeKeyword(text) && keywordOf(text, await readSets()) === "stop";
  }

  async function takeText({
    pdu,
    deliver,
    sequence,
    session,
  }: {
    pdu: Buffer;
    deliver: Deliver;
    sequence: number;
    session: LinkSession;
  }): Promise<Acknowledgement> {
    const read = readParts(deliver);
    const text = read.part ? "" : decodeText(read.octets, deliver.data_coding, alphabet, read.languages);
    const at = momentOf(partyOf(deliver.from).address);
    // Keywords that every workspace has are known without a query; others only by the workspace's words.
    const keyword = read.part ? null : keywordOf(text, requiredKeywords);
    const digest = hash("sha256", pdu.subarray(headerLength), "hex").slice(0, 32);
    // A STOP or HELP is never taken for a repeat, so it need not be looked up.
    const obeyed = keyword === "stop" || keyword === "help";
    const words = read.part ? null : withoutZeros(text);
    const claim = obeyed ? null : await inDoubt.claim({ digest, sequence, session, at, words });
    const known = claim ?? { reference: newId(at), first_at: at };
    try {
      if (read.part) await takePart(partOf(deliver, read, read.part, known));
      else await takeSingle(deliver, text, known);
      return { status: ok, ...(claim && { onRead: claim.acknowledged() }) };
    } catch (error) {
      claim?.refused(!mayBeOneItem(error));
      throw error;
    }
  }

  function readAsReceipt(deliver: Deliver): Promise<void> | null {
    const receipt = readReceipt(deliver, settings.receipt_ids);
    // A receipt of a text that is still under way, or that names no text, changes nothing.
    if (!receipt || receipt.status === "sent") return null;
    const message_id = settings.reference_tlv === null ? null : ownReference(deliver.tlvs.get(settings.reference_tlv));
    if (message_id === null) return receipts.add(receipt);
    const { key, status, code, reason } = receipt;
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
    async take(pdu, id, sequence, session) {
      const deliver = readDeliver(pdu, id);
      if (!deliver) return { status: refusal.unreadable };
      if (deliver.unread)
        log.warn(
          { octets: deliver.unread },
          "a deliver_sm ends in octets that are no optional parameter; the rest of it was read",
        );
      try {
        const about = aboutOurs(deliver);
        if (about === null || (await isHandsets(deliver, about)))
          return await follow(takeText({ pdu, deliver, sequence, session }));
        if (about === "receipt") await follow(Promise.resolve(readAsReceipt(deliver)));
        return { status: ok };
      } catch (error) {
        const never = mayBeOneItem(error);
        log.warn(
          { err: error, never },
          "could not store what a provider sent; unless `never` is true, the provider will send it again",
        );
        return { status: never ? refusal.never : refusal.later };
      }
    },
    async sweep() {
      const { due, stored } = await preparedTransaction(db.workspacePool, scope, async (tx) => {
        const after_ms = { whole: whole_wait_ms, incomplete: parts_wait_ms };
        const due = await store.findDue(tx, workspace_id, carrier_id, after_ms);
        await store.deleteDone(tx, workspace_id, carrier_id, keep_ms + parts_wait_ms);
        const keys = due.map(({ text_key }) => text_key);
        return { due, stored: keys.length === 0 ? [] : await store.selectParts(tx, workspace_id, carrier_id, keys) };
      });
      const wanted = new Set(due.map(({ text_id, text_key }) => `${text_id} ${text_key}`));
      let failed = 0;
      for (const { text_id, parts: group } of textsOf(stored.filter((part) => !part.done))) {
        if (!wanted.has(`${text_id} ${group[0]?.text_key}`)) continue;
        try {
          if (isWhole(group) || !isEcho(group, stored)) await passOn(group);
          else
            await preparedTransaction(db.workspacePool, scope, (tx) =>
              store.markDone(tx, workspace_id, carrier_id, group),
            );
        } catch (error) {
          // The other texts are passed on all the same.
          failed++;
          log.warn({ err: error }, "a long text that was left behind could not be passed on; trying again");
        }
      }
      return { more: due.length === store.mostDue && failed === 0 };
    },
    beat: inDoubt.beat,
    expecting: () => performance.now() - storedAt < (keep_ms + parts_wait_ms) * 2,
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}

const withoutZeros = (text: string) => text.replaceAll("\0", "");
const keywordOf = (text: string, sets: KeywordSets) => keywordOfWords(withoutZeros(text), sets);

const partyOf = (address: Deliver["from"]) => ({
  address: readSmppAddress(address).slice(0, longestAddress),
  type: smppAddressType(address),
});

function partOf(deliver: Deliver, { octets, languages }: TextOctets, part: PartOf, known: Known): ArrivedPart {
  const [sender, recipient] = [partyOf(deliver.from), partyOf(deliver.to)];
  return {
    text_key: `${sender.address} ${recipient.address} ${part.reference} ${part.total}`,
    digest: Buffer.from(known.reference.replaceAll("-", ""), "hex"),
    number: part.number,
    total: part.total,
    sender: sender.address,
    sender_type: sender.type,
    recipient: recipient.address,
    recipient_type: recipient.type,
    coding: deliver.data_coding,
    ...(languages ?? noLanguages),
    octets,
    first_at: known.first_at,
  };
}

type JoinedPart = Pick<store.StoredPart, "number" | "total" | "coding" | "octets"> &
  Partial<Pick<store.StoredPart, "locking" | "single">>;

/** The text of its parts. They are joined before decoding where all have one alphabet: some handsets cut through a character. */
export function joinParts(parts: readonly JoinedPart[], alphabet: DefaultAlphabet): string {
  const [first] = parts;
  if (!first) return "";
  const languagesOf = ({ locking = 0, single = 0 }: JoinedPart) => ({ locking, single });
  const alike = ({ coding, locking, single }: JoinedPart) =>
    coding === first.coding && locking === first.locking && single === first.single;
  const whole = parts.length === first.total && parts.every(alike);
  if (whole) {
    const octets = Buffer.concat(parts.map((part) => part.octets));
    return decodeText(octets, first.coding, alphabet, languagesOf(first));
  }
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  let text = "";
  for (let number = 1; number <= first.total; number++) {
    const part = byNumber.get(number);
    if (part) text += decodeText(part.octets, part.coding, alphabet, languagesOf(part));
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
