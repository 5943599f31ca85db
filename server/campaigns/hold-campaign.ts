/** Pausing, resuming and cancelling a campaign. Once one of these is answered, it holds for every text that has not left. */
import { recordAuditEvent } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { cancelSource, pauseSource, resumeSource } from "../messages/hold-source.ts";
import { releaseQuota } from "../quota/quota.ts";
import type { CampaignRow } from "./campaign.ts";
import * as store from "./campaigns-store.ts";
import { getCampaign, lockFor, targetOf } from "./edit-campaign.ts";
import { addPreparation, type SendServices } from "./send-campaign.ts";

/** preparing or sending → paused. Its preparation stops after the chunk under way. */
export function pauseCampaign(services: SendServices, workspaceId: string, id: string): Promise<CampaignRow> {
  return act(services, workspaceId, id, "pause", async (tx, at) => {
    await pauseSource(tx, { workspace_id: workspaceId, source_id: id });
    await store.setStatus(tx, workspaceId, id, "paused", at);
  });
}

/** paused → preparing or sending, where it was. */
export function resumeCampaign(services: SendServices, workspaceId: string, id: string): Promise<CampaignRow> {
  return act(services, workspaceId, id, "resume", async (tx, at, campaign) => {
    await resumeSource(tx, { workspace_id: workspaceId, source_id: id });
    await store.setStatus(tx, workspaceId, id, campaign.period_start ? "sending" : "preparing", at);
    if (!campaign.prepared_at) await addPreparation(services.jobs, tx, campaign);
  });
}

/** scheduled, preparing, sending or paused → cancelled. What is reserved for recipients that were not prepared is given back. */
export function cancelCampaign(services: SendServices, workspaceId: string, id: string): Promise<CampaignRow> {
  return act(services, workspaceId, id, "cancel", async (tx, at, campaign) => {
    await cancelSource(tx, { workspace_id: workspaceId, source_id: id });
    await store.setStatus(tx, workspaceId, id, "cancelled", at);
    await store.endPreparation(tx, workspaceId, id, at);
    const { period_start, reserved } = campaign;
    if (period_start && reserved > 0) await releaseQuota(tx, workspaceId, period_start, reserved);
  });
}

const recorded = { pause: "campaign.paused", resume: "campaign.resumed", cancel: "campaign.cancelled" } as const;

async function act(
  { db, clock }: SendServices,
  workspaceId: string,
  id: string,
  action: keyof typeof recorded,
  change: (tx: Tx, at: Date, campaign: CampaignRow) => Promise<void>,
): Promise<CampaignRow> {
  return db.inWorkspace(workspaceId, async (tx) => {
    const at = clock.now();
    const campaign = await lockFor(tx, workspaceId, id, action);
    await change(tx, at, campaign);
    await recordAuditEvent(tx, { workspaceId, at, action: recorded[action], target: targetOf(campaign) });
    return getCampaign(tx, workspaceId, id);
  });
}
