/**
 * Mails that no relay took, as far as the reader may see them. They carry invitations and password resets, so a reader of another
 * person's mail could take over that account.
 *
 * A mail belongs to the account that it was addressed to when it was written. Every user sees the mails of the own account. A super
 * admin (or a key with all of a super admin's scopes) also sees mails to members of this workspace who belonged to no other workspace
 * then and belong to none now, and mails to addresses without an account: inviting an address does not reveal an account's mails.
 * All of this is about Varsla's own mails. What a workspace itself sent belongs to it, whoever it was sent to, and to no other.
 */
import { sql } from "kysely";
import { coversRole } from "../../../contract/permissions.ts";
import { isKnownNowhereElse, type OwnPeople, peopleOnlyOf } from "../../accounts/recipients.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid } from "../../kit/errors.ts";
import type { Actor } from "../../kit/http.ts";
import { isId } from "../../kit/id.ts";

interface MailRow {
  id: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string | null;
  reply_to: string | null;
  attachments: { name: string; type: string; size: number }[];
  at: Date;
}

type Reader = Pick<Actor, "workspaceId" | "userId" | "permissions">;

const noPeople: OwnPeople = { userIds: [], addresses: [] };

/** One page, newest first. Needs a transaction that sees every workspace: it has to know who belongs to another one. */
export async function listMails(tx: Tx, actor: Reader, query: { cursor?: string; limit: number; to?: string }) {
  if (query.cursor !== undefined && !isId(query.cursor))
    throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", query.cursor);
  // A query string turns + into a space.
  const to = query.to?.trim().toLowerCase().replaceAll(" ", "+");
  const { workspaceId } = actor;
  const mayAll = coversRole(actor.permissions, "super_admin");
  const people = mayAll ? await peopleOnlyOf(tx, workspaceId) : noPeople;
  // Addresses without an account are listed only when asked for by name.
  if (mayAll && to !== undefined && (await isKnownNowhereElse(tx, workspaceId, to))) people.addresses.push(to);
  const own = await sql<{ email: string }>`select email from users where id = ${actor.userId}::uuid`.execute(tx);
  const { rows } = await sql<MailRow>`
    select id, sender as "from", recipient as "to", subject, text, html, reply_to, attachments, at
    from sandbox_mails
    where (sent_by = ${workspaceId}::uuid or (sent_by is null and (user_id = ${actor.userId}::uuid
        or (workspace_ids is null and lower(recipient) = ${own.rows[0]?.email ?? null}::text)
        or (coalesce(workspace_ids <@ array[${workspaceId}::uuid], true)
          and (user_id = any(${people.userIds}::uuid[])
            or (user_id is null and lower(recipient) = any(${people.addresses}::text[])))))))
      ${to !== undefined ? sql`and lower(recipient) = ${to}` : sql``}
      ${query.cursor ? sql`and id < ${query.cursor}` : sql``}
    order by id desc limit ${query.limit + 1}`.execute(tx);
  const items = rows.slice(0, query.limit).map((row) => ({ ...row, at: row.at.toISOString() }));
  return { items, next_cursor: rows.length > query.limit ? (items.at(-1)?.id ?? null) : null };
}
