/** Campaigns with their counts, as the API shows them. */
import type { ActivityData } from "../../contract/activity.ts";
import type { Campaign } from "../../contract/campaigns.ts";
import type { Present } from "../activity/subscriber.ts";
import type { Tx } from "../kit/db.ts";
import { countWaitingOf } from "../messages/dispatch/parked-store.ts";
import { type CampaignRow, isAllowed, isUnsent, presentCampaign } from "./campaign.ts";
import { findCampaign } from "./campaigns-store.ts";
import { countsOf, entriesOf } from "./counts.ts";

/** Campaigns of a list; those that were not sent have no counts to be read. */
export async function presentCampaigns(tx: Tx, workspaceId: string, rows: CampaignRow[]): Promise<Campaign[]> {
  const sent = rows.filter((row) => !isUnsent(row.status)).map((row) => row.id);
  const entries = sent.length > 0 ? await entriesOf(tx, workspaceId, sent) : new Map();
  const waiting = await waitingOf(tx, workspaceId, rows);
  return rows.map((row) => presentCampaign(row, countsOf(row, entries.get(row.id) ?? {}), waiting.get(row.id)));
}

export async function presentWithCounts(tx: Tx, row: CampaignRow): Promise<Campaign> {
  const entries = await entriesOf(tx, row.workspace_id, [row.id]);
  const waiting = await waitingOf(tx, row.workspace_id, [row]);
  return presentCampaign(row, countsOf(row, entries.get(row.id) ?? {}), waiting.get(row.id));
}

/** What waits of those that are being sent; of all others nothing can. */
async function waitingOf(
  tx: Tx,
  workspaceId: string,
  rows: readonly CampaignRow[],
): Promise<Map<string, NonNullable<Campaign["waiting"]>>> {
  const ids = rows.filter(({ status }) => isAllowed("pause", status)).map(({ id }) => id);
  const waiting = ids.length > 0 ? await countWaitingOf(tx, workspaceId, ids) : new Map();
  return new Map([...waiting].map(([id, { count, until }]) => [id, { count, until: until.toISOString() }]));
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
