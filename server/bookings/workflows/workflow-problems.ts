/** What keeps a workflow from ever firing or sending, as things are now. */
import { sql } from "kysely";
import type { Workflow } from "../../../contract/workflows.ts";
import { selectList } from "../../contacts/lists-store.ts";
import type { Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { resolveAddress } from "../../senders/senders.ts";
import { findWebhook } from "../../webhooks/webhooks-store.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { readStatuses, standsFor } from "../booking-statuses.ts";
import { needsAccess } from "./access-of-texts.ts";
import { senderAddressOf } from "./workflow-sender.ts";
import type { StoredAction, WorkflowRow } from "./workflow.ts";

type Found = Workflow["problems"][number];

/** In the order of its parts; none where all is well. */
export async function problemsOf(tx: Tx, row: WorkflowRow): Promise<Found[]> {
  const problems = await archivedConditions(tx, row);
  for (const [i, action] of row.do.entries()) problems.push(...(await ofAction(tx, row, action, `do.${i}`)));
  return problems;
}

const kinds = { services: "service", locations: "location", resources: "resource" } as const;

/** A condition of which everything is archived is never met by a new booking. */
async function archivedConditions(tx: Tx, { workspace_id, when }: WorkflowRow): Promise<Found[]> {
  const problems: Found[] = [];
  for (const field of Object.keys(kinds) as (keyof typeof kinds)[]) {
    const ids = when[field] ?? [];
    if (ids.length === 0) continue;
    const { rows } = await sql<{ n: number }>`
      select count(*)::int as n from ${sql.table(field)} t
      where t.workspace_id = ${workspace_id} and t.id = any(${`{${ids.join(",")}}`}::uuid[]) and t.archived_at is null`.execute(
      tx,
    );
    if (rows[0]?.n !== 0) continue;
    const message = `Every ${kinds[field]} that it is for is archived, so it fires for no new booking.`;
    problems.push({ code: "condition_never_met", message, field: `when.${field}`, value: ids });
  }
  return problems;
}

async function ofAction(tx: Tx, row: WorkflowRow, action: StoredAction, field: string): Promise<Found[]> {
  const { workspace_id: workspaceId } = row;
  const gone = (what: string, value: string): Found[] => [
    { code: `${what}_gone`, message: `The ${what} that it names is gone.`, field: `${field}.${what}`, value },
  ];
  switch (action.action) {
    case "webhook": {
      const webhook = await findWebhook(tx, workspaceId, action.webhook);
      return webhook?.enabled ? [] : gone("webhook", action.webhook);
    }
    case "set_contact":
      return action.list !== undefined && !(await selectList(tx, workspaceId, action.list))
        ? gone("list", action.list)
        : [];
    case "change_status":
      return standsFor(action.status, await readStatuses(tx, workspaceId)) ? [] : gone("status", action.status);
    case "send_email": {
      const { text, texts = {}, subject, subjects = {} } = action;
      return ofAccess(tx, row, [text, subject, ...Object.values(texts), ...Object.values(subjects)], field);
    }
    case "send_sms":
      return [
        ...(await ofSender(tx, row, action, field)),
        ...(await ofAccess(tx, row, [action.text, ...Object.values(action.texts ?? {})], field)),
      ];
  }
}

async function ofSender(
  tx: Tx,
  row: WorkflowRow,
  action: Extract<StoredAction, { action: "send_sms" }>,
  field: string,
): Promise<Found[]> {
  const problems: Found[] = [];
  const workspace = await getWorkspace(tx, row.workspace_id);
  const own = action.sender ?? workspace.workflow_sender;
  // The usual name is made with the first text; where names do not work a default sender is needed.
  if (own !== null || senderAddressOf(workspace, null) === null) {
    try {
      await resolveAddress(tx, row.workspace_id, own);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push({ code: "no_sender", message: error.message, field: `${field}.sender`, value: own });
    }
  }
  return problems;
}

async function ofAccess(tx: Tx, row: WorkflowRow, texts: readonly string[], field: string): Promise<Found[]> {
  if (!texts.some((text) => needsAccess(row, text))) return [];
  if ((await getWorkspace(tx, row.workspace_id)).customer_access) return [];
  const message = "Its text names access.link, but customers get no access: it is not sent until they do.";
  return [{ code: "no_access", message, field: `${field}.text`, value: null }];
}
