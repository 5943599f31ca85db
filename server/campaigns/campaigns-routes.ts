import type { campaigns } from "../../contract/campaigns.ts";
import { cut, readMoment, writeCursor } from "../kit/cursor.ts";
import type { Handlers } from "../kit/http.ts";
import type { Services } from "../kit/services.ts";
import { createShortLinks } from "../links/short-links.ts";
import { explainCampaign, listCampaignAudience } from "./audience-of-campaign.ts";
import { type CampaignRow, presentCampaign } from "./campaign.ts";
import { listCampaigns } from "./campaigns-store.ts";
import { noCounts } from "./counts.ts";
import { createCampaign, deleteCampaign, getCampaign, updateCampaign } from "./edit-campaign.ts";
import { cancelCampaign, pauseCampaign, resumeCampaign } from "./hold-campaign.ts";
import { campaignClicks, campaignPerformance } from "./performance.ts";
import { presentCampaigns, presentWithCounts } from "./present-campaigns.ts";
import { previewText } from "./preview-text.ts";
import { listRecipients } from "./recipients.ts";
import { reviewCampaign } from "./review-campaign.ts";
import { scheduleCampaign, unscheduleCampaign } from "./schedule-campaign.ts";
import { sendCampaign } from "./send-campaign.ts";

/** The calls on /campaigns. */
export function campaignsRoutes(
  given: Pick<Services, "db" | "clock" | "jobs" | "liveUpdates" | "config">,
): Handlers<typeof campaigns> {
  const { db, clock, liveUpdates } = given;
  const shortLinks = createShortLinks(given.config);
  const services = { ...given, shortLinks };
  const shown = (row: CampaignRow) => {
    liveUpdates.publish(row.workspace_id, "campaign", row.id);
    liveUpdates.publish(row.workspace_id, "usage", null);
    return db.inWorkspace(row.workspace_id, (tx) => presentWithCounts(tx, row));
  };
  return {
    async create({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, async (tx) =>
        presentCampaign(await createCampaign(tx, actor, body, clock.now(), shortLinks), noCounts),
      );
    },
    async list({ actor, query: { query, status, cursor, limit } }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        const before = cursor === undefined ? undefined : readMoment(cursor, "-updated_at");
        const rows = await listCampaigns(tx, actor.workspaceId, { query, status, before }, limit + 1);
        const page = cut(rows, limit, (row) => writeCursor("-updated_at", row.updated_at.toISOString(), row.id));
        return { ...page, items: await presentCampaigns(tx, actor.workspaceId, page.items) };
      });
    },
    async get({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, async (tx) =>
        presentWithCounts(tx, await getCampaign(tx, actor.workspaceId, params.id)),
      );
    },
    async update({ actor, params, body }) {
      const row = await db.inWorkspace(actor.workspaceId, (tx) =>
        updateCampaign(tx, actor, params.id, body, clock.now(), shortLinks),
      );
      liveUpdates.publish(actor.workspaceId, "campaign", row.id);
      return presentCampaign(row, noCounts);
    },
    async remove({ actor, params }) {
      await db.inWorkspace(actor.workspaceId, (tx) => deleteCampaign(tx, actor.workspaceId, params.id, clock.now()));
    },
    async review({ actor, params, body }) {
      return (await reviewCampaign(services, actor.workspaceId, params.id, body.schedule)).review;
    },
    async audience({ actor, params, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) =>
        listCampaignAudience(tx, actor.workspaceId, params.id, query, clock.now()),
      );
    },
    async explain({ actor, params, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) =>
        explainCampaign(tx, actor.workspaceId, params.id, query.contact, clock.now()),
      );
    },
    async preview({ actor, body }) {
      return db.inWorkspace(actor.workspaceId, (tx) => previewText(tx, actor.workspaceId, body, shortLinks));
    },
    async send({ actor, params, body, idempotency, setHeader }) {
      const { campaign, replayed } = await sendCampaign(services, actor.workspaceId, params.id, idempotency, body);
      if (replayed) setHeader("Idempotency-Replayed", "true");
      // With time to undo nothing else tells those who have the draft open that it is none any more.
      else liveUpdates.publish(actor.workspaceId, "campaign", campaign.id);
      return campaign;
    },
    async schedule({ actor, params, body }) {
      return shown(await scheduleCampaign(services, actor.workspaceId, params.id, body));
    },
    async unschedule({ actor, params }) {
      return shown(await unscheduleCampaign(services, actor.workspaceId, params.id));
    },
    async pause({ actor, params }) {
      return shown(await pauseCampaign(services, actor.workspaceId, params.id));
    },
    async resume({ actor, params }) {
      return shown(await resumeCampaign(services, actor.workspaceId, params.id));
    },
    async cancel({ actor, params }) {
      return shown(await cancelCampaign(services, actor.workspaceId, params.id));
    },
    async performance({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, (tx) => campaignPerformance(tx, actor.workspaceId, params.id));
    },
    async clicks({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, (tx) => campaignClicks(tx, actor.workspaceId, params.id));
    },
    async recipients({ actor, params, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => listRecipients(tx, actor.workspaceId, params.id, query));
    },
  };
}
