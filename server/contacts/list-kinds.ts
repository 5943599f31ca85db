/**
 * The counts of lists' members by kind of contact (list_kinds), to which triggers append differences: a job sums them where there
 * are many, and counts the members of lists that are older than the counts once.
 */
import { type RawBuilder, sql } from "kysely";
import type { Db, Tx } from "../kit/db.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import { setLocal } from "../kit/set-local.ts";

export const sumKindsJob = "contacts.sum-list-kinds";
export const listPeriodicJobs: PeriodicJob[] = [{ name: sumKindsJob, pattern: "*/5 * * * *" }];

export function listJobs({ db }: { db: Db }): Record<string, JobHandler> {
  return { [sumKindsJob]: (_payload, signal) => sumListKinds(db, signal) };
}

/** Reading this many differences takes one to two milliseconds. */
const worthSumming = 2_000;

/**
 * May be interrupted anywhere, and run by two processes at once. Differences of deleted lists are deleted too: a change of a
 * contact at the same time as the deletion of its list leaves one.
 */
export async function sumListKinds(db: Db, signal: AbortSignal, most = worthSumming): Promise<void> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ workspace_id: string; id: string }>`
      select workspace_id, id from lists where not kinds_known
      union
      select workspace_id, list_id from list_kinds group by workspace_id, list_id having count(*) > ${most}
      union
      select k.workspace_id, k.list_id from list_kinds k
        left join lists l on l.workspace_id = k.workspace_id and l.id = k.list_id
      where l.id is null`.execute(tx),
  );
  for (const { workspace_id, id } of rows) {
    signal.throwIfAborted();
    await db.inWorkspace(workspace_id, (tx) => sumKindsOf(tx, workspace_id, id));
  }
}

async function sumKindsOf(tx: Tx, workspaceId: string, list: string): Promise<void> {
  // The lock serialises this job, and transactions that add members, which change the list's row.
  const { rows } = await sql<{ kinds_known: boolean }>`
    select kinds_known from lists where workspace_id = ${workspaceId} and id = ${list} for no key update`.execute(tx);
  if (!rows[0]) {
    await sql`delete from list_kinds where workspace_id = ${workspaceId} and list_id = ${list}`.execute(tx);
    return;
  }
  if (rows[0].kinds_known) {
    await replaceDifferences(
      tx,
      workspaceId,
      list,
      sql`select k.mobile_kind, k.phone_kind, k.marketing, k.sms_consents, sum(k.n) as n from list_kinds k
        where k.workspace_id = ${workspaceId} and k.list_id = ${list}
        group by k.mobile_kind, k.phone_kind, k.marketing, k.sms_consents having sum(k.n) <> 0`,
    );
    return;
  }
  await setLocal(tx, "enable_seqscan = off", "enable_hashjoin = off");
  await replaceDifferences(
    tx,
    workspaceId,
    list,
    sql`select c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents, count(*) as n
      from list_members m join contacts c on c.workspace_id = ${workspaceId} and c.id = m.contact_id
      where m.workspace_id = ${workspaceId} and m.list_id = ${list}
      group by c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents`,
  );
  await sql`update lists set kinds_known = true where workspace_id = ${workspaceId} and id = ${list}`.execute(tx);
}

/** Writes the counts of a query in place of the differences that it counts, for a list whose row is locked. */
async function replaceDifferences(
  tx: Tx,
  workspaceId: string,
  list: string,
  counts: RawBuilder<unknown>,
): Promise<void> {
  // A contact may be changed at any moment, so both are read in one snapshot, and a difference that comes later stays.
  const { rows } = await sql<{ differences: string | null; counts: string | null }>`
    select (select array_agg(id)::text from list_kinds where workspace_id = ${workspaceId} and list_id = ${list}) as differences,
      (select jsonb_agg(counted)::text from (${counts}) counted) as counts`.execute(tx);
  const { differences, counts: counted } = rows[0] as (typeof rows)[number];
  await sql`
    delete from list_kinds
    where workspace_id = ${workspaceId} and list_id = ${list} and id = any(${differences ?? "{}"}::uuid[])`.execute(tx);
  await sql`
    insert into list_kinds (workspace_id, list_id, id, mobile_kind, phone_kind, marketing, sms_consents, n)
    select w.workspace_id, ${list}, gen_random_uuid(), u.mobile_kind, u.phone_kind, u.marketing, u.sms_consents, u.n
    from workspaces w, jsonb_to_recordset(${counted ?? "[]"}::jsonb)
      as u (mobile_kind number_kind, phone_kind number_kind, marketing boolean, sms_consents bigint, n bigint)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}
