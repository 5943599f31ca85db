/** The SQL of services, locations and resources. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { inSavepoint } from "../kit/savepoint.ts";
import { placeColumns, placeTables } from "./place-columns.ts";
import type { PlaceKind, PlaceRow } from "./place.ts";

export async function selectPlace(
  tx: Tx,
  workspaceId: string,
  kind: PlaceKind,
  id: string,
): Promise<PlaceRow | undefined> {
  const { rows } = await sql<PlaceRow>`
    select ${placeColumns[kind]} from ${placeTables[kind]} where workspace_id = ${workspaceId} and id = ${id}`.execute(
    tx,
  );
  return rows[0];
}

/** The row, locked against other changes until the transaction ends. */
export async function lockPlace(
  tx: Tx,
  workspaceId: string,
  kind: PlaceKind,
  id: string,
): Promise<PlaceRow | undefined> {
  const { rows } = await sql<PlaceRow>`
    select ${placeColumns[kind]} from ${placeTables[kind]}
    where workspace_id = ${workspaceId} and id = ${id} for no key update`.execute(tx);
  return rows[0];
}

/** The one of that name that is not archived. */
export async function selectPlaceByName(
  tx: Tx,
  workspaceId: string,
  kind: PlaceKind,
  name: string,
): Promise<PlaceRow | undefined> {
  const { rows } = await sql<PlaceRow>`
    select ${placeColumns[kind]} from ${placeTables[kind]}
    where workspace_id = ${workspaceId} and name_key = name_key(${name}) and archived_at is null`.execute(tx);
  return rows[0];
}

/** By name, found by any part of it without regard to case and accents; `after` is the last one of the previous page. */
export async function selectPlaces(
  tx: Tx,
  workspaceId: string,
  kind: PlaceKind,
  options: { query: string | null; archived: boolean; after: { name: string; id: string } | null; limit: number },
): Promise<(PlaceRow & { sort_name: string })[]> {
  const { query, archived, after, limit } = options;
  const { rows } = await sql<PlaceRow & { sort_name: string }>`
    select ${placeColumns[kind]}, name_key as sort_name from ${placeTables[kind]}
    where workspace_id = ${workspaceId} and (${archived} or archived_at is null)
      and (${query}::text is null or strpos(fold(name_key), fold(name_key(${query}))) > 0)
      and (${after?.name ?? null}::text is null or (name_key, id) > (${after?.name ?? null}, ${after?.id ?? null}::uuid))
    order by name_key, id limit ${limit}`.execute(tx);
  return rows;
}

/** Only the name; false when one that is not archived has it. */
export async function insertPlace(
  tx: Tx,
  workspaceId: string,
  kind: PlaceKind,
  place: { id: string; name: string; at: Date },
): Promise<boolean> {
  const { id, name, at } = place;
  const { rows } = await sql`
    insert into ${placeTables[kind]} (workspace_id, id, name, created_at, updated_at)
    values (${workspaceId}, ${id}, ${name}, ${at}, ${at}) on conflict do nothing returning id`.execute(tx);
  return rows.length > 0;
}

/** How many there are that are not archived. */
export async function countPlaces(tx: Tx, workspaceId: string, kind: PlaceKind): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from ${placeTables[kind]}
    where workspace_id = ${workspaceId} and archived_at is null`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** Writes all columns that can change; false where another that is not archived has got the name meanwhile. */
export async function updatePlace(tx: Tx, workspaceId: string, row: PlaceRow): Promise<boolean> {
  try {
    await inSavepoint(tx, () =>
      sql`
        update ${placeTables[row.kind]}
        set name = ${row.name}, archived_at = ${row.archived_at}, updated_at = ${row.updated_at}, ${ownColumns(row)}
        where workspace_id = ${workspaceId} and id = ${row.id}`.execute(tx),
    );
    return true;
  } catch (error) {
    if (!/^(services|locations|resources)_name$/.test(String((error as { constraint?: string }).constraint)))
      throw error;
    return false;
  }
}

function ownColumns(row: PlaceRow): RawBuilder<unknown> {
  const columns = {
    service: sql`duration_minutes = ${row.duration_minutes}, price = ${row.price}, currency = ${row.currency}`,
    location: sql`address = ${row.address}, phone = ${row.phone}, directions = ${row.directions},
      time_zone = ${row.time_zone}, remote = ${row.remote}`,
    resource: sql`mobile = ${row.mobile}, email = ${row.email}, locale = ${row.locale}`,
  };
  return columns[row.kind];
}

/** The services whose name has this in it. */
export async function findServicesNamed(tx: Tx, workspaceId: string, part: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from services
    where workspace_id = ${workspaceId} and strpos(fold(name_key), fold(name_key(${part}))) > 0
    order by name_key limit 100`.execute(tx);
  return rows.map(({ id }) => id);
}
