/** All SQL of alert_suspects: since when something holds that may become an alert. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";

export interface Suspect {
  workspace_id: string;
  subject: string;
  mark: string;
  since: Date;
}

/**
 * Stores the current suspects, deletes the former ones, and returns those that have been unchanged since `before` at least.
 * `suspected` selects workspace_id, subject and mark; a changed mark starts a suspect anew. Only changes are written.
 */
export async function recordSuspects(
  tx: Tx,
  kind: string,
  suspected: RawBuilder<unknown>,
  at: Date,
  before: Date,
): Promise<Suspect[]> {
  const { rows } = await sql<Suspect>`
    with suspected as materialized (${suspected}),
    known as materialized (select * from alert_suspects where kind = ${kind}),
    gone as (
      delete from alert_suspects a using known k
      where a.workspace_id = k.workspace_id and a.kind = ${kind} and a.subject = k.subject
        and not exists (select from suspected s where s.workspace_id = k.workspace_id and s.subject = k.subject)
    ), written as (
      insert into alert_suspects (workspace_id, kind, subject, mark, since)
      select s.workspace_id, ${kind}, s.subject, s.mark, ${at}
      from suspected s left join known k using (workspace_id, subject)
      where k.mark is distinct from s.mark
      on conflict (workspace_id, kind, subject) do update set mark = excluded.mark, since = excluded.since
    )
    select s.workspace_id, s.subject, s.mark, k.since
    from suspected s join known k using (workspace_id, subject)
    where k.mark = s.mark and k.since <= ${before}`.execute(tx);
  return rows;
}
