/** For a source that cannot continue: contacts without a text get a skip as their outcome. */
import { sql } from "kysely";
import type { MessageClass, SkipReason } from "../../../contract/messages.ts";
import { appendActivity } from "../../activity/activity.ts";
import type { Tx } from "../../kit/db.ts";
import { addCounts, counter } from "../counts.ts";
import { insertSkips } from "../messages-store.ts";
import type { Source } from "./batch.ts";
import { planSkip } from "./plan-batch.ts";

/** Inserts contacts of a source into the ledger as skips, except those with an outcome already; answers how many were new. */
export async function skipContacts(
  tx: Tx,
  batch: { workspace_id: string; source: Source; class: MessageClass; sender_id: string; now: Date },
  contacts: readonly string[],
  reason: SkipReason,
): Promise<number> {
  const { workspace_id, source, sender_id, now } = batch;
  const { rows } = await sql<{ contact_id: string; number: string | null }>`
    select id as contact_id, coalesce(mobile, phone) as number from contacts
    where workspace_id = ${workspace_id} and id = any(${`{${contacts.join(",")}}`}::uuid[]) order by id`.execute(tx);
  const columns = { workspace_id, source_type: source.type, source_id: source.id, sender_id, class: batch.class };
  const skips = rows.map((row) => planSkip({ source }, row, reason));
  const known = new Set(await insertSkips(tx, columns, skips));
  const { add, counts } = counter();
  const added = skips.length - known.size;
  if (added > 0) add(columns, "skipped", reason, added);
  await addCounts(tx, workspace_id, now, counts);
  const subjects = skips.flatMap(({ id }) => (known.has(id) ? [] : [id]));
  await appendActivity(tx, workspace_id, now, [{ type: "message.skipped", subjects }]);
  return added;
}
