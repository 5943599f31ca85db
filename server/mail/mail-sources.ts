/** The sources of mails. Each domain that sends mails registers its own, when its module is loaded. */
import type { MailSkipReason } from "../../contract/mails.ts";
import { findEndedInvitations } from "../accounts/invitations.ts";
import type { Tx } from "../kit/db.ts";

/** A mail that was claimed for submission, as its source knows it. */
export interface MailOfSource {
  id: string;
  source_id: string | null;
  recipient: string | null;
}

export interface MailSource {
  /** The word in `source.type`. */
  type: string;
  /** Its mails go to addresses that have bounced too: the person asks for them and may have no other way in. */
  always?: true;
  /** Those of the mails, by id, that must not leave any more, such as a cancelled dispatch's. Absent: all may. */
  stopped?(tx: Tx, workspaceId: string, mails: readonly MailOfSource[]): Promise<ReadonlySet<string>>;
  /** Is told of those that were queued and are not to leave, in the transaction that ends them. */
  withdrawn?(tx: Tx, workspaceId: string, mails: readonly WithdrawnMail[], at: Date): Promise<void>;
}

export interface WithdrawnMail extends MailOfSource {
  reason: MailSkipReason;
}

const sources = new Map<string, MailSource>();

/** Registers a source; its type is then accepted by `sendMails`. */
export function registerMailSource(source: MailSource): void {
  sources.set(source.type, source);
}

/** The registered source of a type, if any: the ledger may have mails of a source that only another version has. */
export const findMailSource = (type: string): MailSource | undefined => sources.get(type);

/** Tells the sources of mails that were queued, and are not to leave. */
export async function tellWithdrawn(
  tx: Tx,
  workspaceId: string,
  mails: readonly (WithdrawnMail & { source_type: string })[],
  at: Date,
): Promise<void> {
  for (const [type, own] of Map.groupBy(mails, ({ source_type }) => source_type))
    await findMailSource(type)?.withdrawn?.(tx, workspaceId, own, at);
}

registerMailSource({ type: "account", always: true });
registerMailSource({
  type: "invitation",
  always: true,
  async stopped(tx, workspaceId, mails) {
    const ids = [...new Set(mails.flatMap(({ source_id }) => source_id ?? []))];
    const ended = await findEndedInvitations(tx, workspaceId, ids);
    return new Set(mails.filter(({ source_id }) => source_id && ended.has(source_id)).map(({ id }) => id));
  },
});
