/** Finds the services, locations and resources that a caller names by id or by name. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import { isId } from "../kit/id.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
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
  const byRef = new Map(found.filter((row) => row.kind === kind).map((row) => [row.ref, row]));
  const rows = new Map<string, PlaceRows[Kind]>();
  refs.forEach((ref) => {
    const row = byRef.get(ref);
    if (!row) throw invalid(`unknown_${kind}`, `There is no ${kind} ${isId(ref) ? ref : `"${ref}"`}.`, field, ref);
    if (!rows.has(row.id)) rows.set(row.id, row);
  });
  return [...rows.values()];
}

/** `ref`: what it was found by. */
type FoundRow = PlaceRow & { ref: string };

async function findPlaces(
  tx: Tx,
  workspaceId: string,
  refs: Refs,
  { allowArchived = false }: Options,
): Promise<readonly FoundRow[]> {
  if (refs.service.length + refs.location.length + refs.resource.length === 0) return [];
  return (allowArchived ? findAll : findPresent)(tx, workspaceId, refs);
}

const findPresent = sharedStatement((tx, workspaceId, all: readonly Refs[]) => findRefs(tx, workspaceId, all, false));
const findAll = sharedStatement((tx, workspaceId, all: readonly Refs[]) => findRefs(tx, workspaceId, all, true));

/** What any of all names, for each of them. */
async function findRefs(
  tx: Tx,
  workspaceId: string,
  all: readonly Refs[],
  allowArchived: boolean,
): Promise<(readonly FoundRow[])[]> {
  const refs = (kind: PlaceKind) => [...new Set(all.flatMap((each) => each[kind]))];
  const branch = (kind: PlaceKind) => sql`
    select ${placeColumns[kind]}, given.ref from (${wanted(refs(kind))}) as given, ${placeTables[kind]}
    where workspace_id = ${workspaceId}
      and (id = given.wanted_id or name_key = given.wanted_key ${allowArchived ? sql`` : sql`and archived_at is null`})`;
  const { rows } = await sql<FoundRow>`
    select * from (${branch("service")} union all ${branch("location")} union all ${branch("resource")}) as found
    -- Of those of one name the last one in this order is taken: what is not archived, else what was archived last.
    order by archived_at nulls last`.execute(tx);
  return all.map(() => rows);
}

/** The refs as a table; the key of a name is computed once, not for each row that it is compared with. */
const wanted = (refs: readonly string[]) => sql`
  select ref, wanted_id, name_key(wanted_name) as wanted_key
  from unnest(${refs}::text[], ${refs.map((ref) => (isId(ref) ? ref : null))}::uuid[],
    ${refs.map((ref) => (isId(ref) ? null : ref))}::text[]) as given (ref, wanted_id, wanted_name) offset 0`;
