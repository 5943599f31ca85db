/** Counts the exact segments of an audience with one rendering for all contacts with the same values. */
import { type RawBuilder, sql } from "kysely";
import type { Template, TemplateValues } from "../../rules/placeholders.ts";
import { renderText } from "../../rules/render-text.ts";
import type { Tx } from "../kit/db.ts";
import { setLocal } from "../kit/set-local.ts";
import { type Audience, willGet } from "./audience.ts";
import type { SuppressionRule } from "./suppress.ts";

/** Combinations of values fetched at a time, which bounds the memory where every contact has its own. */
const fetched = 5_000;

/**
 * Counts recipients and segments. PostgreSQL groups the audience by the columns that the text uses, so that a million contacts
 * with five hundred first names need five hundred renderings.
 */
export async function countSegmentsOf(
  tx: Tx,
  rule: SuppressionRule,
  audience: Audience & { sent_opt_out_text: string | null },
  template: Template,
  constant: Pick<TemplateValues, "workspace" | "sender">,
): Promise<{ recipients: number; segments: number }> {
  const values = valuesOf(template.fields);
  // `sql.id`: the name of a property has a dot, which `sql.ref` would read as that of a table.
  const names = values.map(([name]) => sql.id(name));
  const columns = values.map(([name, value]) => sql`${value} as ${sql.id(name)}`);
  const recipients = willGet(rule, audience, sql`${columns.length ? sql.join(columns) : sql`1 as everyone`}`);
  await setLocal(tx, "jit = off", "work_mem = '64MB'");
  await sql`
    declare combinations no scroll cursor for
    select count(*) as n ${names.length ? sql`, ${sql.join(names)}` : sql``}
    from (${recipients}) recipients ${names.length ? sql`group by ${sql.join(names)}` : sql``}`.execute(tx);
  const total = { recipients: 0, segments: 0 };
  for (;;) {
    const { rows } = await sql<{ n: number } & Record<string, unknown>>`
      fetch ${sql.raw(String(fetched))} from combinations`.execute(tx);
    for (const { n, ...row } of rows) {
      const rendered = renderText(template, { contact: contactOf(row), ...constant }, audience.sent_opt_out_text);
      if (!rendered.ok) continue;
      total.recipients += n;
      total.segments += n * rendered.segments;
    }
    if (rows.length < fetched) return total;
  }
}

/** The contact's columns and properties for the fields of a template, each with its name in the query. */
function valuesOf(fields: readonly string[]): [name: string, value: RawBuilder<unknown>][] {
  const values = new Map<string, RawBuilder<unknown>>();
  for (const field of fields) {
    const [scope, name, property] = field.split(".");
    if (scope !== "contact" || !name) continue;
    if (property) values.set(`properties.${property}`, sql`c.properties -> ${property}::text`);
    else for (const column of columnsOf(name)) values.set(column, sql.ref(`c.${column}`));
  }
  return [...values];
}

const columnsOf = (name: string) => (name === "full_name" ? ["first_name", "last_name"] : [name]);

function contactOf(row: Record<string, unknown>): NonNullable<TemplateValues["contact"]> {
  const properties: Record<string, unknown> = {};
  const contact: Record<string, unknown> = { properties };
  for (const [name, value] of Object.entries(row)) {
    if (name.startsWith("properties.")) properties[name.slice("properties.".length)] = value;
    else contact[name] = value;
  }
  return contact;
}
