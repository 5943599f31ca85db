/** Campaigns in tests: created, sent and prepared as the routes and jobs do it. */
import { sql } from "kysely";
import { pino } from "pino";
import { vi } from "vitest";
import { type Campaign, CampaignInput } from "../contract/campaigns.ts";
import { presentCampaign } from "../server/campaigns/campaign.ts";
import { countsOf, entriesOf } from "../server/campaigns/counts.ts";
import { createCampaign, getCampaign } from "../server/campaigns/edit-campaign.ts";
import { dueCampaigns } from "../server/campaigns/finish-campaigns.ts";
import { prepareCampaign } from "../server/campaigns/prepare-campaign.ts";
import { sendCampaign } from "../server/campaigns/send-campaign.ts";
import { type Clock, systemClock } from "../server/kit/clock.ts";
import type { Db } from "../server/kit/db.ts";
import { type Jobs, jobs } from "../server/kit/jobs.ts";
import { runDue } from "./due.ts";
import { newId } from "./new-id.ts";
import { shortLinks } from "./short-links.ts";
import type { TestWorkspace } from "./workspace.ts";

const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const liveUpdates = { publish() {}, publishSources() {} };

export const campaignServices = (db: Db) => ({ db, clock: systemClock, jobs, liveUpdates, log, shortLinks });

/** Who creates and changes campaigns in tests. */
export const editorOf = (workspaceId: string) => ({ workspaceId, userId: null, name: "Test" });

/** Creates a draft to everyone on `list`, unless `input` says otherwise; returns its id. */
export async function draftOf(
  db: Db,
  workspace: TestWorkspace,
  input: Record<string, unknown> = {},
  list?: string,
): Promise<string> {
  const include = { lists: list ? [list] : [], contacts: [] };
  const parsed = CampaignInput.parse({ name: "Test", text: "Hei", subscription_type: "marketing", include, ...input });
  const author = editorOf(workspace.id);
  const row = await db.inWorkspace(workspace.id, (tx) => createCampaign(tx, author, parsed, new Date(), shortLinks));
  return row.id;
}

/** Creates a list of these contacts. */
export async function listOf(db: Db, workspaceId: string, contacts: readonly string[]): Promise<string> {
  const id = newId();
  await db.inWorkspace(workspaceId, async (tx) => {
    await sql`insert into lists (workspace_id, id, name, created_at) values (${workspaceId}, ${id}, ${id}, now())`.execute(
      tx,
    );
    await sql`insert into list_members (workspace_id, list_id, contact_id)
      select ${workspaceId}, ${id}, unnest(${contacts}::uuid[])`.execute(tx);
  });
  return id;
}

/** Creates a list of all contacts of the workspace. */
export async function listOfAll(db: Db, workspaceId: string): Promise<string> {
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{ id: string }>`select id from contacts where workspace_id = ${workspaceId}`.execute(tx),
  );
  return listOf(
    db,
    workspaceId,
    rows.map((row) => row.id),
  );
}

/** Presses Send; the test itself runs the jobs that it adds. */
export async function press(db: Db, workspaceId: string, id: string, key: string | null = null): Promise<Campaign> {
  const idempotency = key === null ? null : { key, fingerprint: id };
  return (await sendCampaign(campaignServices(db), workspaceId, id, idempotency)).campaign;
}

/** Runs the preparation job. */
export function prepare(
  db: Db,
  workspaceId: string,
  id: string,
  chunk?: number,
  signal = new AbortController().signal,
  clock: Clock = systemClock,
) {
  return prepareCampaign({ ...campaignServices(db), clock, chunk }, { workspace_id: workspaceId, id }, signal);
}

/** Runs the sweep until the campaign has finished, and returns it. */
export async function finished(db: Db, workspaceId: string, id: string): Promise<Campaign> {
  const quiet: Jobs = { async add() {} };
  const due = dueCampaigns({ ...campaignServices(db), jobs: quiet });
  return vi.waitFor(
    async () => {
      await runDue(due);
      const campaign = await look(db, workspaceId, id);
      if (campaign.finished_at === null) throw new Error(`the campaign is ${campaign.status}`);
      return campaign;
    },
    { timeout: 15_000, interval: 20 },
  );
}

/** The campaign as the API shows it. */
export function look(db: Db, workspaceId: string, id: string): Promise<Campaign> {
  return db.inWorkspace(workspaceId, async (tx) => {
    const row = await getCampaign(tx, workspaceId, id);
    const entries = await entriesOf(tx, workspaceId, [id]);
    return presentCampaign(row, countsOf(row, entries.get(id) ?? {}));
  });
}
