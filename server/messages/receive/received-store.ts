/** Texts from handsets into the ledger: their addresses are read by the workspace, then whole batches are stored, each text once. */
import { hash } from "node:crypto";
import { sql } from "kysely";
import { countSegments } from "../../../rules/gsm-segments.ts";
import {
  type AddressReading,
  type AddressType,
  addressReadings,
  senderSpelling,
  whichSender,
  whoseNumber,
} from "../../../rules/inbound-address.ts";
import { type KeywordChanges, type KeywordSets, keywordSets } from "../../../rules/keyword-sets.ts";
import { readKeyword } from "../../../rules/opt-out-keywords.ts";
import { appendActivity } from "../../activity/activity.ts";
import type { InboundText } from "../../carriers/carrier.ts";
import { addPossibleOptOuts } from "../../consent/possible-opt-outs.ts";
import type { Tx } from "../../kit/db.ts";
import { notFound, Problem } from "../../kit/errors.ts";
import { instantOf } from "../../kit/id.ts";
import { findReceivers, listPossibleReceivers, type PossibleReceiver } from "../../senders/senders-store.ts";
import { registerReceiver } from "../../senders/senders.ts";
import { encodingCode } from "../messages-store.ts";
import type { Arrived, ReadKeyword, Received } from "./arrived-text.ts";
import { contactOf } from "./contact-of-number.ts";

/**
 * The texts to the workspace's senders, in their order. A text through the workspace's own connection was written to the workspace,
 * whatever its address: a number that is no sender yet becomes one, and an address that can be none is read as the likeliest sender.
 * Through the sandbox any address can be entered, so that unknown ones are dropped.
 */
export async function readReceived(
  tx: Tx,
  workspaceId: string,
  now: Date,
  arrived: readonly Arrived[],
): Promise<Received[]> {
  const { country, keywords, carriers } = await contextOf(tx, workspaceId);
  const senderOf = await readSenders(tx, { workspaceId, country, now }, arrived);
  const readings = arrived.map(({ inbound }) => addressReadings(readable(inbound.from), country, inbound.from_type));
  const isContacts = await contactsAmong(tx, workspaceId, readings);
  const sets = keywordSets(keywords);
  return arrived.flatMap((each, i) => {
    const { from, from_type = "unknown", carrier, carrier_reference, at, first_at = at } = each.inbound;
    const sender = senderOf(each.inbound);
    if (!sender && carrier === "sandbox") return [];
    if (!sender) throw noSender(each.inbound.to);
    const address = readable(from);
    const { number, others } = whoseNumber(address, country, from_type, isContacts, readings[i]);
    const keyword = keywords === null ? each.keyword : keywordBy(sets, each);
    return [
      {
        ...each,
        keyword,
        sender,
        carrier: carriers.get(carrier) ?? carrier,
        reference: keyOf(carrier_reference),
        number: number.slice(0, longestAddress),
        unclear: others.length > 0 ? { address, others } : undefined,
        at: pastOf(keyword === "start" ? first_at : at, now),
      },
    ];
  });
}

/**
 * Which keyword a text is by these words. A keyword that the carrier has handled itself takes precedence; but a STOP by either is a
 * STOP: the carrier blocks all further texts, or the recipient was promised that this word opts out.
 */
export function keywordBy(sets: KeywordSets, { inbound, words }: Pick<Arrived, "inbound" | "words">): ReadKeyword {
  const { handled } = inbound;
  if (handled === "stop") return "stop";
  const keyword = readKeyword(words, sets);
  return keyword === "stop" ? "stop" : (handled ?? keyword);
}

/** 503, so that the carrier keeps the text and sends it again. */
const noSender = (to: string) =>
  new Problem(503, "no_sender", `${to} is no sender, and the workspace has none to take it for.`, {
    field: "to",
    value: to,
    retryAfter: 60,
  });

async function contextOf(
  tx: Tx,
  workspaceId: string,
): Promise<{ country: string; keywords: KeywordChanges | null; carriers: ReadonlyMap<string, string> }> {
  const { rows } = await sql<{
    country: string;
    keywords: KeywordChanges | null;
    carriers: Record<string, string> | null;
  }>`
    select w.country, w.keywords,
      (select jsonb_object_agg(c.id, c.name) from carriers c where c.workspace_id = ${workspaceId}) as carriers
    from workspaces w where w.workspace_id = ${workspaceId}`.execute(tx);
  const [first] = rows;
  if (!first) throw notFound("workspace", workspaceId);
  const { country, keywords } = first;
  return { country, keywords, carriers: new Map(Object.entries(first.carriers ?? {})) };
}

type To = Pick<InboundText, "to" | "to_type" | "carrier">;
const toKey = ({ to, to_type, carrier }: To) => `${to_type} ${carrier} ${to}`;

interface Where {
  workspaceId: string;
  country: string;
  now: Date;
}

/** Which sender each text was written to. Most addresses are a sender's literally, and cost one query. */
async function readSenders(
  tx: Tx,
  { workspaceId, country, now }: Where,
  arrived: readonly Arrived[],
): Promise<(inbound: To) => Received["sender"] | null> {
  const wanted = new Map(arrived.map(({ inbound }) => [toKey(inbound), inbound]));
  const plain = [...wanted.values()].map(({ to }) => readable(to));
  const found = new Map<string, Received["sender"]>();
  const exact = await findReceivers(tx, workspaceId, [...new Set(plain.flatMap((to) => [to, `+${to}`]))]);
  const rest: To[] = [];
  for (const inbound of wanted.values()) {
    const to = readable(inbound.to);
    const known = exact.find(({ address }) => address === to || address === `+${to}`);
    // An address of national type is neither a short code nor a foreign number if it is a sender's as a national number.
    if (known && inbound.to_type !== "national") found.set(toKey(inbound), known);
    else rest.push(inbound);
  }
  if (rest.length === 0) return (inbound) => found.get(toKey(inbound)) ?? null;
  const all = await listPossibleReceivers(tx, workspaceId);
  // Sorted, since senders may be added: two processes must not deadlock.
  for (const inbound of rest.toSorted((a, b) => (toKey(a) < toKey(b) ? -1 : 1))) {
    const sender = await readSender(tx, { workspaceId, country, now, all }, inbound);
    if (sender) found.set(toKey(inbound), sender);
  }
  return (inbound) => found.get(toKey(inbound)) ?? null;
}

async function readSender(
  tx: Tx,
  { workspaceId, country, now, all }: Where & { all: readonly PossibleReceiver[] },
  { to, to_type = "unknown", carrier }: To,
): Promise<Received["sender"] | null> {
  const address = readable(to);
  const connection = carrier === "sandbox" ? null : carrier;
  const own = all.filter((sender) => sender.carrier_id === connection);
  const known = whichReceiver(address, country, to_type, own, all);
  if (known || connection === null) return known;
  const added = await registerReceiver(tx, workspaceId, connection, senderSpelling(address, country, to_type), now);
  return added ?? receiving(own)[0] ?? own[0] ?? receiving(all)[0] ?? all[0] ?? null;
}

/** The connection's own senders before others, and those that can receive before those that cannot. */
function whichReceiver(
  address: string,
  country: string,
  type: AddressType,
  own: readonly PossibleReceiver[],
  all: readonly PossibleReceiver[],
): PossibleReceiver | null {
  return (
    whichSender(address, country, type, receiving(own)) ??
    whichSender(address, country, type, receiving(all)) ??
    whichSender(address, country, type, own)
  );
}

const receiving = (senders: readonly PossibleReceiver[]) => senders.filter((sender) => sender.can_receive);

/** For the sandbox's pages: the handset's number, read as for a text from this address. */
export async function readHandset(tx: Tx, workspaceId: string, address: string): Promise<string> {
  const { country } = await contextOf(tx, workspaceId);
  const readings = addressReadings(readable(address), country);
  const isContacts = await contactsAmong(tx, workspaceId, [readings]);
  return whoseNumber(readable(address), country, "unknown", isContacts, readings).number;
}

/** For the sandbox's pages: the sender, read as for a text to this address. */
export async function readReceiver(tx: Tx, workspaceId: string, address: string): Promise<PossibleReceiver | null> {
  const { country } = await contextOf(tx, workspaceId);
  const all = await listPossibleReceivers(tx, workspaceId);
  const own = all.filter((sender) => sender.carrier_id === null);
  return whichReceiver(readable(address), country, "unknown", own, all);
}

/** Which readings of addresses are contacts' numbers. Queried only where it matters: most addresses are one number. */
async function contactsAmong(
  tx: Tx,
  workspaceId: string,
  addresses: readonly AddressReading[][],
): Promise<(number: string) => boolean> {
  const asked = new Set<string>();
  for (const readings of addresses) {
    if (readings.length > 1 || readings[0]?.kind === "unlisted") for (const { number } of readings) asked.add(number);
  }
  if (asked.size === 0) return () => false;
  const numbers = [...asked];
  const { rows } = await sql<{ number: string }>`
    select mobile as number from contacts where workspace_id = ${workspaceId}::uuid and mobile = any(${numbers}::text[])
    union all
    select phone from contacts where workspace_id = ${workspaceId}::uuid and phone = any(${numbers}::text[])`.execute(
    tx,
  );
  const contacts = new Set(rows.map((row) => row.number));
  return (number) => contacts.has(number);
}

/** No real address is longer; an index entry holds a few kilobytes at most. */
const longestAddress = 100;
/** An address longer than this is no number in any spelling. */
const longestRead = 200;
const readable = (address: string) => withoutZeros(address.slice(0, longestRead)).trim();
const longestReference = 255;

/** A reference as a key that PostgreSQL can store; the same reference gives the same key. */
const keyOf = (reference: string) =>
  reference.length > longestReference ? hash("sha256", reference) : withoutZeros(reference);

/** The carrier's time, or now where that is in the future, before 1970 or invalid. */
const pastOf = (at: Date, now: Date) => (at.getTime() > 0 && at < now ? at : now);

/** PostgreSQL's text holds everything except U+0000. */
const withoutZeros = (text: string) => text.replaceAll("\0", "");

/** Stores the new ones, and answers the contact of each of them, null where there is none. */
export async function insertReceived(
  tx: Tx,
  workspaceId: string,
  received: readonly Received[],
): Promise<(string | null)[]> {
  const fresh = await insertSeen(tx, workspaceId, received);
  if (fresh.length === 0) return [];
  const rows = fresh.map((each) => ({ ...each, counted: countSegments(each.text) }));
  const inserted = await sql<{ contact_id: string | null }>`
    insert into messages as m (workspace_id, id, status, encoding, segments, source_type, contact_id, sender_id, number, text,
      reason, carrier, carrier_reference)
    select w.workspace_id, u.id, 'received', u.encoding, u.segments, 'inbound',
      (select c.id from ${contactOf(workspaceId, sql`u.number`, sql`u.sender_id`)} c),
      u.sender_id, u.number, u.text, u.reason, u.carrier, u.carrier_reference
    from workspaces w, unnest(${rows.map((row) => row.message_id)}::uuid[], ${rows.map((row) => encodingCode[row.counted.encoding])}::"char"[],
      ${rows.map((row) => row.counted.segments)}::smallint[], ${rows.map((row) => row.sender.id)}::uuid[],
      ${rows.map((row) => row.number)}::text[], ${rows.map((row) => row.text)}::text[],
      ${rows.map((row) => row.keyword)}::text[], ${rows.map((row) => row.carrier)}::text[],
      ${rows.map((row) => row.reference)}::text[])
      as u (id, encoding, segments, sender_id, number, text, reason, carrier, carrier_reference)
    where w.workspace_id = ${workspaceId}::uuid
    returning m.contact_id`.execute(tx);
  // Under the time of their arrival, as their ids.
  const [first] = fresh;
  if (first)
    await appendActivity(tx, workspaceId, instantOf(first.message_id), [
      { type: "message.received", subjects: fresh.map(({ message_id }) => message_id) },
    ]);
  const doubtful = fresh.filter(({ keyword }) => keyword === "stop_perhaps");
  await addPossibleOptOuts(
    tx,
    workspaceId,
    doubtful.map(({ message_id, number, unclear, sender, at }) => ({
      id: message_id,
      number,
      unclear,
      sender_id: sender.id,
      at,
    })),
  );
  return inserted.rows.map((row) => row.contact_id);
}

/** Those whose reference is new for their connection. */
async function insertSeen(tx: Tx, workspaceId: string, received: readonly Received[]): Promise<Received[]> {
  if (received.length === 0) return [];
  // Sorted: two processes that get the same texts must not deadlock.
  const ordered = received.toSorted((a, b) => (a.reference < b.reference ? -1 : 1));
  const { rows } = await sql<{ message_id: string }>`
    insert into inbound_seen as s (workspace_id, carrier, carrier_reference, message_id)
    select w.workspace_id, u.carrier, u.carrier_reference, u.message_id
    from workspaces w, unnest(${ordered.map(({ inbound }) => inbound.carrier)}::text[],
      ${ordered.map(({ reference }) => reference)}::text[],
      ${ordered.map(({ message_id }) => message_id)}::uuid[]) as u (carrier, carrier_reference, message_id)
    where w.workspace_id = ${workspaceId}::uuid
    on conflict do nothing
    returning s.message_id`.execute(tx);
  const fresh = new Set(rows.map((row) => row.message_id));
  return received.filter(({ message_id }) => fresh.has(message_id));
}
