/** Begins a bulk change: checks whom it is about and what it does, and adds the job that does it. */
import type { BulkInput } from "../../../contract/bulk-changes.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid, notFound, Problem } from "../../kit/errors.ts";
import { isId, newId } from "../../kit/id.ts";
import type { Jobs } from "../../kit/jobs.ts";
import { lockContactsOf, selectListByName } from "../lists-store.ts";
import { createList, getList, listNow } from "../lists.ts";
import { readSearchQuery } from "../search-query.ts";
import { type BulkRow, deleteFinishedBefore, insertBulk } from "./bulk-store.ts";

/** The job's name. */
export const bulkJob = "contacts.bulk";

export interface BulkJob {
  workspace_id: string;
  id: string;
}

const day = 86_400_000;
const keptFor = 30 * day;

/** Stores a change and its job. 422 for one that says nothing or two things, 404 for a contact or list that does not exist. */
export async function startBulk(
  tx: Tx,
  { workspaceId, by, input, at, jobs }: { workspaceId: string; by: string; input: BulkInput; at: Date; jobs: Jobs },
): Promise<{ id: string }> {
  const whom = await readWhere(tx, workspaceId, input.where);
  const what = await readAction(tx, workspaceId, input.action, at);
  const id = newId(at);
  await insertBulk(tx, workspaceId, { id, ...whom, ...what, created_by: by, created_at: at });
  await deleteFinishedBefore(tx, workspaceId, new Date(at.getTime() - keptFor));
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action: "bulk.started",
    target: { type: "bulk", id },
    // Without the query, which may name a person.
    after: {
      action: what.action,
      ...(what.list_name !== null && { list: what.list_name }),
      ...(what.marketing !== null && { marketing: what.marketing }),
      contacts: whom.total ?? (whom.query || whom.in_list ? "matching" : "all"),
    },
  });
  await addBulkJob(jobs, tx, { workspace_id: workspaceId, id });
  return { id };
}

/** Adds the job of a change, once however often it is added before it begins. */
export const addBulkJob = (jobs: Jobs, tx: Tx, job: BulkJob) => jobs.add(tx, bulkJob, job, { key: `bulk ${job.id}` });

async function readWhere(
  tx: Tx,
  workspaceId: string,
  { contacts, query, list, all }: BulkInput["where"],
): Promise<Pick<BulkRow, "contacts" | "query" | "in_list" | "total">> {
  const ways = [contacts, query ?? list, all].filter((way) => way !== undefined).length;
  if (ways !== 1) {
    throw invalid(
      "invalid_where",
      "Say whom with `contacts`, with `query` and `list` or one of them, or with `all`.",
      "where",
      Object.keys({ contacts, query, list, all }).filter((_, i) => [contacts, query, list, all][i] !== undefined),
    );
  }
  if (contacts) {
    const ids = [...new Set(contacts.map((each) => each.toLowerCase()))].sort();
    const found = new Set(await lockContactsOf(tx, workspaceId, ids));
    const missing = ids.find((each) => !found.has(each));
    if (missing !== undefined) {
      throw new Problem(404, "not_found", `There is no contact ${missing}.`, {
        field: "where.contacts",
        value: missing,
      });
    }
    return { contacts: ids, query: null, in_list: null, total: ids.length };
  }
  // A text without a visible character finds everybody, which nobody means by it.
  if (query !== undefined && (await readSearchQuery(tx, workspaceId, query)) === null)
    throw invalid("invalid_where", "The query is empty. Say `all` to change all contacts.", "where.query", query);
  if (list) await getList(tx, workspaceId, list);
  return { contacts: null, query: query ?? null, in_list: list ?? null, total: null };
}

async function readAction(
  tx: Tx,
  workspaceId: string,
  given: BulkInput["action"],
  at: Date,
): Promise<Pick<BulkRow, "action" | "list_id" | "list_name" | "marketing">> {
  const [action, ...others] = (["add_to_list", "remove_from_list", "delete", "marketing"] as const).filter(
    (name) => given[name] !== undefined,
  );
  if (!action || others.length > 0) {
    throw invalid(
      "invalid_action",
      "Name one action: add_to_list, remove_from_list, delete or marketing.",
      "action",
      Object.keys(given),
    );
  }
  const none = { list_id: null, list_name: null, marketing: null };
  if (action === "marketing") return { ...none, action, marketing: given.marketing ?? null };
  if (action === "delete") return { ...none, action };
  const list = await listFor(tx, workspaceId, action, given[action] ?? "", at);
  return { ...none, action, list_id: list.id, list_name: list.name };
}

/** The list with this id; else, by its name, a new one to add to, or an existing one to remove from. */
async function listFor(
  tx: Tx,
  workspaceId: string,
  action: "add_to_list" | "remove_from_list",
  ref: string,
  at: Date,
): Promise<{ id: string; name: string }> {
  if (isId(ref)) {
    await listNow(tx, workspaceId, ref);
    return getList(tx, workspaceId, ref);
  }
  if (action === "add_to_list") return createList(tx, workspaceId, ref, at);
  const list = await selectListByName(tx, workspaceId, ref);
  if (!list) throw notFound("list", ref);
  return list;
}
