/** All SQL of alert_suspects: since when something holds that may become an alert. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";

export interface Suspect {
  workspace_id: string;
  subject: string;
  mark: string;
  since: Date;
}

type Suspected = Omit<Suspect, "since">;

const keyOf = ({ workspace_id, subject }: Suspected) => `${workspace_id} ${subject}`;

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
  const { rows: now } = await sql<Suspected>`${suspected}`.execute(tx);
  const { rows: known } = await sql<Suspect>`
    select workspace_id, subject, mark, since from alert_suspects where kind = ${kind}`.execute(tx);
  const formerly = new Map(known.map((each) => [keyOf(each), each]));
  const present = new Set(now.map(keyOf));
  const gone = known.filter((each) => !present.has(keyOf(each)));
  await inEachWorkspace(gone, (workspaceId, own) => forget(tx, kind, workspaceId, own));
  const changed = now.filter((each) => formerly.get(keyOf(each))?.mark !== each.mark);
  await inEachWorkspace(changed, (workspaceId, own) => write(tx, kind, workspaceId, own, at));
  return now.flatMap((each): Suspect[] => {
    const former = formerly.get(keyOf(each));
    return former && former.mark === each.mark && former.since <= before ? [former] : [];
  });
}

async function forget(tx: Tx, kind: string, workspaceId: string, gone: readonly Suspect[]): Promise<void> {
  await sql`
    delete from alert_suspects
    where workspace_id = ${workspaceId} and kind = ${kind}
      and subject = any(${gone.map((each) => each.subject)}::text[])`.execute(tx);
}

async function write(
  tx: Tx,
  kind: string,
  workspaceId: string,
  changed: readonly Suspected[],
  at: Date,
): Promise<void> {
  await sql`
    insert into alert_suspects (workspace_id, kind, subject, mark, since)
    select w.workspace_id, ${kind}, u.subject, u.mark, ${at}
    from workspaces w, unnest(${changed.map((each) => each.subject)}::text[], ${changed.map((each) => each.mark)}::text[])
      as u (subject, mark)
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, kind, subject) do update set mark = excluded.mark, since = excluded.since`.execute(tx);
}
