/** What is asked again when mails are claimed: their time, the address, consent, and their source. */
import type { Tx } from "../kit/db.ts";
import { findMailSource, tellWithdrawn, type WithdrawnMail } from "./mail-sources.ts";
import type { ClaimedMail, SettledMail } from "./queue-store.ts";
import { suppressMails } from "./suppress-mails.ts";

/** The claimed mails that must not be submitted, with their end, of which their sources are told. */
export async function recheckMails(
  tx: Tx,
  workspaceId: string,
  mails: readonly ClaimedMail[],
  at: Date,
): Promise<SettledMail[]> {
  const stopped = await stoppedMails(tx, workspaceId, mails);
  const checked = mails.filter(({ source_type }) => !findMailSource(source_type)?.always);
  const reasons = await suppressMails(
    tx,
    workspaceId,
    checked.map(({ recipient, ...mail }) => ({ ...mail, address: recipient ?? "" })),
  );
  const reasonOf = new Map(checked.map(({ id }, i) => [id, reasons[i]]));
  const withdrawn: (WithdrawnMail & { source_type: string })[] = [];
  const settled = mails.flatMap((mail): SettledMail[] => {
    const { id, answer } = mail;
    // It came back before the relay's answer was recorded: there is nothing left to submit.
    if (mail.status !== "queued") return [{ id, status: "skipped", reason: mail.reason, answer }];
    if (mail.expires_at <= at) return [{ id, status: "failed", reason: "gave_up", answer }];
    const reason = stopped.has(id) ? "source_stopped" : reasonOf.get(id);
    if (!reason) return [];
    withdrawn.push({ ...mail, reason });
    return [{ id, status: "skipped", reason, answer }];
  });
  await tellWithdrawn(tx, workspaceId, withdrawn, at);
  return settled;
}

async function stoppedMails(tx: Tx, workspaceId: string, mails: readonly ClaimedMail[]): Promise<ReadonlySet<string>> {
  const stopped = new Set<string>();
  for (const [type, own] of Map.groupBy(mails, ({ source_type }) => source_type)) {
    const found = await findMailSource(type)?.stopped?.(tx, workspaceId, own);
    for (const id of found ?? []) stopped.add(id);
  }
  return stopped;
}
