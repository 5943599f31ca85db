/** Ends a preparation that would fail again however often it were retried. */
import { nextOfAudience } from "../audience/audience.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { skipContacts } from "../messages/send/skip-contacts.ts";
import { releaseQuota } from "../quota/quota.ts";
import { type CampaignFault, type CampaignRow, sourceType } from "./campaign.ts";
import * as store from "./campaigns-store.ts";

/** Classes of SQLSTATE that recur with the same data. */
const lasting: Record<string, string> = {
  "22": "data exception",
  "54": "program limit exceeded",
};

/** The campaign's fault for a lasting error; null where a retry may succeed, as after a lost connection or a full disk. */
export function faultOf(error: unknown): CampaignFault | null {
  if (error instanceof Problem && error.status < 429) {
    const { code, message, value } = error;
    return { code, message, ...(typeof value === "string" ? { value } : {}) };
  }
  const { code } = error as { code?: unknown };
  if (typeof code !== "string" || !/^\w{5}$/.test(code) || !(code.slice(0, 2) in lasting)) return null;
  return { code: "preparation_failed", message: "The campaign could not be prepared because of an internal error." };
}

/**
 * Ends a preparation with its fault. If nothing is written, the campaign has failed and its reservation is released. Otherwise
 * the written messages are sent, and the rest of the audience is skipped with the reason `source_failed`.
 */
export async function giveUpCampaign(
  { db, clock }: { db: Db; clock: Clock },
  begun: Pick<CampaignRow, "workspace_id" | "id" | "sent_at">,
  fault: CampaignFault,
  { size, signal }: { size: number; signal: AbortSignal },
): Promise<void> {
  const { workspace_id: workspaceId, id } = begun;
  while (!signal.aborted) {
    const ended = await db.inWorkspace(workspaceId, async (tx) => {
      const campaign = await store.lockCampaign(tx, workspaceId, id);
      if (campaign?.status !== "preparing" && campaign?.status !== "sending") return true;
      // Another process has ended it, or it has even been sent again.
      if (campaign.prepared_at || campaign.sent_at?.getTime() !== begun.sent_at?.getTime()) return true;
      if (campaign.prepared_to !== null) return skipNext(tx, campaign, fault, size, clock.now());
      await store.failCampaign(tx, workspaceId, id, fault, clock.now());
      await giveBack(tx, campaign);
      return true;
    });
    if (ended) return;
  }
  throw new Error("stopped while giving up");
}

/** Writes the next contacts as skips; returns whether those were all. */
async function skipNext(
  tx: Tx,
  campaign: CampaignRow,
  fault: CampaignFault,
  size: number,
  now: Date,
): Promise<boolean> {
  const { workspace_id, id, sender_id, sent_at, reserved } = campaign;
  if (!sent_at || !sender_id) throw new Error("a campaign that is sending was sent at some time, by a sender");
  const { to, contacts } = await nextOfAudience(tx, workspace_id, campaign, campaign.prepared_to, size);
  if (to === null) {
    await store.finishPreparing(tx, workspace_id, id, now);
    await giveBack(tx, campaign);
    return true;
  }
  const source = { type: sourceType, id, at: sent_at };
  const batch = { workspace_id, source, class: "marketing" as const, sender_id, now };
  const skipped = await skipContacts(tx, batch, contacts, "source_failed");
  await store.moveOn(tx, workspace_id, id, { contact: to, reserved, skipped, at: now });
  await store.setError(tx, workspace_id, id, fault);
  return false;
}

/** Done last, because from here to the commit other transactions of the workspace wait for the quota's row. */
async function giveBack(tx: Tx, { workspace_id, period_start, reserved }: CampaignRow): Promise<void> {
  if (period_start && reserved > 0) await releaseQuota(tx, workspace_id, period_start, reserved);
}
