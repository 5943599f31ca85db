/** Names to count the segments of a text with: a usual one and the longest. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

export interface Name {
  first_name: string | null;
  last_name: string | null;
}

/** Contacts whose names are looked at. */
const mostNames = 10_000;

/** Among the newest contacts, the name of middle length and the longest; null where there are none. */
export async function namesOfContacts(tx: Tx, workspaceId: string): Promise<{ typical: Name; longest: Name } | null> {
  const { rows } = await sql<Name & { length: number }>`
    select first_name, last_name, length(coalesce(first_name, '')) + length(coalesce(last_name, '')) as length
    from (
      select first_name, last_name from contacts
      where workspace_id = ${workspaceId} and (first_name is not null or last_name is not null)
      order by id desc limit ${mostNames}
    ) newest
    order by length`.execute(tx);
  const [typical, longest] = [rows[Math.floor(rows.length / 2)], rows.at(-1)];
  return typical && longest ? { typical: nameOf(typical), longest: nameOf(longest) } : null;
}

const nameOf = ({ first_name, last_name }: Name): Name => ({ first_name, last_name });
