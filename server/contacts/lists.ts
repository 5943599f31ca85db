/** Named sets of contacts. */
import { type List, ListInput } from "../../contract/lists.ts";
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import { cut, readCursor, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid, notFound, Problem } from "../kit/errors.ts";
import { isId, newId } from "../kit/id.ts";
import * as store from "./lists-store.ts";

/** Creates an empty list; 409 when the name is taken. */
export async function createList(tx: Tx, workspaceId: string, name: string, at: Date): Promise<List> {
  const id = newId(at);
  if (!(await store.insertList(tx, workspaceId, { id, name, at }))) throw await nameTaken(tx, workspaceId, name);
  await recordAuditEvent(tx, { workspaceId, at, action: "list.created", target: { type: "list", id, name } });
  return getList(tx, workspaceId, id);
}

/** One list; 404 when the workspace has none of that id. */
export async function getList(tx: Tx, workspaceId: string, id: string): Promise<List> {
  const row = await store.selectList(tx, workspaceId, id);
  if (!row) throw notFound("list", id);
  return present(row);
}

/** One page of the lists whose name contains the query, by name. */
export async function listLists(
  tx: Tx,
  workspaceId: string,
  search: { query?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<{ items: List[]; next_cursor: string | null }> {
  const [name, id] = search.cursor ? readCursor(search.cursor, "name", 2) : [];
  const rows = await store.selectLists(tx, workspaceId, {
    query: search.query || null,
    after: name !== undefined && id !== undefined ? { name, id } : null,
    limit: search.limit + 1,
  });
  const page = cut(rows, search.limit, (row) => writeCursor("name", row.sort_name, row.id));
  return { items: page.items.map(present), next_cursor: page.next_cursor };
}

/** Renames a list; 409 when the name is taken. */
export async function renameList(tx: Tx, workspaceId: string, id: string, name: string, at: Date): Promise<List> {
  if (!(await store.lockList(tx, workspaceId, id, "for update"))) throw notFound("list", id);
  const other = await store.selectListByName(tx, workspaceId, name);
  if (other && other.id !== id) throw await nameTaken(tx, workspaceId, name);
  const before = await getList(tx, workspaceId, id);
  await store.updateListName(tx, workspaceId, id, name);
  const event = { workspaceId, at, action: "list.renamed", target: { type: "list", id, name: before.name } } as const;
  await recordChange(tx, event, { name: before.name }, { name });
  return getList(tx, workspaceId, id);
}

/** Deletes a list but not its contacts; 409 while an unsent campaign uses it. */
export async function deleteList(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  if (!(await store.lockList(tx, workspaceId, id, "for update"))) throw notFound("list", id);
  const campaign = await store.selectUnsentCampaignNaming(tx, workspaceId, id);
  if (campaign) {
    throw conflict(
      "list_in_use",
      `The campaign "${campaign.name}" (${campaign.id}) is not sent yet and names this list.`,
      { field: "campaign", value: campaign.name },
    );
  }
  const { name, members } = await getList(tx, workspaceId, id);
  await store.deleteListRow(tx, workspaceId, id);
  const target = { type: "list", id, name };
  await recordAuditEvent(tx, { workspaceId, at, action: "list.deleted", target, before: { members } });
}

/** Adds contacts to a list, ignoring those already on it. 404 names a contact that the workspace does not have. */
export async function addMembers(
  tx: Tx,
  workspaceId: string,
  id: string,
  contacts: string[],
  at: Date,
): Promise<{ added: number; members: number }> {
  if (!(await store.lockList(tx, workspaceId, id, "for key share"))) throw notFound("list", id);
  const found = new Set(await store.lockContactsOf(tx, workspaceId, contacts));
  const missing = contacts.find((contact) => !found.has(contact.toLowerCase()));
  if (missing !== undefined) {
    throw new Problem(404, "not_found", `There is no contact ${missing}.`, { field: "contacts", value: missing });
  }
  const added = await store.insertMembers(tx, workspaceId, id, [...found]);
  const { name, members } = await getList(tx, workspaceId, id);
  const target = { type: "list", id, name };
  await recordAuditEvent(tx, { workspaceId, at, action: "list.members_added", target, after: { added } });
  return { added, members };
}

/** Removes contacts from a list, ignoring those that are not on it. */
export async function removeMembers(
  tx: Tx,
  workspaceId: string,
  id: string,
  contacts: string[],
  at: Date,
): Promise<{ removed: number; members: number }> {
  if (!(await store.lockList(tx, workspaceId, id, "for key share"))) throw notFound("list", id);
  const removed = await store.deleteMembers(tx, workspaceId, id, contacts);
  const { name, members } = await getList(tx, workspaceId, id);
  const target = { type: "list", id, name };
  await recordAuditEvent(tx, { workspaceId, at, action: "list.members_removed", target, after: { removed } });
  return { removed, members };
}

/**
 * The list with this id or name; a list of an unknown name is created. 404 for an unknown id, because a name that looks like an
 * id is more likely a mistake.
 */
export async function findOrCreateList(tx: Tx, workspaceId: string, ref: string, at: Date): Promise<List> {
  if (isId(ref)) return getList(tx, workspaceId, ref);
  const found = await store.selectListByName(tx, workspaceId, ref);
  if (found) return present(found);
  const given = ListInput.safeParse({ name: ref });
  if (!given.success) throw invalid("invalid_list", `"${ref}" cannot be the name of a list.`, "list", ref);
  const { name } = given.data;
  const id = newId(at);
  // Another transaction may have created it in the meantime.
  if (await store.insertList(tx, workspaceId, { id, name, at })) return getList(tx, workspaceId, id);
  const other = await store.selectListByName(tx, workspaceId, ref);
  if (!other) throw notFound("list", ref);
  return present(other);
}

async function nameTaken(tx: Tx, workspaceId: string, name: string): Promise<Problem> {
  const other = await store.selectListByName(tx, workspaceId, name);
  return conflict("name_taken", `The list ${other?.id} is called "${other?.name}" already.`, {
    field: "name",
    value: name,
  });
}

function present(row: store.ListRow): List {
  return { id: row.id, name: row.name, members: row.members, created_at: row.created_at.toISOString() };
}

/** Whether the list exists; if so, it cannot be deleted until the transaction ends. */
export const listNow = (tx: Tx, workspaceId: string, id: string) =>
  store.lockList(tx, workspaceId, id, "for key share");
