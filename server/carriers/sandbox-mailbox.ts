/**
 * Mails that no relay took, as far as the reader may see them. They carry invitations and password resets, so whoever
 * could read another's mail could become them: everybody sees their own; who may do all that a super admin may (a key with
 * fewer scopes may not) also what was sent to people of this workspace alone, and to addresses that are nobody's account.
 */
import { sql } from "kysely";
import { coversRole } from "../../contract/permissions.ts";
import type { Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import type { Actor } from "../kit/http.ts";
import { isId } from "../kit/id.ts";

interface MailRow {
  id: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  at: Date;
}

/** One page, newest first. Needs a transaction that sees every workspace: it has to know who belongs to another one. */
export async function listMails(
  tx: Tx,
  actor: Pick<Actor, "workspaceId" | "userId" | "permissions">,
  query: { cursor?: string; limit: number; to?: string },
) {
  if (query.cursor !== undefined && !isId(query.cursor))
    throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", query.cursor);
  // A + that a query string has turned into a space is put back.
  const to = query.to?.trim().toLowerCase().replaceAll(" ", "+");
  const { rows } = await sql<MailRow>`
    select id, sender as "from", recipient as "to", subject, text, at
    from sandbox_mails mail
    cross join lateral (select lower(recipient) as address) a
    where (exists (select from users u where u.id = ${actor.userId}::uuid and lower(u.email) = a.address)
        or (${coversRole(actor.permissions, "super_admin")} and not ${belongs(sql`<> ${actor.workspaceId}`)}
          and (${belongs(sql`= ${actor.workspaceId}`)}
            or (${to !== undefined} and not exists (select from users u where lower(u.email) = a.address)))))
      ${to !== undefined ? sql`and lower(recipient) = ${to}` : sql``}
      ${query.cursor ? sql`and id < ${query.cursor}` : sql``}
    order by id desc limit ${query.limit + 1}`.execute(tx);
  const items = rows.slice(0, query.limit).map((row) => ({ ...row, at: row.at.toISOString() }));
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}

/** Whether the address is a member's or an invited person's of a workspace that is so. */
function belongs(workspace: ReturnType<typeof sql>) {
  return sql`(exists (select from memberships m join users u on u.id = m.user_id
      where lower(u.email) = a.address and m.workspace_id ${workspace})
    or exists (select from invitations i where lower(i.email) = a.address and i.workspace_id ${workspace}))`;
}
