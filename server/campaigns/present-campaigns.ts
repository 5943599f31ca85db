/** Campaigns with their counts, as the API shows them. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Campaign } from "../../contract/campaigns.ts";
import type { Present } from "../activity/subscriber.ts";
import type { Tx } from "../kit/db.ts";
import { type CampaignRow, isUnsent, presentCampaign } from "./campaign.ts";
import { findCampaign } from "./campaigns-store.ts";
import { countsOf, entriesOf } from "./counts.ts";

/** Campaigns of a list; those that were not sent have no counts to be read. */
export async function presentCampaigns(tx: Tx, workspaceId: string, rows: CampaignRow[]): Promise<Campaign[]> {
  const sent = rows.filter((row) => !isUnsent(row.status)).map((row) => row.id);
  const entries = sent.length > 0 ? await entriesOf(tx, workspaceId, sent) : new Map();
  return rows.map((row) => presentCampaign(row, countsOf(row, entries.get(row.id) ?? {})));
}

export async function presentWithCounts(tx: Tx, row: CampaignRow): Promise<Campaign> {
  const entries = await entriesOf(tx, row.workspace_id, [row.id]);
  return presentCampaign(row, countsOf(row, entries.get(row.id) ?? {}));
}

/** A campaign that is sent, as webhooks get it. */
export const presentSent: Present<ActivityData<"campaign.sent">> = async (tx, workspaceId, { subjects }) => {
  const shown = new Map();
  for (const id of subjects) {
    const row = await findCampaign(tx, workspaceId, id);
    if (row) shown.set(id, { data: await presentWithCounts(tx, row), contact_id: null });
  }
  return shown;
};
