/** Batches of mails for tests, and what became of them. */
import { sql } from "kysely";
import { messageScope } from "../rules/placeholder-names.ts";
import { parseTemplate, type Template } from "../rules/placeholders.ts";
import type { Db } from "../server/kit/db.ts";
import { registerMailSource } from "../server/mail/mail-sources.ts";
import type { MailRow } from "../server/mail/mails-store.ts";
import { type MailBatch, sendMails, type SendMailsResult } from "../server/mail/send-mails.ts";
import { newId } from "./new-id.ts";

/** The source of tests' mails; those of sources in `stoppedSources` must not leave. */
export const testSource = "test_mail";
export const stoppedSources = new Set<string>();
registerMailSource({
  type: testSource,
  stopped: async (_tx, _workspaceId, mails) =>
    new Set(mails.filter(({ source_id }) => source_id && stoppedSources.has(source_id)).map(({ id }) => id)),
});

export function template(text: string): Template {
  const parsed = parseTemplate(text, messageScope);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.template;
}

/** A batch of a new source, with changes. */
export function mailBatch(
  workspaceId: string,
  emails: readonly (string | null)[],
  changes: Partial<MailBatch> = {},
): MailBatch {
  const now = changes.now ?? new Date();
  return {
    workspace: { workspace_id: workspaceId, name: "Salong Saks", language: "nb" },
    source: { type: testSource, id: newId(now), at: now },
    class: "transactional",
    subscription_type: null,
    template: { subject: template("Hei"), text: template("Velkommen"), html: null },
    people: emails.map((email) => ({ contact_id: null, email, values: {} })),
    now,
    ...changes,
  };
}

export const send = (db: Db, batch: MailBatch): Promise<SendMailsResult> =>
  db.inWorkspace(batch.workspace.workspace_id, (tx) => sendMails(tx, batch));

/** The ledger of a workspace, in the order of the addresses. */
export async function mailLedger(db: Db, workspaceId: string): Promise<MailRow[]> {
  const { rows } = await db.asSystem((tx) =>
    sql<MailRow>`select * from mails where workspace_id = ${workspaceId} order by recipient, id`.execute(tx),
  );
  return rows;
}

export async function queueLength(db: Db): Promise<number> {
  const { rows } = await db.asSystem((tx) => sql<{ n: number }>`select count(*) as n from mail_queue`.execute(tx));
  return rows[0]?.n ?? 0;
}
