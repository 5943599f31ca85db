/** Who the texts of workflows are from. */
import { namesReach, usualName } from "../../../rules/names-as-senders.ts";
import type { Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { namedSender, requireSender, resolveSender, type Sender } from "../../senders/senders.ts";
import type { WorkspaceRow } from "../../workspaces/workspace.ts";

type Home = Pick<WorkspaceRow, "workspace_id" | "workflow_sender" | "language" | "country">;

/** The address that `senderOf` would send from, without making a sender. */
export const senderAddressOf = ({ workflow_sender, language, country }: Home, ref: string | null): string | null =>
  ref ?? workflow_sender ?? (namesReach(country) ? usualName[language] : null);

/**
 * The sender of an action: its own, else the workspace's for workflows, else a name in the workspace's language where the country's networks
 * show names, else the workspace's default. Null where there is none.
 */
export async function senderOf(tx: Tx, home: Home, ref: string | null, at: Date): Promise<Sender | null> {
  const { workspace_id: workspaceId, workflow_sender, language, country } = home;
  try {
    if (ref ?? workflow_sender) return await resolveSender(tx, workspaceId, ref ?? workflow_sender, at);
    if (namesReach(country)) return await namedSender(tx, workspaceId, usualName[language], at);
    return await requireSender(tx, workspaceId, null);
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}
