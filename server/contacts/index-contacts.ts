/**
 * Indexes the words of names and the digits of addresses that are not in their index yet: of contacts older than the index, and
 * of those that large imports created. A job processes them by the thousand, while the triggers of migration 0031 index later
 * changes. Until then a search reads the newest of these contacts one by one, and finds the others by the first words of their
 * names and the beginning of their address.
 */
import { sql } from "kysely";
import type { Db, Tx } from "../kit/db.ts";
import type { JobHandler, Jobs, PeriodicJob } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";

export interface IndexContactsServices {
  db: Db;
  jobs: Jobs;
  log: Pick<Logger, "info">;
}

export const indexContactsJob = "contacts.index-contacts";
const contactsATime = 5_000;

/** In case a process was killed between an import and its job. */
export const indexPeriodicJobs: PeriodicJob[] = [{ name: indexContactsJob, pattern: "* * * * *" }];

export function indexJobs(services: Pick<IndexContactsServices, "db" | "log">): Record<string, JobHandler> {
  return { [indexContactsJob]: (_payload, signal) => indexContacts(services, signal) };
}

/** Adds the job if there are contacts to index. */
export async function resumeIndexingContacts({ db, jobs }: Pick<IndexContactsServices, "db" | "jobs">): Promise<void> {
  await db.asSystem(async (tx) => {
    const { rows } = await sql`select workspace_id from unindexed_contacts limit 1`.execute(tx);
    if (rows.length > 0) await jobs.add(tx, indexContactsJob, {}, { key: indexContactsJob });
  });
}

/** Indexes all remaining contacts; may be interrupted anywhere, and run by two processes at once. */
export async function indexContacts(
  { db, log }: Pick<IndexContactsServices, "db" | "log">,
  signal: AbortSignal,
  atATime = contactsATime,
): Promise<void> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ workspace_id: string }>`select distinct workspace_id from unindexed_contacts order by workspace_id`.execute(
      tx,
    ),
  );
  for (const { workspace_id } of rows) {
    do signal.throwIfAborted();
    while (await db.inWorkspace(workspace_id, (tx) => indexSome(tx, workspace_id, atATime)));
  }
  if (rows.length > 0) log.info({ workspaces: rows.length }, "indexed all contacts for the search");
}

/** Indexes the next contacts of a workspace, those of the newest imports first; false when there are no more. */
async function indexSome(tx: Tx, workspaceId: string, most: number): Promise<boolean> {
  const { rows: places } = await sql<{ from_contact: string; to_contact: string }>`
    select from_contact, to_contact from unindexed_contacts where workspace_id = ${workspaceId}
    order by from_contact desc limit 1 for update`.execute(tx);
  const place = places[0];
  if (!place) return false;
  const { from_contact: from, to_contact: to } = place;
  const { rows: nexts } = await sql<{ id: string }>`
    select id from contacts where workspace_id = ${workspaceId} and id >= ${from} and id <= ${to}
    order by id offset ${most} limit 1`.execute(tx);
  const next = nexts[0]?.id ?? null;
  // Locked, so that no other transaction renames or deletes them before their words are stored; others wait briefly.
  const { rows: held } = await sql<{ id: string; name: string | null; email: string | null }>`
    select id, case when not is_plain_name(name_key, sort_key) then name_key end as name, email from contacts
    where workspace_id = ${workspaceId} and id >= ${from} and id <= ${to} and (${next}::uuid is null or id < ${next})
      and (not is_plain_name(name_key, sort_key) or email ~ '[0-9][0-9]')
    order by id for share`.execute(tx);
  await sql`select from index_contacts(${workspaceId}, ${held.map(({ id }) => id)}::uuid[], ${held.map(({ name }) => name)}::text[],
    ${held.map(({ email }) => email)}::text[])`.execute(tx);
  await sql`delete from unindexed_contacts where workspace_id = ${workspaceId} and from_contact = ${from}`.execute(tx);
  if (next !== null)
    await sql`
      insert into unindexed_contacts as known (workspace_id, from_contact, to_contact) values (${workspaceId}, ${next}, ${to})
      on conflict (workspace_id, from_contact) do update set to_contact = greatest(known.to_contact, excluded.to_contact)`.execute(
      tx,
    );
  return true;
}
