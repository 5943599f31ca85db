/**
 * Who would get a text with a hole: recipients without a value for a placeholder that has nothing to fall back on. And placeholders of
 * properties that nobody has, which are mistakes.
 */
import { type RawBuilder, sql } from "kysely";
import type { Template, TemplateValues } from "../../rules/placeholders.ts";
import { isBlankText, lacksProperty } from "../contacts/properties.ts";
import type { Tx } from "../kit/db.ts";
import { renderText } from "../messages/render.ts";
import type { SuppressionRule } from "../messages/suppress.ts";
import { type Audience, willGet } from "./audience.ts";

/** A placeholder that some recipients have no value for. */
export interface MissingValue {
  /** The placeholder's names, of which they have none. */
  fields: string[];
  count: number;
  /** What one of them would get, without the opt-out text; null where they get nothing, because nothing is left of it. */
  example: string | null;
}

/**
 * Counts them in one pass over the contacts: whether a value is there is asked first, since nearly everybody has one, and only who has
 * none is looked for in the audience.
 */
export async function findMissingValues(
  tx: Tx,
  rule: SuppressionRule,
  audience: Audience,
  template: Template,
  constant: Pick<TemplateValues, "workspace" | "sender">,
): Promise<MissingValue[]> {
  const needs = template.needs.map((fields) => ({ fields, lacks: lacksAll(fields) }));
  if (needs.length === 0) return [];
  const lacksAny = sql<boolean>`(${sql.join(
    needs.map(({ lacks }) => lacks),
    sql` or `,
  )})`;
  const lacking = willGet(rule, audience, sql`c.*`, lacksAny);
  // Compiling costs more here than it saves.
  await sql.raw("set local jit = off; set local work_mem = '64MB'").execute(tx);
  const figures = needs.map(
    ({ lacks }, i) => sql`count(*) filter (where ${lacks}) as ${sql.ref(`n${i}`)},
      (min(c.id::text collate "C") filter (where ${lacks}))::uuid as ${sql.ref(`first${i}`)}`,
  );
  const { rows } = await sql<Record<string, number | string | null>>`
    select ${sql.join(figures)} from (${lacking}) c`.execute(tx);
  const missing: MissingValue[] = [];
  for (const [i, { fields }] of needs.entries()) {
    const [count, first] = [Number(rows[0]?.[`n${i}`] ?? 0), rows[0]?.[`first${i}`]];
    if (count === 0 || typeof first !== "string") continue;
    const rendered = renderText(template, { contact: await valuesOf(tx, rule.workspaceId, first), ...constant }, null);
    missing.push({ fields, count, example: rendered.ok ? rendered.text : null });
  }
  return missing;
}

async function valuesOf(tx: Tx, workspaceId: string, id: string): Promise<NonNullable<TemplateValues["contact"]>> {
  const { rows } = await sql<NonNullable<TemplateValues["contact"]>>`
    select first_name, last_name, mobile, phone, email, locale, properties from contacts
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0] ?? {};
}

/** Whether `contacts c` has a value for none of the fields, as rules/placeholders.ts reads them. */
const lacksAll = (fields: readonly string[]): RawBuilder<boolean> =>
  sql`(${sql.join(fields.map(lacks), sql` and `)})`;

function lacks(field: string): RawBuilder<boolean> {
  const [, name = "", property] = field.split(".");
  if (property !== undefined) return lacksProperty(property);
  const columns = name === "full_name" ? ["first_name", "last_name"] : [name];
  return sql`(${sql.join(
    columns.map((column) => isBlankText(sql.ref(`c.${column}`))),
    sql` and `,
  )})`;
}
