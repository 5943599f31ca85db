/** The SQL of workflows. */
import { sql } from "kysely";
import type { Trigger } from "../../../contract/workflows.ts";
import type { Tx } from "../../kit/db.ts";
import type { WorkflowRow } from "./workflow.ts";

const columns = sql.raw(
  `w.workspace_id, w.id, w.name, w.enabled, w.trigger, w.unit, w.count, w.at_time, w."when", w."do", w.ask_for_reply, w.merge,
   w.enabled_at, w.also_ahead, w.revision,
   w.sent_count::float8 as sent_count, w.last_sent_at, w.deleted_at, w.created_by, w.created_at, w.updated_at`,
);

export async function selectWorkflow(tx: Tx, workspaceId: string, id: string): Promise<WorkflowRow | undefined> {
  const { rows } = await sql<WorkflowRow>`
    select ${columns} from workflows w
    where w.workspace_id = ${workspaceId} and w.id = ${id} and w.deleted_at is null`.execute(tx);
  return rows[0];
}

/** The row, locked until the transaction ends. */
export async function lockWorkflow(tx: Tx, workspaceId: string, id: string): Promise<WorkflowRow | undefined> {
  const { rows } = await sql<WorkflowRow>`
    select ${columns} from workflows w
    where w.workspace_id = ${workspaceId} and w.id = ${id} and w.deleted_at is null for update`.execute(tx);
  return rows[0];
}

/** The enabled ones. */
export async function selectEnabled(tx: Tx, workspaceId: string): Promise<WorkflowRow[]> {
  const { rows } = await sql<WorkflowRow>`
    select ${columns} from workflows w
    where w.workspace_id = ${workspaceId} and w.enabled and w.deleted_at is null
    order by w.name_key, w.id`.execute(tx);
  return rows;
}

export type ListedWorkflow = WorkflowRow & { sort_name: string };

/** By name; `after` is the last one of the previous page. */
export async function selectWorkflows(
  tx: Tx,
  workspaceId: string,
  options: {
    query: string | null;
    trigger: Trigger | null;
    after: { name: string; id: string } | null;
    limit: number;
  },
): Promise<ListedWorkflow[]> {
  const { query, trigger, after, limit } = options;
  const { rows } = await sql<ListedWorkflow>`
    select ${columns}, w.name_key as sort_name from workflows w
    where w.workspace_id = ${workspaceId} and w.deleted_at is null
      and (${trigger}::text is null or w.trigger = ${trigger})
      and (${query}::text is null or strpos(fold(w.name_key), fold(name_key(${query}))) > 0)
      and (${after?.name ?? null}::text is null or (w.name_key, w.id) > (${after?.name ?? null}, ${after?.id ?? null}::uuid))
    order by w.name_key, w.id limit ${limit}`.execute(tx);
  return rows;
}

export async function countWorkflows(tx: Tx, workspaceId: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from workflows where workspace_id = ${workspaceId} and deleted_at is null`.execute(tx);
  return Number(rows[0]?.n ?? 0);
}

export async function insertWorkflow(tx: Tx, row: WorkflowRow): Promise<void> {
  await sql`
    insert into workflows (workspace_id, id, name, enabled, trigger, unit, count, at_time, "when", "do", ask_for_reply, merge,
      enabled_at, also_ahead, revision, created_by, created_at, updated_at)
    values (${row.workspace_id}, ${row.id}, ${row.name}, ${row.enabled}, ${row.trigger}, ${row.unit}, ${row.count},
      ${row.at_time}, ${JSON.stringify(row.when)}::jsonb, ${JSON.stringify(row.do)}::jsonb, ${row.ask_for_reply},
      ${row.merge}, ${row.enabled_at}, ${row.also_ahead}, ${row.revision}, ${row.created_by}, ${row.created_at},
      ${row.updated_at})`.execute(tx);
}

export async function updateWorkflow(tx: Tx, row: WorkflowRow): Promise<void> {
  await sql`
    update workflows set name = ${row.name}, enabled = ${row.enabled}, trigger = ${row.trigger}, unit = ${row.unit},
      count = ${row.count}, at_time = ${row.at_time}, "when" = ${JSON.stringify(row.when)}::jsonb,
      "do" = ${JSON.stringify(row.do)}::jsonb, ask_for_reply = ${row.ask_for_reply}, merge = ${row.merge},
      enabled_at = ${row.enabled_at}, also_ahead = ${row.also_ahead}, revision = ${row.revision},
      deleted_at = ${row.deleted_at}, updated_at = ${row.updated_at}
    where workspace_id = ${row.workspace_id} and id = ${row.id}`.execute(tx);
}

/** Adds what workflows have sent at `at`; what was not sent after all is negative. Sorted, so that two transactions never deadlock. */
export async function addSent(tx: Tx, workspaceId: string, sent: ReadonlyMap<string, number>, at: Date): Promise<void> {
  for (const [id, count] of [...sent].sort(([a], [b]) => (a < b ? -1 : 1)))
    await sql`
      update workflows set sent_count = greatest(sent_count + ${count}, 0),
        last_sent_at = case when ${count} > 0 then ${at} else last_sent_at end
      where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}
