/** Creating, reading, changing and archiving services, locations and resources. */
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import { cut, readCursor, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, notFound, type Problem } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import { noteClockChange } from "../workspaces/clock-changes.ts";
import { getWorkspace, type WorkspaceRow } from "../workspaces/workspace.ts";
import {
  type PlaceAnswers,
  type PlaceInput,
  type PlaceKind,
  type PlaceRow,
  presentPlace,
  readPlaceInput,
  withFields,
} from "./place.ts";
import * as store from "./places-store.ts";

/** How many of a kind a workspace has besides archived ones: pages and texts list them, and a search goes through their names. */
const most: Record<PlaceKind, number> = { service: 5_000, location: 1_000, resource: 5_000 };

/** Creates one; 422 for an invalid field, 409 when another that is not archived has the name, or there are too many. */
export async function createPlace<Kind extends PlaceKind>(
  tx: Tx,
  workspaceId: string,
  kind: Kind,
  { name, ...input }: PlaceInput & { name: string },
  at: Date,
): Promise<PlaceAnswers[Kind]> {
  const workspace = await getWorkspace(tx, workspaceId);
  const fields = readPlaceInput(input, workspace.country);
  const id = newId(at);
  await requireRoom(tx, workspaceId, kind);
  if (!(await store.insertPlace(tx, workspaceId, kind, { id, name, at })))
    throw await nameTaken(tx, workspaceId, kind, name);
  const made = withFields(await requirePlace(tx, workspaceId, kind, id), fields, workspace.country);
  await store.updatePlace(tx, workspaceId, made);
  if (made.time_zone !== null) await noteClockChange(tx, workspaceId, at);
  await recordAuditEvent(tx, { workspaceId, at, action: `${kind}.created`, target: { type: kind, id, name } });
  return present(kind, made, workspace);
}

/** One, also an archived one; 404 when the workspace has none of that id. */
export async function getPlace<Kind extends PlaceKind>(
  tx: Tx,
  workspaceId: string,
  kind: Kind,
  id: string,
): Promise<PlaceAnswers[Kind]> {
  const workspace = await getWorkspace(tx, workspaceId);
  return present(kind, await requirePlace(tx, workspaceId, kind, id), workspace);
}

/** One page of those whose name contains the query, by name. */
export async function listPlaces<Kind extends PlaceKind>(
  tx: Tx,
  workspaceId: string,
  kind: Kind,
  search: { query?: string; archived: "true" | "false"; cursor?: string; limit: number },
): Promise<{ items: PlaceAnswers[Kind][]; next_cursor: string | null }> {
  const workspace = await getWorkspace(tx, workspaceId);
  const [name, id] = search.cursor ? readCursor(search.cursor, "name", 2) : [];
  const rows = await store.selectPlaces(tx, workspaceId, kind, {
    query: search.query || null,
    archived: search.archived === "true",
    after: name !== undefined && id !== undefined ? { name, id } : null,
    limit: search.limit + 1,
  });
  const page = cut(rows, search.limit, (row) => writeCursor("name", row.sort_name, row.id));
  return { items: page.items.map((row) => present(kind, row, workspace)), next_cursor: page.next_cursor };
}

/** Changes the given fields, archives or restores; 409 when another that is not archived has the name, or there are too many. */
export async function updatePlace<Kind extends PlaceKind>(
  tx: Tx,
  workspaceId: string,
  kind: Kind,
  id: string,
  { archived, ...input }: PlaceInput & { name?: string; archived?: boolean },
  at: Date,
): Promise<PlaceAnswers[Kind]> {
  const workspace = await getWorkspace(tx, workspaceId);
  const fields = readPlaceInput(input, workspace.country);
  const before = await store.lockPlace(tx, workspaceId, kind, id);
  if (!before) throw notFound(kind, id);
  const archivedAt = archived === undefined ? before.archived_at : archived ? (before.archived_at ?? at) : null;
  const named = { ...before, name: input.name ?? before.name, archived_at: archivedAt, updated_at: at };
  const after = withFields(named, fields, workspace.country);
  if (before.archived_at && !after.archived_at) await requireRoom(tx, workspaceId, kind);
  if (!(await store.updatePlace(tx, workspaceId, after))) throw await nameTaken(tx, workspaceId, kind, after.name);
  if (after.time_zone !== before.time_zone) await noteClockChange(tx, workspaceId, at);
  await recordUpdate(tx, workspaceId, before, after, at);
  return present(kind, after, workspace);
}

/** Archives one; what is archived stays as it is. */
export async function archivePlace(tx: Tx, workspaceId: string, kind: PlaceKind, id: string, at: Date): Promise<void> {
  await updatePlace(tx, workspaceId, kind, id, { archived: true }, at);
}

async function requirePlace(tx: Tx, workspaceId: string, kind: PlaceKind, id: string): Promise<PlaceRow> {
  const row = await store.selectPlace(tx, workspaceId, kind, id);
  if (!row) throw notFound(kind, id);
  return row;
}

/** A mobile number and an e-mail address are an employee's: of those only that they changed. */
const hidden = ["mobile", "email"];

async function recordUpdate(tx: Tx, workspaceId: string, before: PlaceRow, after: PlaceRow, at: Date): Promise<void> {
  const target = { type: before.kind, id: before.id, name: before.name };
  // Archiving is an event of its own, and the time of the change is the event's.
  const fields = { ...after, archived_at: before.archived_at, updated_at: before.updated_at };
  await recordChange(tx, { workspaceId, at, action: `${before.kind}.updated`, target }, before, fields, hidden);
  if (after.archived_at === before.archived_at) return;
  const action = `${before.kind}.${after.archived_at ? "archived" : "restored"}` as const;
  await recordAuditEvent(tx, { workspaceId, at, action, target });
}

const present = <Kind extends PlaceKind>(kind: Kind, row: PlaceRow, workspace: WorkspaceRow): PlaceAnswers[Kind] =>
  presentPlace[kind](row, workspace);

async function requireRoom(tx: Tx, workspaceId: string, kind: PlaceKind): Promise<void> {
  if ((await store.countPlaces(tx, workspaceId, kind)) < most[kind]) return;
  throw conflict(`too_many_${kind}s`, `A workspace has at most ${most[kind]} ${kind}s that are not archived.`, {
    value: most[kind],
  });
}

/** 409, naming the one that has the name, which may have given it up by now. */
async function nameTaken(tx: Tx, workspaceId: string, kind: PlaceKind, name: string): Promise<Problem> {
  const other = await store.selectPlaceByName(tx, workspaceId, kind, name);
  const message = other
    ? `The ${kind} ${other.id} is called "${other.name}" already.`
    : `Another ${kind} was just called "${name}".`;
  return conflict("name_taken", message, { field: "name", value: name });
}
