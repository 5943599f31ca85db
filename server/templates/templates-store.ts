/** The SQL of templates. */
import { sql } from "kysely";
import type { TemplateChannel } from "../../contract/templates.ts";
import type { Tx } from "../kit/db.ts";

export interface TemplateRow {
  workspace_id: string;
  id: string;
  name: string;
  channel: TemplateChannel;
  subject: string | null;
  text: string;
  html: string | null;
  revision: number;
  archived_at: Date | null;
  changed_by: string;
  created_at: Date;
  updated_at: Date;
}

const columns = sql.raw(
  "t.workspace_id, t.id, t.name, t.channel, t.subject, t.text, t.html, t.revision, t.archived_at, t.changed_by, t.created_at, t.updated_at",
);

/** One, also an archived one. */
export async function selectTemplate(tx: Tx, workspaceId: string, id: string): Promise<TemplateRow | undefined> {
  const { rows } = await sql<TemplateRow>`
    select ${columns} from templates t where t.workspace_id = ${workspaceId} and t.id = ${id}`.execute(tx);
  return rows[0];
}

/** The row, locked against other changes until the transaction ends. */
export async function lockTemplate(tx: Tx, workspaceId: string, id: string): Promise<TemplateRow | undefined> {
  const { rows } = await sql<TemplateRow>`
    select ${columns} from templates t where t.workspace_id = ${workspaceId} and t.id = ${id} for no key update`.execute(
    tx,
  );
  return rows[0];
}

/** The one of that name and channel that is not archived. */
export async function selectTemplateByName(
  tx: Tx,
  workspaceId: string,
  channel: TemplateChannel,
  name: string,
): Promise<TemplateRow | undefined> {
  const { rows } = await sql<TemplateRow>`
    select ${columns} from templates t
    where t.workspace_id = ${workspaceId} and t.channel = ${channel} and t.name_key = name_key(${name})
      and t.archived_at is null`.execute(tx);
  return rows[0];
}

/** How many there are that are not archived, and how many in all. */
export async function countTemplates(tx: Tx, workspaceId: string): Promise<{ offered: number; total: number }> {
  const { rows } = await sql<{ offered: number; total: number }>`
    select count(*) filter (where archived_at is null) as offered, count(*) as total
    from templates where workspace_id = ${workspaceId}`.execute(tx);
  return rows[0] ?? { offered: 0, total: 0 };
}

export type ListedTemplate = Omit<TemplateRow, "html"> & {
  sort_name: string;
  has_html: boolean;
  html_custom_text: boolean;
};

/** By name, found by any part of it without regard to case and accents; `after` is the last one of the previous page. */
export async function selectTemplates(
  tx: Tx,
  workspaceId: string,
  options: {
    query: string | null;
    channel: TemplateChannel | null;
    archived: boolean;
    after: { name: string; id: string } | null;
    limit: number;
  },
): Promise<ListedTemplate[]> {
  const { query, channel, archived, after, limit } = options;
  const { rows } = await sql<ListedTemplate>`
    select t.workspace_id, t.id, t.name, t.channel, t.subject, t.text, t.revision, t.archived_at, t.changed_by, t.created_at,
      t.updated_at, t.name_key as sort_name, t.html is not null as has_html,
      strpos(lower(coalesce(t.html, '')), '#customtext#') > 0 as html_custom_text
    from templates t
    where t.workspace_id = ${workspaceId} and (${archived} or t.archived_at is null)
      and (${channel}::text is null or t.channel = ${channel})
      and (${query}::text is null or strpos(fold(t.name_key), fold(name_key(${query}))) > 0)
      and (${after?.name ?? null}::text is null or (t.name_key, t.id) > (${after?.name ?? null}, ${after?.id ?? null}::uuid))
    order by t.name_key, t.id limit ${limit}`.execute(tx);
  return rows;
}

/** False when one of its channel that is not archived has the name. */
export async function insertTemplate(tx: Tx, row: TemplateRow): Promise<boolean> {
  const { rows } = await sql`
    insert into templates (workspace_id, id, name, channel, subject, text, html, revision, changed_by, created_at, updated_at)
    values (${row.workspace_id}, ${row.id}, ${row.name}, ${row.channel}, ${row.subject}, ${row.text}, ${row.html},
      ${row.revision}, ${row.changed_by}, ${row.created_at}, ${row.updated_at})
    on conflict do nothing returning id`.execute(tx);
  return rows.length > 0;
}

export async function updateTemplate(tx: Tx, row: TemplateRow): Promise<void> {
  await sql`
    update templates set name = ${row.name}, subject = ${row.subject}, text = ${row.text}, html = ${row.html},
      revision = ${row.revision}, archived_at = ${row.archived_at}, changed_by = ${row.changed_by},
      updated_at = ${row.updated_at}
    where workspace_id = ${row.workspace_id} and id = ${row.id}`.execute(tx);
}
