/** Transactions about mails of a workspace, or of the installation. */
import type { Db, Tx } from "../kit/db.ts";
import { installationId } from "../kit/mail.ts";

/** A transaction in which the mails of `workspaceId` are visible: the installation's own are the system's. */
export const inWorkspaceOf = <T>(db: Db, workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  workspaceId === installationId ? db.asSystem(work) : db.inWorkspace(workspaceId, work);
