/** The handsets that a workspace has texted through the sandbox. */
import { sql } from "kysely";
import type { Behaviour } from "../../../contract/sandbox.ts";
import { erasedNumber } from "../../../rules/erased-number.ts";
import { numberPrefixes } from "../../../rules/phone-number-search.ts";
import { readSpelling } from "../../../rules/phone-number-spelling.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid } from "../../kit/errors.ts";
import { instantOf, isId } from "../../kit/id.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { findPhones } from "./store.ts";

interface Used {
  id: string;
  number: string;
  text: string;
  contact_id: string | null;
  submitted_at: Date | null;
}

/** Rows of the ledger read at once while looking for further numbers. */
const readAtOnce = 1_000;
/** Rows that one page reads at most, even if it stays empty: most of the ledger may have gone through other carriers. */
const readAtMost = 20_000;

/**
 * One page of handsets, last used first. The ledger knows them: it is read backwards until there are enough different
 * numbers with a text that the sandbox carried. The cursor is the last message looked at; a number of an earlier page can
 * come again further down.
 */
export async function listPhones(
  tx: Tx,
  workspaceId: string,
  query: { cursor?: string; limit: number; query?: string },
) {
  if (query.cursor !== undefined && !isId(query.cursor))
    throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", query.cursor);
  const found = new Map<string, Used>();
  let cursor: string | null = query.cursor ?? null;
  let more = true;
  const text = query.query?.trim() || null;
  const wanted = text === null ? null : { text, numbers: await numbersLike(tx, workspaceId, text) };
  for (let read = 0; more && found.size < query.limit && read < readAtMost; read += readAtOnce) {
    const { used, last } = await usedBefore(tx, workspaceId, cursor, wanted);
    more = last !== null;
    for (const row of used) {
      if (!found.has(row.number)) found.set(row.number, row);
      if (found.size < query.limit) continue;
      more ||= row !== used.at(-1);
      cursor = row.id;
      break;
    }
    if (found.size < query.limit) cursor = last;
  }
  const used = [...found.values()];
  const behaviours = await findPhones(tx, workspaceId, [...found.keys()]);
  const names = await namesOf(
    tx,
    workspaceId,
    used.flatMap((each) => each.contact_id ?? []),
  );
  const items = used.map(({ id, number, text, contact_id, submitted_at }) => ({
    number,
    name: (contact_id && names.get(contact_id)) || null,
    last_text: text,
    last_at: (submitted_at ?? instantOf(id)).toISOString(),
    behaviour: behaviours.get(number)?.behaviour ?? ("deliver" satisfies Behaviour),
  }));
  return { items, next_cursor: more ? cursor : null };
}

/** Of the next rows of the ledger those that the sandbox carried, and the last one looked at if there may be more. */
async function usedBefore(
  tx: Tx,
  workspaceId: string,
  cursor: string | null,
  wanted: { text: string; numbers: string[] } | null,
): Promise<{ used: Used[]; last: string | null }> {
  const { rows } = await sql<Used & { shown: boolean; looked: number }>`
    with looked as materialized (
      select id, number, text, contact_id, submitted_at, row_number() over (order by id desc)::int as looked,
        carrier = 'sandbox' and (submitted_at is not null or status = 'received') and number <> ${erasedNumber} as carried
      from messages
      where workspace_id = ${workspaceId} ${cursor ? sql`and id < ${cursor}` : sql``}
      order by id desc limit ${readAtOnce}
    ), read as (
      select l.*, coalesce(l.carried, false) ${
        wanted === null
          ? sql``
          : sql`and (exists (select from unnest(${wanted.numbers}::text[]) as n (part) where strpos(l.number, n.part) > 0)
              or strpos(lower(concat_ws(' ', c.first_name, c.last_name)), ${wanted.text.toLowerCase()}) > 0)`
      } as shown
      from looked l
      -- OFFSET 0: one index lookup each, however few contacts the planner believes that there are.
      left join lateral (select first_name, last_name from contacts
        where ${wanted !== null} and workspace_id = ${workspaceId} and id = l.contact_id offset 0) c on true
    )
    select id, number, text, contact_id, submitted_at, shown, looked from read
    where shown or looked = ${readAtOnce} order by id desc`.execute(tx);
  const last = rows.at(-1);
  return { used: rows.filter((row) => row.shown), last: last?.looked === readAtOnce ? last.id : null };
}

/** Fragments that a matching number contains: the text itself, or a prefix in any spelling. */
async function numbersLike(tx: Tx, workspaceId: string, text: string): Promise<string[]> {
  const spelling = readSpelling(text);
  if ("problem" in spelling) return [];
  const part = (spelling.plus ? "+" : "") + spelling.digits;
  return [part, ...numberPrefixes(text, (await getWorkspace(tx, workspaceId)).country)];
}

async function namesOf(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Map<string, string>> {
  const { rows } = await sql<{ id: string; name: string }>`
    select id, concat_ws(' ', first_name, last_name) as name from contacts
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
  return new Map(rows.map(({ id, name }) => [id, name.trim()]));
}
