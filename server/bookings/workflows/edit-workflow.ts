/** Making, changing, copying and deleting workflows. None of it sends anything, and none of it reaches back. */
import type { Workflow, WorkflowChange, WorkflowInput } from "../../../contract/workflows.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { cut, readCursor, writeCursor } from "../../kit/cursor.ts";
import type { Tx } from "../../kit/db.ts";
import { conflict, notFound } from "../../kit/errors.ts";
import { newId } from "../../kit/id.ts";
import { noteClockChange } from "../../workspaces/clock-changes.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { checkActions, checkWhen } from "./check-workflow.ts";
import { problemsOf } from "./workflow-problems.ts";
import type { WorkflowRow } from "./workflow.ts";
import * as store from "./workflows-store.ts";

const mostWorkflows = 500;

type Given = Omit<WorkflowInput, "also_ahead"> & { also_ahead?: boolean | undefined };

/** Makes a workflow; 422 names the field and value that cannot be, 409 where the workspace has too many. */
export async function createWorkflow(
  tx: Tx,
  workspaceId: string,
  input: Given,
  { at, by }: { at: Date; by: string },
): Promise<Workflow> {
  if ((await store.countWorkflows(tx, workspaceId)) >= mostWorkflows)
    throw conflict("too_many_workflows", `A workspace has at most ${mostWorkflows} workflows.`, {
      value: mostWorkflows,
    });
  const { country } = await getWorkspace(tx, workspaceId);
  const scope = { workspaceId, country, at };
  const row: WorkflowRow = {
    workspace_id: workspaceId,
    id: newId(at),
    name: input.name,
    enabled: input.enabled,
    ...(await checkWhen(tx, scope, input.when)),
    do: await checkActions(tx, scope, input.when.trigger, input.do),
    ask_for_reply: input.ask_for_reply,
    merge: input.merge,
    enabled_at: input.enabled ? at : null,
    also_ahead: input.enabled && input.also_ahead === true,
    revision: 1,
    sent_count: 0,
    last_sent_at: null,
    deleted_at: null,
    created_by: by,
    created_at: at,
    updated_at: at,
  };
  await store.insertWorkflow(tx, row);
  if (row.enabled && row.unit !== null) await noteClockChange(tx, workspaceId, at);
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action: "workflow.created",
    target: targetOf(row),
    after: { trigger: row.trigger, enabled: row.enabled },
  });
  return presentWorkflow(tx, row);
}

/** Changes a workflow; 409 `workflow_changed` where it is not of the given revision any more. */
export async function changeWorkflow(
  tx: Tx,
  workspaceId: string,
  id: string,
  change: WorkflowChange,
  at: Date,
): Promise<Workflow> {
  const before = await store.lockWorkflow(tx, workspaceId, id);
  if (!before) throw notFound("workflow", id);
  if (change.revision !== undefined && change.revision !== before.revision)
    throw conflict("workflow_changed", "Somebody has changed this workflow since you read it.", {
      field: "revision",
      value: before.revision,
    });
  const { country } = await getWorkspace(tx, workspaceId);
  const scope = { workspaceId, country, at };
  const when = change.when ? await checkWhen(tx, scope, change.when) : null;
  const trigger = when?.trigger ?? before.trigger;
  // With another trigger a text may name something that is not there.
  const actions = change.do ?? (trigger === before.trigger ? null : before.do);
  const row: WorkflowRow = {
    ...before,
    ...when,
    name: change.name ?? before.name,
    do: actions ? await checkActions(tx, scope, trigger, actions) : before.do,
    ask_for_reply: change.ask_for_reply ?? before.ask_for_reply,
    merge: change.merge ?? before.merge,
    enabled: change.enabled ?? before.enabled,
    revision: before.revision + 1,
    updated_at: at,
  };
  const begins = row.enabled && !before.enabled;
  // What another trigger has told of is not what this one would have.
  if (begins || (row.enabled && row.trigger !== before.trigger)) {
    row.enabled_at = at;
    row.also_ahead = change.also_ahead === true;
  } else if (change.also_ahead === true && row.enabled) row.also_ahead = true;
  await store.updateWorkflow(tx, row);
  if (row.enabled && row.unit !== null) await noteClockChange(tx, workspaceId, at);
  await recordAuditEvent(tx, {
    workspaceId,
    at,
    action: "workflow.updated",
    target: targetOf(before),
    before: summaryOf(before),
    after: { ...summaryOf(row), ...(begins && { also_ahead: row.also_ahead }) },
  });
  return presentWorkflow(tx, row);
}

/** A copy, disabled, with actions of its own. */
export async function cloneWorkflow(
  tx: Tx,
  workspaceId: string,
  id: string,
  { at, by, nameOf }: { at: Date; by: string; nameOf(name: string): string },
): Promise<Workflow> {
  const { name, when, do: actions, ask_for_reply, merge } = await requireWorkflow(tx, workspaceId, id);
  const input = {
    name: nameOf(name),
    enabled: false,
    when,
    do: actions.map(({ id: _, ...action }) => action),
    ask_for_reply,
    merge,
  };
  return createWorkflow(tx, workspaceId, input, { at, by });
}

/** Deletes a workflow. Its name stays for its decisions. */
export async function deleteWorkflow(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  const row = await store.lockWorkflow(tx, workspaceId, id);
  if (!row) throw notFound("workflow", id);
  await store.updateWorkflow(tx, { ...row, enabled: false, deleted_at: at, updated_at: at });
  await recordAuditEvent(tx, { workspaceId, at, action: "workflow.deleted", target: targetOf(row) });
}

/** The workflow; 404 where the workspace has none of that id. */
export async function requireWorkflow(tx: Tx, workspaceId: string, id: string): Promise<WorkflowRow> {
  const row = await store.selectWorkflow(tx, workspaceId, id);
  if (!row) throw notFound("workflow", id);
  return row;
}

/** One page by name. */
export async function listWorkflows(
  tx: Tx,
  workspaceId: string,
  search: {
    query?: string | undefined;
    trigger?: WorkflowRow["trigger"] | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: Workflow[]; next_cursor: string | null }> {
  const [name, id] = search.cursor ? readCursor(search.cursor, "name", 2) : [];
  const rows = await store.selectWorkflows(tx, workspaceId, {
    query: search.query || null,
    trigger: search.trigger ?? null,
    after: name !== undefined && id !== undefined ? { name, id } : null,
    limit: search.limit + 1,
  });
  const page = cut(rows, search.limit, (row) => writeCursor("name", row.sort_name, row.id));
  const items: Workflow[] = [];
  for (const row of page.items) items.push(await presentWorkflow(tx, row));
  return { items, next_cursor: page.next_cursor };
}

/** A workflow as the API shows it. */
export async function presentWorkflow(tx: Tx, row: WorkflowRow): Promise<Workflow> {
  return {
    id: row.id,
    name: row.name,
    enabled: row.enabled,
    when: row.when,
    do: row.do,
    ask_for_reply: row.ask_for_reply,
    merge: row.merge,
    problems: await problemsOf(tx, row),
    revision: row.revision,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    last_sent_at: row.last_sent_at?.toISOString() ?? null,
    sent_count: row.sent_count,
  };
}

const targetOf = ({ id, name }: WorkflowRow) => ({ type: "workflow", id, name });

/** For the audit log: not the texts, which may be long. */
const summaryOf = ({ name, enabled, trigger, revision }: WorkflowRow) => ({ name, enabled, trigger, revision });
