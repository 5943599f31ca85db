/** Reminders that wait for their carrier or relay while the booking is moved or called off: they are not sent any more. */
import { sql } from "kysely";
import type { DecisionReason } from "../../../contract/bookings.ts";
import type { Tx } from "../../kit/db.ts";
import { instantOf, orderedIds } from "../../kit/id.ts";
import { registerMailSource } from "../../mail/mail-sources.ts";
import { withdrawMessages } from "../../messages/withdraw-messages.ts";
import { insertHistory } from "../bookings-store.ts";
import { sourceType } from "./workflow.ts";

const uuids = (ids: readonly string[]): string => `{${ids.join(",")}}`;

/** Of a decision `d` of a workflow `w` on a booking `b`: whether it reminds of a start that is not to be. */
const isStale = sql.raw(
  `w.trigger = 'before_start' and d.state = 'sent'
   and (b.start_at <> d.occurrence or b.stands_for not in ('pending', 'confirmed'))`,
);

interface StaleText {
  booking_id: string;
  message_id: string;
  workflow: string;
  moved: boolean;
}

const nextId = orderedIds();

/** Takes back what waits of these bookings' reminders; each booking's history says so. */
export async function withdrawStaleTexts(
  tx: Tx,
  workspaceId: string,
  bookings: readonly string[],
  now: Date,
): Promise<void> {
  if (bookings.length === 0) return;
  const { rows: stale } = await sql<StaleText>`
    select d.booking_id, d.message_id, w.name as workflow, b.start_at <> d.occurrence as moved
    from workflow_decisions d
    join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
    cross join lateral (
      select start_at, stands_for from bookings where workspace_id = ${workspaceId} and id = d.booking_id offset 0
    ) b
    where d.workspace_id = ${workspaceId} and d.booking_id = any(${uuids(bookings)}::uuid[])
      and d.message_id is not null and ${isStale}`.execute(tx);
  if (stale.length === 0) return;
  const ids = stale.map(({ message_id }) => message_id);
  const withdrawn = new Set(await withdrawMessages(tx, workspaceId, ids, now));
  for (const { booking_id, message_id, workflow: name, moved } of stale) {
    if (!withdrawn.has(message_id)) continue;
    const reason: DecisionReason = moved ? "superseded" : "booking_cancelled";
    await sql`
      update workflow_decisions set state = 'skipped', reason = ${reason}
      where workspace_id = ${workspaceId} and booking_id = ${booking_id} and message_id = ${message_id}`.execute(tx);
    const entry = {
      id: nextId(now),
      at: now,
      what: "message_stopped",
      change: {},
      by: "system",
      name,
      reason: null,
    } as const;
    await insertHistory(tx, workspaceId, booking_id, [entry]);
  }
}

registerMailSource({
  type: sourceType,
  /** The mails' ids have the moments at which they were due, before which nothing was decided about them. */
  async stopped(tx, workspaceId, mails) {
    const ids = mails.map(({ id }) => id);
    const since = new Date(Math.min(...ids.map((id) => instantOf(id).getTime())));
    const { rows } = await sql<{ mail_id: string }>`
      select d.mail_id from workflow_decisions d
      join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
      cross join lateral (
      select start_at, stands_for from bookings where workspace_id = ${workspaceId} and id = d.booking_id offset 0
    ) b
      where d.workspace_id = ${workspaceId} and d.mail_id = any(${uuids(ids)}::uuid[]) and d.decided_at >= ${since}
        and d.workflow_id = any(${uuids([...new Set(mails.flatMap(({ source_id }) => source_id ?? []))])}::uuid[])
        and ${isStale}`.execute(tx);
    return new Set(rows.map(({ mail_id }) => mail_id));
  },
});
