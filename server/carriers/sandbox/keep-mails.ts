/** The sandbox mailbox as the way out of mails, where no relay is configured. */
import { sql } from "kysely";
import type { Db, Tx } from "../../kit/db.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { MailTransport, OutgoingMail } from "../../kit/mail.ts";

/** The person and workspaces that a mail is for, as ids, since an address may later belong to another person. */
export interface MailOwner {
  user_id: string | null;
  workspace_ids: string[];
}

/** Stores mails in the database; the sandbox mailbox shows them to the owner that `ownerOf` returns at that time. */
export function sandboxTransport({
  db,
  liveUpdates,
  ownerOf,
}: {
  db: Db;
  /** Notified of each mail in the workspaces that may read it, so that an open mailbox shows it. */
  liveUpdates: Pick<LiveUpdates, "publish">;
  ownerOf: (tx: Tx, address: string) => Promise<MailOwner>;
}): MailTransport {
  return {
    window: { workspace: 4, all: 8 },
    rate: null,
    longest_ms: 10_000,
    async submit(mail) {
      try {
        const readers = await db.asSystem((tx) => keep(tx, mail, ownerOf));
        for (const id of readers) liveUpdates.publish(id, "sandbox", null);
        return { kind: "sent", answer: "250 kept in the sandbox mailbox" };
      } catch (error) {
        return { kind: "later", everything: true, answer: (error as Error).message };
      }
    },
    close() {},
  };
}

/** Stores a mail once, whatever happened after an earlier attempt; returns the workspaces that may read it. */
async function keep(
  tx: Tx,
  mail: OutgoingMail,
  ownerOf: (tx: Tx, address: string) => Promise<MailOwner>,
): Promise<string[]> {
  const { user_id, workspace_ids } = await ownerOf(tx, mail.to);
  const sentBy = mail.of_workspace ? mail.workspace_id : null;
  const from = mail.from.name === "" ? mail.from.address : `${mail.from.name} <${mail.from.address}>`;
  const attachments = mail.attachments.map(({ name, type, content }) => ({ name, type, size: content.length }));
  await sql`
    insert into sandbox_mails (id, sender, recipient, subject, text, html, reply_to, attachments, at, user_id, workspace_ids, sent_by)
    values (${mail.id}, ${from}, ${mail.to}, ${mail.subject}, ${mail.text}, ${mail.html}, ${mail.reply_to},
      ${JSON.stringify(attachments)}::jsonb, ${mail.at}, ${user_id}::uuid, ${workspace_ids}::uuid[], ${sentBy}::uuid)
    on conflict (id) do nothing`.execute(tx);
  return sentBy === null ? workspace_ids : [sentBy];
}
