/**
 * Which contacts the rows of an import mean: the one rule, for the merge, which makes and updates those contacts, and for the count
 * before it, which only says what would come of it.
 */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { among, avoidNestedLoops, ofImport, type Rows } from "./import-rows.ts";
import type { ImportRow } from "./import-store.ts";

/** What rows are known by; those of one pass by the same. */
export type Key = "mobile" | "email" | "phone";

/**
 * The kinds of row, in the order in which they are merged: so a row without a mobile finds the contact that another row of the file
 * makes.
 */
export const passes = [
  { kind: "m", by: "mobile" },
  { kind: "e", by: "email" },
  { kind: "p", by: "phone" },
] as const satisfies { kind: string; by: Key }[];

/**
 * Common table expressions about all rows of a pass: `own`: the ids of the contacts that have a row's key; `other`: the contact of a row
 * by another key, where none has its own. `foreseen`: the passes before this one were only counted; what they would change is in
 * `met`: contacts by id, each with the `key` of this pass that it would have from then on, null where it stays as it is.
 *
 * Read before the first row of a pass is merged. Nothing that a pass does changes which contacts have the key of another of its rows, but it
 * would change the others: a row that finds one of two contacts takes it from the later rows, which then find the other one.
 */
export function matches(rows: Rows, by: Key, foreseen: boolean): RawBuilder<unknown> {
  return sql`own as materialized (
      select o.row, array_agg(o.id order by o.id) as ids from (
        select s.row, c.id from import_rows s join contacts c on c.workspace_id = ${rows.workspaceId} and c.${sql.ref(by)} = s.${sql.ref(by)}
        where ${among(rows, by[0] as string)}
          ${foreseen ? sql`and c.id not in (select m.id from met m where m.key is not null)` : sql``}
        ${
          foreseen
            ? sql`union all select s.row, m.id from import_rows s join met m on m.key = s.${sql.ref(by)}
                where ${among(rows, by[0] as string)}`
            : sql``
        }
      ) o group by o.row
    ), ${others(rows, by, foreseen ? sql`and c.id not in (select m.id from met m)` : sql``, sql`not exists (select 1 from own where own.row = t.row)`)}`;
}

/**
 * The one contact that has not got what the row is known by, and that something else of the row names without doubt: its e-mail
 * address, or its mobile where that is another's phone number. A contact with another name is another person.
 */
function others(
  rows: Rows,
  by: Key,
  isUntouched: RawBuilder<unknown>,
  hasNone: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const found = (rank: number, condition: RawBuilder<unknown>) => sql`
    select s.row, s.${sql.ref(by)} as key, c.id, ${sql.lit(rank)} as rank
    from import_rows s join contacts c on c.workspace_id = ${rows.workspaceId} and c.mobile is null and ${condition}
      and coalesce(lower(c.first_name) = lower(s.first_name), true)
      and coalesce(lower(c.last_name) = lower(s.last_name), true)
    where ${among(rows, by[0] as string)} ${isUntouched}`;
  const candidates =
    by === "mobile"
      ? sql`${found(1, sql`c.email = s.email`)} union all ${found(2, sql`c.phone = s.mobile`)}`
      : by === "email"
        ? found(1, sql`c.email is null and c.phone = s.phone and c.phone_kind = 'mobile'`)
        : sql`select null::bigint as row, null::text as key, null::uuid as id, 1 as rank where false`;
  // Of several rows that one contact could be, the first is it; the others are people of their own.
  return sql`candidates as materialized (${candidates}), other as materialized (
      select distinct on (f.id) f.row, f.id from (
        select distinct on (g.row) g.row, g.id from (
          select t.row, t.rank, (array_agg(t.id))[1] as id from candidates t where ${hasNone}
          group by t.row, t.rank having count(*) = 1
        ) g order by g.row, g.rank
      ) f order by f.id, f.row
    )`;
}

/** Writes down which contacts the rows of a whole pass are by another key, and answers how many are. */
export async function matchOthers(tx: Tx, rows: Rows, by: Key): Promise<number> {
  if (by === "phone") return 0;
  const hasNone = sql`not exists (
    select 1 from contacts c where c.workspace_id = ${rows.workspaceId} and c.${sql.ref(by)} = t.key)`;
  await avoidNestedLoops(tx, isLarge(rows));
  const matched = await sql`
    with ${others(rows, by, sql``, hasNone)}
    update import_rows s set other = o.id from other o where ${ofImport(rows)} and s.row = o.row`.execute(tx);
  await avoidNestedLoops(tx, false);
  return Number(matched.numAffectedRows ?? 0);
}

/** Whether any contact has what one of the rows is known by. */
export async function isAnyKnown(tx: Tx, rows: Rows, by: Key): Promise<boolean> {
  await avoidNestedLoops(tx, isLarge(rows));
  const { rows: found } = await sql`
    select 1 from import_rows s join contacts c on c.workspace_id = ${rows.workspaceId} and c.${sql.ref(by)} = s.${sql.ref(by)}
    where ${among(rows, by[0] as string)} limit 1`.execute(tx);
  await avoidNestedLoops(tx, false);
  return found.length > 0;
}

/** Up to here each row of a file looks its contacts up; more are joined with all that could be meant. */
const fewRows = 1_000;
const isLarge = ({ from, to }: Rows) => to - from > fewRows;

/**
 * The rows of a part of a pass that mean any contact, each with its `key`, how many of the file it stands for, and the ids of its contacts:
 * several where they share its key. A contact by another key that has got the key since it was matched, or is gone, is not meant any more.
 */
export function rowsOfContacts(rows: Rows, by: Key): RawBuilder<unknown> {
  const still = by === "email" ? sql`c.mobile is null and c.email is null` : sql`c.mobile is null`;
  return sql`
    select row, same, key, coalesce(ids, other) as ids from (
      select s.row, s.same, s.${sql.ref(by)} as key, own.ids,
        case when own.ids is null and s.other is not null then (
          select array[c.id] from contacts c where c.workspace_id = ${rows.workspaceId} and c.id = s.other and ${still}) end as other
      from import_rows s,
        -- Looked up by itself: a join planned while the workspace had few contacts goes through all of them for each row.
        lateral (
          select array_agg(c.id order by c.id) as ids from contacts c
          where c.workspace_id = ${rows.workspaceId} and c.${sql.ref(by)} = s.${sql.ref(by)}
        ) own
      where ${among(rows, by[0] as string)}
      offset 0
    ) looked_up where ids is not null or other is not null`;
}

/** A row consents unless a column says otherwise; where a column is to say that it does, it says nothing by being empty. */
export const rowConsents = (row: Pick<ImportRow, "options">) =>
  sql`coalesce(s.consent, ${!row.options.consent_column})`;
