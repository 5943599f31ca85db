/**
 * Mails that no relay took, as far as the reader may see them. They carry invitations and password resets, so whoever could read
 * another's mail could become them.
 *
 * A mail stays bound to whom it was for when it was written. Everybody sees what was for their account. Who may do all that a super
 * admin may (a key with fewer scopes may not) also sees what was for a member of this workspace who had to do with no other then
 * and has not now, and what was for an address that is nobody's account: an invitation alone gives nobody an account's mails.
 */
import { sql } from "kysely";
import { coversRole } from "../../contract/permissions.ts";
import type { Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import type { Actor } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import { isNobodys, type OwnPeople, peopleOfAlone } from "../workspaces/recipients.ts";

interface MailRow {
  id: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  at: Date;
}

type Reader = Pick<Actor, "workspaceId" | "userId" | "permissions">;

const nobody: OwnPeople = { userIds: [], addresses: [] };

/** One page, newest first. Needs a transaction that sees every workspace: it has to know who belongs to another one. */
export async function listMails(tx: Tx, actor: Reader, query: { cursor?: string; limit: number; to?: string }) {
  if (query.cursor !== undefined && !isId(query.cursor))
    throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", query.cursor);
  // A + that a query string has turned into a space is put back.
  const to = query.to?.trim().toLowerCase().replaceAll(" ", "+");
  const { workspaceId } = actor;
  const mayAll = coversRole(actor.permissions, "super_admin");
  const people = mayAll ? await peopleOfAlone(tx, workspaceId) : nobody;
  // Of nobody's addresses only one that is asked for: who knows it may be the one who waits for that mail.
  if (mayAll && to !== undefined && (await isNobodys(tx, workspaceId, to))) people.addresses.push(to);
  const own = await sql<{ email: string }>`select email from users where id = ${actor.userId}::uuid`.execute(tx);
  const { rows } = await sql<MailRow>`
    select id, sender as "from", recipient as "to", subject, text, at
    from sandbox_mails
    where (user_id = ${actor.userId}::uuid
        or (workspace_ids is null and lower(recipient) = ${own.rows[0]?.email ?? null}::text)
        or (coalesce(workspace_ids <@ array[${workspaceId}::uuid], true)
          and (user_id = any(${people.userIds}::uuid[])
            or (user_id is null and lower(recipient) = any(${people.addresses}::text[])))))
      ${to !== undefined ? sql`and lower(recipient) = ${to}` : sql``}
      ${query.cursor ? sql`and id < ${query.cursor}` : sql``}
    order by id desc limit ${query.limit + 1}`.execute(tx);
  const items = rows.slice(0, query.limit).map((row) => ({ ...row, at: row.at.toISOString() }));
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}
