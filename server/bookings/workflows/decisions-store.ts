/** The SQL of decisions. */
import { sql } from "kysely";
import type { Decision, DecisionReason } from "../../../contract/decisions.ts";
import type { Tx } from "../../kit/db.ts";
import { uuidSet } from "../../kit/uuid-set.ts";

/** What tells decisions apart: at most one has the same. */
export interface DecisionKey {
  booking_id: string;
  workflow_id: string;
  occurrence: Date;
  action: string;
  /** Its kind, with an id, number or address. */
  recipient: string;
}

export interface DecisionRow extends DecisionKey {
  contact_id: string | null;
  name: string | null;
  to: string | null;
  action_kind: string;
  channel: Decision["channel"];
  state: Exclude<Decision["state"], "waiting">;
  reason: string | null;
  due_at: Date;
  decided_at: Date;
  message_id: string | null;
  mail_id: string | null;
}

/** A key as a text, to compare keys in memory. */
const keyText = ({ booking_id, workflow_id, occurrence, action, recipient }: DecisionKey): string =>
  [booking_id, workflow_id, occurrence.getTime(), action, recipient].join(" ");

/** What has been decided of any of these bookings by any of these workflows. */
export async function selectDecided(
  tx: Tx,
  workspaceId: string,
  keys: readonly Pick<DecisionKey, "booking_id" | "workflow_id">[],
): Promise<Decided> {
  if (keys.length === 0) return decidedOf([]);
  const { rows } = await sql<DecisionKey & Pick<DecisionRow, "contact_id">>`
    select booking_id, workflow_id, occurrence, action, recipient, contact_id from workflow_decisions
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(keys.map((each) => each.booking_id))}::uuid[])
      and workflow_id = any(${uuidSet(keys.map((each) => each.workflow_id))}::uuid[])`.execute(tx);
  return decidedOf(rows);
}

export interface Decided {
  /** Whether there is a decision of that key, or another about the same person. */
  has(decision: DecisionKey & Pick<DecisionRow, "contact_id">): boolean;
  add(decision: DecisionKey): void;
}

/**
 * Decisions by their keys. Who comes alone is the customer, and an attendee once others come too: what was decided about them as the one
 * is decided about them as the other.
 */
function decidedOf(rows: readonly (DecisionKey & Pick<DecisionRow, "contact_id">)[]): Decided {
  const keys = new Set(rows.map(keyText));
  const attending = new Set(
    rows
      .filter(({ recipient, contact_id }) => contact_id !== null && recipient.startsWith("attendee:"))
      .map((row) => keyText({ ...row, recipient: `customer:${row.contact_id}` })),
  );
  return {
    has(decision) {
      const key = keyText(decision);
      if (keys.has(key) || attending.has(key)) return true;
      const { recipient, contact_id } = decision;
      if (contact_id === null || !recipient.startsWith("attendee:")) return false;
      return keys.has(keyText({ ...decision, recipient: `customer:${contact_id}` }));
    },
    add: (decision) => void keys.add(keyText(decision)),
  };
}

export async function insertDecisions(tx: Tx, workspaceId: string, rows: readonly DecisionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into workflow_decisions (workspace_id, booking_id, workflow_id, occurrence, action, recipient, contact_id, name, "to",
      action_kind, channel, state, reason, due_at, decided_at, message_id, mail_id)
    select w.workspace_id, d.booking_id, d.workflow_id, d.occurrence, d.action, d.recipient, d.contact_id, d.name, d."to",
      d.action_kind, d.channel, d.state, d.reason, d.due_at, d.decided_at, d.message_id, d.mail_id
    from workspaces w, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as d (booking_id uuid, workflow_id uuid, occurrence timestamptz, action text, recipient text, contact_id uuid, name text,
        "to" text, action_kind text, channel text, state text, reason text, due_at timestamptz, decided_at timestamptz,
        message_id uuid, mail_id uuid)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

/** What was decided to be sent is not sent after all. Occurrences are whole milliseconds. */
export async function updateSkipped(
  tx: Tx,
  workspaceId: string,
  { booking_id, workflow_id, occurrence, action, recipient }: DecisionKey,
  reason: DecisionReason,
): Promise<void> {
  await sql`
    update workflow_decisions set state = 'skipped', reason = ${reason}
    where workspace_id = ${workspaceId} and booking_id = ${booking_id} and workflow_id = ${workflow_id}
      and occurrence = ${occurrence} and action = ${action} and recipient = ${recipient}`.execute(tx);
}

export type ShownDecision = DecisionRow & { workflow_name: string; message_status: Decision["message_status"] };

const shownColumns = sql.raw(
  `d.booking_id, d.workflow_id, d.occurrence, d.action, d.recipient, d.contact_id, d.name, d."to", d.action_kind, d.channel,
   d.state, d.reason, d.due_at, d.decided_at, d.message_id, d.mail_id, w.name as workflow_name, m.status as message_status`,
);

const mostOfBooking = 1_000;

/** What was decided about a booking, latest moment first. */
export async function selectOfBooking(tx: Tx, workspaceId: string, bookingId: string): Promise<ShownDecision[]> {
  const { rows } = await sql<ShownDecision>`
    select ${shownColumns} from workflow_decisions d
    join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
    left join lateral (select status from messages where workspace_id = ${workspaceId} and id = d.message_id offset 0) m on true
    where d.workspace_id = ${workspaceId} and d.booking_id = ${bookingId}
    order by d.due_at desc, d.decided_at desc, d.workflow_id, d.action, d.recipient limit ${mostOfBooking}`.execute(tx);
  return rows;
}

/** What a workflow decided, last first. `after`: how many came before in the same order, and until when. */
export async function selectOfWorkflow(
  tx: Tx,
  workspaceId: string,
  workflowId: string,
  { before, skip, limit }: { before: Date | null; skip: number; limit: number },
): Promise<ShownDecision[]> {
  const { rows } = await sql<ShownDecision>`
    select ${shownColumns} from workflow_decisions d
    join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
    left join lateral (select status from messages where workspace_id = ${workspaceId} and id = d.message_id offset 0) m on true
    where d.workspace_id = ${workspaceId} and d.workflow_id = ${workflowId}
      and (${before}::timestamptz is null or d.decided_at <= ${before})
    order by d.decided_at desc, d.booking_id, d.occurrence, d.action, d.recipient
    limit ${limit} offset ${skip}`.execute(tx);
  return rows;
}
