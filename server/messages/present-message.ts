/** A row of the ledger as the API shows it. */
import { type RawBuilder, sql } from "kysely";
import type { Answer } from "../../contract/endpoint.ts";
import type { Message, MessageStatus, messages } from "../../contract/messages.ts";
import { instantOf } from "../kit/id.ts";

/** A row of messages with its sender's address. */
export interface MessageRow {
  id: string;
  status: MessageStatus | "received";
  class: Message["class"];
  encoding: "7" | "u";
  segments: number;
  source_type: string;
  source_id: string | null;
  contact_id: string | null;
  sender_id: string;
  address: string | null;
  number: string;
  text: string;
  reason: string | null;
  carrier: string | null;
  carrier_reference: string | null;
  carrier_error: string | null;
  submitted_at: Date | null;
  sent_at: Date | null;
  final_at: Date | null;
  not_before: Date | null;
}

/** The columns of a MessageRow, from `messages m` and `left join senders s`. */
export const messageColumns = (workspaceId: string): RawBuilder<unknown> => sql`${plainColumns},
  case when m.status = 'queued' then (select p.not_before from parked_messages p
    where p.workspace_id = ${workspaceId}::uuid and p.message_id = m.id) end as not_before`;

const plainColumns = sql.raw(
  `m.id, m.status, m.class, m.encoding, m.segments, m.source_type, m.source_id, m.contact_id, m.sender_id, s.address,
   m.number, m.text, m.reason, m.carrier, m.carrier_reference, m.carrier_error, m.submitted_at, m.sent_at, m.final_at`,
);

/** The ledger's row as a message. */
export function presentMessage(row: MessageRow): Message {
  const inbound = row.status === "received";
  const ours = row.address ?? "";
  return {
    id: row.id,
    direction: inbound ? "inbound" : "outbound",
    status: row.status,
    from: inbound ? row.number : ours,
    to: inbound ? ours : row.number,
    text: row.text,
    class: row.class,
    encoding: row.encoding === "u" ? "UCS-2" : "GSM-7",
    segments: row.segments,
    contact_id: row.contact_id,
    source: { type: row.source_type, id: row.source_id },
    reason: row.reason,
    carrier: row.carrier,
    carrier_reference: row.carrier_reference,
    carrier_error: row.carrier_error,
    created_at: instantOf(row.id).toISOString(),
    not_before: row.not_before?.toISOString() ?? null,
  };
}

/** The ledger's row as `GET /messages/:id` shows it. */
export const presentWithHistory = (row: MessageRow): Answer<(typeof messages)["get"]> => ({
  ...presentMessage(row),
  history: historyOf(row),
});

/** A message's history, in the order of its statuses: an early receipt's time may be before the submission's. */
export function historyOf(row: MessageRow): { status: string; at: string; detail: string | null }[] {
  const created = instantOf(row.id);
  if (row.status === "received") return [{ status: "received", at: created.toISOString(), detail: row.reason }];
  if (row.status === "skipped" && row.final_at === null)
    return [{ status: "skipped", at: created.toISOString(), detail: row.reason }];
  const moments: { status: string; at: Date; detail: string | null }[] = [
    { status: "queued", at: created, detail: null },
  ];
  if (row.submitted_at) moments.push({ status: "submitted", at: row.submitted_at, detail: row.carrier });
  if (row.sent_at) moments.push({ status: "sent", at: row.sent_at, detail: row.carrier_reference });
  const detail = [row.reason, row.carrier_error].filter((each) => each !== null).join(" ") || null;
  if (row.final_at) moments.push({ status: row.status, at: row.final_at, detail });
  return moments.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() }));
}
