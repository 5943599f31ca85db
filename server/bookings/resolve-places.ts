/** Finds the services, locations and resources that a caller names by id or by name. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import { isId } from "../kit/id.ts";
import { placeColumns, placeTables } from "./place-columns.ts";
import type { LocationRow, PlaceKind, PlaceRow, PlaceRows, ResourceRow, ServiceRow } from "./place.ts";

/** Ids or names. */
type Refs = Record<PlaceKind, readonly string[]>;

interface Options {
  /** Whether a name may be that of an archived one, where no other has it. By its id an archived one is always found. */
  allowArchived?: boolean;
}

/**
 * The service, location and resources of a booking, each by its id or name; of resources named twice the first counts. One statement,
 * and none when nothing is given. 422 `unknown_service`, `unknown_location` or `unknown_resource` names what there is none of.
 */
export async function resolvePlaces(
  tx: Tx,
  workspaceId: string,
  refs: { service?: string | null; location?: string | null; resources?: readonly string[] },
  options: Options & { fieldPrefix?: string } = {},
): Promise<{ service: ServiceRow | null; location: LocationRow | null; resources: ResourceRow[] }> {
  const { service, location, resources = [] } = refs;
  const { fieldPrefix = "" } = options;
  const given = { service: service ? [service] : [], location: location ? [location] : [], resource: resources };
  const found = await findPlaces(tx, workspaceId, given, options);
  return {
    service: allOf("service", given.service, found, `${fieldPrefix}service`)[0] ?? null,
    location: allOf("location", given.location, found, `${fieldPrefix}location`)[0] ?? null,
    resources: allOf("resource", resources, found, `${fieldPrefix}resources`),
  };
}

/** Those of one kind, as `resolvePlaces` finds them. */
export async function resolveMany<Kind extends PlaceKind>(
  tx: Tx,
  workspaceId: string,
  kind: Kind,
  refs: readonly string[],
  field: string,
  options: Options = {},
): Promise<PlaceRows[Kind][]> {
  const given = { service: [], location: [], resource: [], [kind]: refs };
  return allOf(kind, refs, await findPlaces(tx, workspaceId, given, options), field);
}

/** What was found, in the order of its refs and each once; 422 for the first that was not. */
function allOf<Kind extends PlaceKind>(
  kind: Kind,
  refs: readonly string[],
  found: readonly FoundRow[],
  field: string,
): PlaceRows[Kind][] {
  const byPlace = new Map(found.filter((row) => row.kind === kind).map((row) => [row.place, row]));
  const rows = new Map<string, PlaceRows[Kind]>();
  refs.forEach((ref, place) => {
    const row = byPlace.get(place);
    if (!row) throw invalid(`unknown_${kind}`, `There is no ${kind} ${isId(ref) ? ref : `"${ref}"`}.`, field, ref);
    if (!rows.has(row.id)) rows.set(row.id, row);
  });
  return [...rows.values()];
}

/** `place`: which of the refs of its kind it was found by. */
type FoundRow = PlaceRow & { place: number };

async function findPlaces(
  tx: Tx,
  workspaceId: string,
  refs: Refs,
  { allowArchived = false }: Options,
): Promise<FoundRow[]> {
  if (refs.service.length + refs.location.length + refs.resource.length === 0) return [];
  const branch = (kind: PlaceKind) => sql`
    select ${placeColumns[kind]}, given.place from (${wanted(refs[kind])}) as given, ${placeTables[kind]}
    where workspace_id = ${workspaceId}
      and (id = given.wanted_id or name_key = given.wanted_key ${allowArchived ? sql`` : sql`and archived_at is null`})`;
  const { rows } = await sql<FoundRow>`
    select * from (${branch("service")} union all ${branch("location")} union all ${branch("resource")}) as found
    -- Of those of one name the last one in this order is taken: what is not archived, else what was archived last.
    order by archived_at nulls last`.execute(tx);
  return rows;
}

/** The refs as a table; the key of a name is computed once, not for each row that it is compared with. */
const wanted = (refs: readonly string[]) => sql`
  select wanted_id, name_key(wanted_name) as wanted_key, place::integer - 1 as place
  from unnest(${refs.map((ref) => (isId(ref) ? ref : null))}::uuid[], ${refs.map((ref) => (isId(ref) ? null : ref))}::text[])
    with ordinality as ref (wanted_id, wanted_name, place) offset 0`;
