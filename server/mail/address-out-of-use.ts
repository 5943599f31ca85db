import type { Tx } from "../kit/db.ts";
import type { MailRow } from "./mails-store.ts";
import { everyType, insertStop } from "./stops-store.ts";

/** Records that the recipient of a mail does not exist, so that the workspace mails it no more. */
export async function addressOutOfUse(
  tx: Tx,
  mail: Pick<MailRow, "workspace_id" | "id" | "recipient">,
  at: Date,
): Promise<void> {
  if (mail.recipient === null) return;
  const stop = { address: mail.recipient, kind: "bounced", subscription_type_id: everyType, at } as const;
  await insertStop(tx, mail.workspace_id, { ...stop, mail_id: mail.id });
}
