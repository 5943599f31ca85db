/**
 * Recipients who would receive a text with a gap, because they have no value for a placeholder without a default. Placeholders of
 * properties that no contact has are mistakes.
 */
import { type RawBuilder, sql } from "kysely";
import type { Template, TemplateValues } from "../../rules/placeholders.ts";
import { renderText } from "../../rules/render-text.ts";
import { isBlankText, lacksProperty } from "../contacts/properties.ts";
import type { Tx } from "../kit/db.ts";
import { setLocal } from "../kit/set-local.ts";
import { type Audience, willGet } from "./audience.ts";
import type { SuppressionRule } from "./suppress.ts";

/** A placeholder for which some recipients have no value. */
export interface MissingValue {
  /** The placeholder's names, for none of which they have a value. */
  fields: string[];
  count: number;
  /** The text that one of them would receive, without the opt-out text; null where it would be empty and is not sent. */
  example: string | null;
}

/**
 * Counts them in one pass over the contacts. Nearly all contacts have the values, so only those without are looked up in the
 * audience.
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
  // JIT compilation costs more here than it saves.
  await setLocal(tx, "jit = off", "work_mem = '64MB'");
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

/** Whether `contacts c` has a value for none of the fields, by the same rule as rules/placeholders.ts. */
const lacksAll = (fields: readonly string[]): RawBuilder<boolean> => sql`(${sql.join(fields.map(lacks), sql` and `)})`;

function lacks(field: string): RawBuilder<boolean> {
  const [, name = "", property] = field.split(".");
  if (property !== undefined) return lacksProperty(property);
  const columns = name === "full_name" ? ["first_name", "last_name"] : [name];
  return sql`(${sql.join(
    columns.map((column) => isBlankText(sql.ref(`c.${column}`))),
    sql` and `,
  )})`;
}
