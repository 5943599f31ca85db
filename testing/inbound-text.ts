/** Texts from handsets as a carrier delivers them, and the opt-outs that follow from them. */
import { sql } from "kysely";
import type { InboundText } from "../server/carriers/carrier.ts";
import type { Db } from "../server/kit/db.ts";
import type { TestWorkspace } from "./workspace.ts";

let count = 0;

/** A text to the workspace's sender, with a reference of its own. */
export const inboundText = (workspace: TestWorkspace, from: string, text: string): InboundText => ({
  workspace_id: workspace.id,
  carrier: "sandbox",
  carrier_reference: `in-${++count}`,
  from,
  to: workspace.sender.address,
  text,
  at: new Date(),
});

/** Opt-outs in force, by number. */
export async function listOptOuts(db: Db, workspaceId: string): Promise<{ number: string; evidence: string }[]> {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{ number: string; evidence: string }>`
      select number, evidence from opt_outs where workspace_id = ${workspaceId} order by number`.execute(tx),
  );
  return rows;
}

/** Words of a workspace's own, for `setKeywords`. */
export const ownWords = {
  stop: { added: ["MELD MEG AV"], removed: ["AVMELD"] },
  start: { added: ["PÅ IGJEN"], removed: [] },
};
