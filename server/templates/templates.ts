/** Making, changing and archiving templates. What is sent from then on has a change; what was sent has not. */
import type {
  Template,
  TemplateChange,
  TemplateChannel,
  TemplateInput,
  TemplateSummary,
} from "../../contract/templates.ts";
import { type FieldProblem, hasCustomText } from "../../rules/custom-text.ts";
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import { cut, readCursor, writeCursor } from "../kit/cursor.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, invalid, notFound, type Problem } from "../kit/errors.ts";
import { isId, newId } from "../kit/id.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { checkTemplate, type GivenTemplate } from "./check-template.ts";
import * as store from "./templates-store.ts";

type TemplateRow = store.TemplateRow;

/** Of those that are offered; archived ones are bounded too, so that making and archiving in a loop ends. */
export const mostTemplates = 500;
export const mostArchived = 5_000;

interface By {
  at: Date;
  /** Who does it. */
  by: string;
}

/** Makes a template; 422 names the field and value that cannot be, 409 when another has the name or there are too many. */
export async function createTemplate(
  tx: Tx,
  workspaceId: string,
  input: TemplateInput,
  { at, by }: By,
): Promise<Template> {
  await checkRoom(tx, workspaceId);
  const { subject = null, html = null, name, channel, text } = input;
  const { template, warnings } = await check(tx, workspaceId, { channel, subject, text, html });
  const row: TemplateRow = {
    ...template,
    workspace_id: workspaceId,
    id: newId(at),
    name,
    revision: 1,
    archived_at: null,
    changed_by: by,
    created_at: at,
    updated_at: at,
  };
  if (!(await store.insertTemplate(tx, row)))
    throw nameTaken(await store.selectTemplateByName(tx, workspaceId, channel, name), name);
  const after = { channel, revision: 1 };
  await recordAuditEvent(tx, { workspaceId, at, action: "template.created", target: targetOf(row), after });
  return present(row, warnings);
}

/**
 * Changes the given fields, archives or restores. 409 `template_changed` where it is not of the given revision any more; what is there
 * already can be given at any revision, so that a change whose answer was lost can be repeated.
 */
export async function changeTemplate(
  tx: Tx,
  workspaceId: string,
  id: string,
  { revision, archived, name, ...texts }: TemplateChange,
  { at, by }: By,
): Promise<Template> {
  const before = await store.lockTemplate(tx, workspaceId, id);
  if (!before) throw notFound("template", id);
  const { channel, subject, text, html } = { ...before, ...given(texts) };
  const { template, warnings } = await check(tx, workspaceId, { channel, subject, text, html });
  const archivedAt = archived === undefined ? before.archived_at : archived ? (before.archived_at ?? at) : null;
  const wanted: TemplateRow = { ...before, ...template, name: name ?? before.name, archived_at: archivedAt };
  const fields = ["name", "subject", "text", "html", "archived_at"] as const;
  if (fields.every((field) => wanted[field] === before[field])) return present(before, warnings);
  if (revision !== undefined && revision !== before.revision)
    throw conflict("template_changed", `${before.changed_by} has changed this template since you read it.`, {
      field: "revision",
      value: before.revision,
    });
  if (before.archived_at && !wanted.archived_at) await checkRoom(tx, workspaceId);
  const other = wanted.archived_at
    ? undefined
    : await store.selectTemplateByName(tx, workspaceId, wanted.channel, wanted.name);
  if (other && other.id !== before.id) throw nameTaken(other, wanted.name);
  const row = { ...wanted, revision: before.revision + 1, changed_by: by, updated_at: at };
  await store.updateTemplate(tx, row);
  await recordTemplateChange(tx, before, row, at);
  return present(row, warnings);
}

/** Archives one; what is archived stays as it is. */
export async function archiveTemplate(tx: Tx, workspaceId: string, id: string, { at, by }: By): Promise<void> {
  const before = await store.lockTemplate(tx, workspaceId, id);
  if (!before) throw notFound("template", id);
  if (before.archived_at) return;
  const row = { ...before, archived_at: at, revision: before.revision + 1, changed_by: by, updated_at: at };
  await store.updateTemplate(tx, row);
  await recordTemplateChange(tx, before, row, at);
}

/** One, also an archived one, with what may go wrong with it; 404 when the workspace has none of that id. */
export async function getTemplate(tx: Tx, workspaceId: string, id: string): Promise<Template> {
  const row = await store.selectTemplate(tx, workspaceId, id);
  if (!row) throw notFound("template", id);
  const { language } = await getWorkspace(tx, workspaceId);
  return present(row, checkTemplate(row, language).warnings);
}

/**
 * A template by id, also an archived one where `allowArchived`, or by its name; 422 `unknown_template` on `field` where there is none of
 * the channel. What uses a template keeps its id, so it goes on after the template is archived.
 */
export async function requireTemplate(
  tx: Tx,
  workspaceId: string,
  channel: TemplateChannel,
  ref: string,
  { field = "template", allowArchived = false }: { field?: string; allowArchived?: boolean } = {},
): Promise<TemplateRow> {
  const found = isId(ref)
    ? await store.selectTemplate(tx, workspaceId, ref)
    : await store.selectTemplateByName(tx, workspaceId, channel, ref);
  const what = channel === "sms" ? "for SMS" : "for e-mail";
  if (!found) throw invalid("unknown_template", `There is no template "${ref}" ${what}.`, field, ref);
  if (found.channel !== channel)
    throw invalid("wrong_channel", `The template "${found.name}" is not ${what}.`, field, ref);
  if (found.archived_at && !allowArchived)
    throw invalid("archived_template", `The template "${found.name}" is archived.`, field, ref);
  return found;
}

/** One page by name. */
export async function listTemplates(
  tx: Tx,
  workspaceId: string,
  search: {
    query?: string | undefined;
    channel?: TemplateChannel | undefined;
    archived: "true" | "false";
    cursor?: string | undefined;
    limit: number;
  },
): Promise<{ items: TemplateSummary[]; next_cursor: string | null }> {
  const [name, id] = search.cursor ? readCursor(search.cursor, "name", 2) : [];
  const rows = await store.selectTemplates(tx, workspaceId, {
    query: search.query || null,
    channel: search.channel ?? null,
    archived: search.archived === "true",
    after: name !== undefined && id !== undefined ? { name, id } : null,
    limit: search.limit + 1,
  });
  const page = cut(rows, search.limit, (row) => writeCursor("name", row.sort_name, row.id));
  return { items: page.items.map(summaryOf), next_cursor: page.next_cursor };
}

async function check(tx: Tx, workspaceId: string, texts: GivenTemplate) {
  const { language } = await getWorkspace(tx, workspaceId);
  const checked = checkTemplate(texts, language);
  const [problem] = checked.problems;
  if (!problem) return checked;
  const { code, message, field, position, value } = problem;
  throw invalid(code, message, field, position === null ? value : { position, value });
}

async function checkRoom(tx: Tx, workspaceId: string): Promise<void> {
  const { offered, total } = await store.countTemplates(tx, workspaceId);
  if (offered >= mostTemplates)
    throw conflict("too_many_templates", `A workspace has at most ${mostTemplates} templates. Archive some first.`, {
      value: mostTemplates,
    });
  if (total >= mostTemplates + mostArchived)
    throw conflict("too_many_templates", `A workspace has at most ${mostArchived} archived templates.`, {
      value: mostArchived,
    });
}

/** The fields that are given: of an optional one also null. */
const given = (texts: Pick<TemplateChange, "subject" | "text" | "html">): Partial<GivenTemplate> =>
  Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));

function present(row: TemplateRow, warnings: FieldProblem[]): Template {
  return { ...shown(row), custom_text: hasCustomText(row.text) || hasCustomText(row.html), html: row.html, warnings };
}

const summaryOf = (row: store.ListedTemplate): TemplateSummary => ({
  ...shown(row),
  custom_text: hasCustomText(row.text) || row.html_custom_text,
  has_html: row.has_html,
});

const shown = (row: Omit<TemplateRow, "html">) => ({
  id: row.id,
  name: row.name,
  channel: row.channel,
  subject: row.subject,
  text: row.text,
  archived: row.archived_at !== null,
  revision: row.revision,
  created_at: row.created_at.toISOString(),
  updated_at: row.updated_at.toISOString(),
});

async function recordTemplateChange(tx: Tx, before: TemplateRow, after: TemplateRow, at: Date): Promise<void> {
  const target = targetOf(before);
  const { workspace_id: workspaceId } = before;
  const compared = ({ name, subject, text, html }: TemplateRow) => ({ name, subject, text, html });
  // Of texts only that they changed: they may be long.
  const event = { workspaceId, at, action: "template.updated", target } as const;
  await recordChange(tx, event, compared(before), compared(after), ["text", "html"]);
  if ((after.archived_at === null) === (before.archived_at === null)) return;
  const action = after.archived_at ? "template.archived" : "template.restored";
  await recordAuditEvent(tx, { workspaceId, at, action, target });
}

const targetOf = ({ id, name }: TemplateRow) => ({ type: "template", id, name });

const nameTaken = (other: TemplateRow | undefined, name: string): Problem =>
  conflict("name_taken", `The template ${other?.id} is called "${other?.name}" already.`, {
    field: "name",
    value: name,
  });
