/** The SQL of a workspace's own names of statuses. */
import { sql } from "kysely";
import type { BuiltInStatus } from "../../contract/booking-places.ts";
import type { Tx } from "../kit/db.ts";

export interface StatusRow {
  name: string;
  stands_for: BuiltInStatus;
}

/** In the order in which they were given. */
export async function selectStatuses(tx: Tx, workspaceId: string): Promise<StatusRow[]> {
  const { rows } = await sql<StatusRow>`
    select name, stands_for from booking_statuses where workspace_id = ${workspaceId} order by position`.execute(tx);
  return rows;
}

/** Others who replace them wait until the transaction ends. */
export async function lockStatuses(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select 1 from workspaces where workspace_id = ${workspaceId} for no key update`.execute(tx);
}

/** Stores these in place of the ones before; of names that the database compares as equal only the first. */
export async function replaceStatuses(tx: Tx, workspaceId: string, statuses: readonly StatusRow[]): Promise<void> {
  await sql`delete from booking_statuses where workspace_id = ${workspaceId}`.execute(tx);
  await sql`
    insert into booking_statuses (workspace_id, name, stands_for, position)
    select w.workspace_id, u.name, u.stands_for, u.n
    from workspaces w, unnest(${statuses.map(({ name }) => name)}::text[],
      ${statuses.map(({ stands_for }) => stands_for)}::text[]) with ordinality as u (name, stands_for, n)
    where w.workspace_id = ${workspaceId} order by u.n
    on conflict do nothing`.execute(tx);
}

/** The names other than the built-in ones that bookings have, with what they stand for there. */
export async function selectStatusesOfBookings(tx: Tx, workspaceId: string): Promise<StatusRow[]> {
  const { rows } = await sql<StatusRow>`
    select distinct status as name, stands_for from bookings
    where workspace_id = ${workspaceId} and status <> stands_for`.execute(tx);
  return rows;
}
