/** How texts from handsets come into the ledger: read against their workspace, then whole batches, each text once. */
import { hash } from "node:crypto";
import { sql } from "kysely";
import { countSegments } from "../../rules/gsm-segments.ts";
import { parsePhoneNumber } from "../../rules/phone-number.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import { registerReceiver } from "../numbers/senders.ts";
import type { Arrived } from "./inbound.ts";
import { encodingCode } from "./messages-store.ts";

/** A text to one of the workspace's senders. */
export interface Received extends Arrived {
  sender: { id: string; address: string };
  /** The name of the connection it came through. */
  carrier: string;
  /** The carrier's own id of it, as it can be a key. */
  reference: string;
  /** E.164, or as given where it is no number. */
  number: string;
  /** When it was sent, as far as the carrier knows, and not in the future. */
  at: Date;
}

/**
 * The texts to addresses that are senders here, in their order. An address may come without its +. One that is no sender yet
 * becomes one where a connection of the workspace's own brought the text; the sandbox brings what anybody types.
 */
export async function readReceived(
  tx: Tx,
  workspaceId: string,
  now: Date,
  arrived: readonly Arrived[],
): Promise<Received[]> {
  const addresses = [...new Set(arrived.flatMap(({ inbound }) => [inbound.to, `+${inbound.to}`]))].map(withoutZeros);
  const { rows } = await sql<{
    country: string;
    carriers: Record<string, string> | null;
    id: string | null;
    address: string;
  }>`
    select w.country, s.id, s.address,
      (select jsonb_object_agg(c.id, c.name) from carriers c where c.workspace_id = ${workspaceId}) as carriers
    from workspaces w
    left join senders s on s.workspace_id = ${workspaceId} and s.address = any(${addresses}::text[]) and s.can_receive
    where w.workspace_id = ${workspaceId}`.execute(tx);
  const [first] = rows;
  if (!first) throw notFound("workspace", workspaceId);
  const senders = new Map(
    rows.flatMap(({ id, address }) => (id === null ? [] : [[address, { id, address }] as const])),
  );
  const senderOf = (to: string) => senders.get(to) ?? senders.get(`+${to}`);
  const unknown = new Map(
    arrived.flatMap(({ inbound: { to, carrier } }) => (carrier === "sandbox" || senderOf(to) ? [] : [[to, carrier]])),
  );
  for (const [to, carrier] of [...unknown].toSorted()) {
    const sender = await registerReceiver(tx, workspaceId, carrier, spelledOut(to, first.country));
    if (sender) senders.set(to, sender);
  }
  return arrived.flatMap((each) => {
    const { from, to, carrier, carrier_reference, at } = each.inbound;
    const sender = senderOf(to);
    if (!sender) return [];
    const number = numberOf(from, first.country) ?? withoutZeros(from).slice(0, longestAddress);
    const name = first.carriers?.[carrier] ?? carrier;
    return [{ ...each, sender, carrier: name, reference: keyOf(carrier_reference), number, at: pastOf(at, now) }];
  });
}

/** Nobody's address is longer; an index holds no more than some kilobytes. */
const longestAddress = 100;
const longestReference = 255;

/** The same reference is the same key; PostgreSQL holds each that is made of it. */
const keyOf = (reference: string) =>
  reference.length > longestReference ? hash("sha256", reference) : withoutZeros(reference);

/** An instant that was, or now where a carrier speaks of the future, of before its own time, or of none at all. */
const pastOf = (at: Date, now: Date) => (at.getTime() > 0 && at < now ? at : now);

/** E.164, read as one of the country, or else as one whose + the network left out; null where it is neither. */
function numberOf(address: string, country: string): string | null {
  for (const spelling of /^[1-9]\d{6,14}$/.test(address) ? [address, `+${address}`] : [address]) {
    const parsed = parsePhoneNumber(spelling, country);
    if ("number" in parsed) return parsed.number;
  }
  return null;
}

/** Digits that are too many for a short code with country code and +, where they are a number. */
const spelledOut = (to: string, country: string) => (/^\d{9,15}$/.test(to) && numberOf(to, country)) || to;

/** PostgreSQL's text holds everything but U+0000. */
const withoutZeros = (text: string) => text.replaceAll("\0", "");

/** Writes down those that were not here before, and answers the contact of each of them, null where there is none. */
export async function insertReceived(
  tx: Tx,
  workspaceId: string,
  received: readonly Received[],
): Promise<(string | null)[]> {
  const fresh = await insertSeen(tx, workspaceId, received);
  if (fresh.length === 0) return [];
  const rows = fresh.map((each) => ({ ...each, counted: countSegments(each.text) }));
  const inserted = await sql<{ contact_id: string | null }>`
    insert into messages (workspace_id, id, status, encoding, segments, source_type, contact_id, sender_id, number, text,
      reason, carrier, carrier_reference)
    select ${workspaceId}::uuid, u.id, 'received', u.encoding, u.segments, 'inbound',
      coalesce(
        (select c.id from contacts c where c.workspace_id = ${workspaceId}::uuid and c.mobile = u.number),
        (select c.id from contacts c where c.workspace_id = ${workspaceId}::uuid and c.phone = u.number order by c.id limit 1)),
      u.sender_id, u.number, u.text, u.reason, u.carrier, u.carrier_reference
    from unnest(${rows.map((row) => row.message_id)}::uuid[], ${rows.map((row) => encodingCode[row.counted.encoding])}::"char"[],
      ${rows.map((row) => row.counted.segments)}::smallint[], ${rows.map((row) => row.sender.id)}::uuid[],
      ${rows.map((row) => row.number)}::text[], ${rows.map((row) => row.text)}::text[],
      ${rows.map((row) => row.keyword)}::text[], ${rows.map((row) => row.carrier)}::text[],
      ${rows.map((row) => row.reference)}::text[])
      as u (id, encoding, segments, sender_id, number, text, reason, carrier, carrier_reference)
    returning contact_id`.execute(tx);
  return inserted.rows.map((row) => row.contact_id);
}

/** Those whose reference the workspace has not seen from that connection yet. */
async function insertSeen(tx: Tx, workspaceId: string, received: readonly Received[]): Promise<Received[]> {
  if (received.length === 0) return [];
  // In one order everywhere: two processes that get the same texts shall wait for each other, not both.
  const ordered = received.toSorted((a, b) => (a.reference < b.reference ? -1 : 1));
  const { rows } = await sql<{ message_id: string }>`
    insert into inbound_seen (workspace_id, carrier, carrier_reference, message_id)
    select ${workspaceId}::uuid, u.carrier, u.carrier_reference, u.message_id
    from unnest(${ordered.map(({ inbound }) => inbound.carrier)}::text[],
      ${ordered.map(({ reference }) => reference)}::text[],
      ${ordered.map(({ message_id }) => message_id)}::uuid[]) as u (carrier, carrier_reference, message_id)
    on conflict do nothing
    returning message_id`.execute(tx);
  const fresh = new Set(rows.map((row) => row.message_id));
  return received.filter(({ message_id }) => fresh.has(message_id));
}
