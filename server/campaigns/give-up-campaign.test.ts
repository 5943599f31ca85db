import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { CampaignChange } from "../../contract/campaigns.ts";
import {
  campaignServices,
  draftOf,
  editorOf,
  finished,
  listOfAll,
  look,
  prepare,
  press,
} from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { addManyContacts, arrived, ledger, quota, untilFinal, startPipeline } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { updateCampaign } from "./edit-campaign.ts";
import { campaignPerformance } from "./performance.ts";
import { prepareCampaign } from "./prepare-campaign.ts";

const { db } = await testDatabase({ max: 20 });
let workspace: TestWorkspace;
let id: string;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
  await addManyContacts(db, workspace.id, 20);
  id = await draftOf(db, workspace, {}, await listOfAll(db, workspace.id));
  await press(db, workspace.id, id);
});

/** Makes the stored text invalid, as a newer and stricter version of the parser would. */
const breakText = () =>
  db.inWorkspace(workspace.id, (tx) =>
    sql`update campaigns set text = ${"Hei {{ contact.shoe_size }}"} where id = ${id}`.execute(tx),
  );
/** Prepares in chunks of five and is aborted after `chunks` live updates. */
async function prepareChunks(chunks: number) {
  const killed = new AbortController();
  let updates = 0;
  const publish = (_workspace: string, topic: string) => {
    // The first live update is for the reservation.
    if (topic === "campaign" && ++updates > chunks) killed.abort();
  };
  const services = { ...campaignServices(db), chunk: 5, liveUpdates: { publish } };
  await expect(prepareCampaign(services, { workspace_id: workspace.id, id }, killed.signal)).rejects.toThrow("stopped");
}

test("a text that can no longer be parsed fails the campaign, which can be corrected and sent", async () => {
  await breakText();
  await prepare(db, workspace.id, id);
  const failed = await look(db, workspace.id, id);
  expect(failed).toMatchObject({ status: "failed", error: { code: "unknown_placeholder" } });
  expect(failed.error?.message).toContain("shoe_size");
  expect(await ledger(db, workspace.id)).toEqual([]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });

  const change = CampaignChange.parse({ text: "Hei" });
  await db.inWorkspace(workspace.id, (tx) =>
    updateCampaign(tx, editorOf(workspace.id), id, change, new Date(), shortLinks),
  );
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  expect(await look(db, workspace.id, id)).toMatchObject({
    status: "sending",
    error: null,
    counts: { recipients: 20 },
  });
});

test("a fault after the reservation releases it, since nothing is written yet", async () => {
  await prepareChunks(0);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 20 });
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update campaigns set sender_id = ${newId()} where id = ${id}`.execute(tx),
  );
  await prepare(db, workspace.id, id);
  expect(await look(db, workspace.id, id)).toMatchObject({
    status: "failed",
    error: { code: "unknown_sender" },
    counts: { recipients: 0, pending: 0 },
  });
  expect(await ledger(db, workspace.id)).toEqual([]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

test("after a fault in the middle the written messages are sent, the rest are skipped with a reason, and the error is shown", async () => {
  await prepareChunks(2);
  expect(await ledger(db, workspace.id)).toHaveLength(10);
  await breakText();
  await prepare(db, workspace.id, id, 3);
  const rows = await ledger(db, workspace.id);
  expect(rows).toHaveLength(20);
  expect(rows.filter((row) => row.status === "queued")).toHaveLength(10);
  expect(rows.filter((row) => row.reason === "source_failed")).toHaveLength(10);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 10 });
  await startPipeline(db);
  await finished(db, workspace.id, id);
  await untilFinal(db, workspace.id);
  expect(await look(db, workspace.id, id)).toMatchObject({
    status: "sent",
    error: { code: "unknown_placeholder" },
    counts: { recipients: 10, sent: 10, not_sent: 10, delivered: 10, not_delivered: 0, pending: 0 },
  });
  const { reasons } = await db.inWorkspace(workspace.id, (tx) => campaignPerformance(tx, workspace.id, id));
  expect(reasons).toEqual({ source_failed: 10 });
  expect(await arrived(db, workspace.id)).toHaveLength(10);
  expect(await quota(db, workspace.id)).toEqual({ used: 10, reserved: 0 });
});

test.each(["57P01", "53100", "ECONNRESET"])("%s is retried, and leaves the campaign unchanged", async (code) => {
  let transactions = 0;
  const services = {
    ...campaignServices(db),
    db: {
      ...db,
      inWorkspace: (async (workspaceId: string, work: never) => {
        if (++transactions === 2) throw Object.assign(new Error("the database is away"), { code });
        return db.inWorkspace(workspaceId, work);
      }) as typeof db.inWorkspace,
    },
  };
  const attempt = () => prepareCampaign(services, { workspace_id: workspace.id, id }, new AbortController().signal);
  await expect(attempt()).rejects.toThrow("the database is away");
  expect(await look(db, workspace.id, id)).toMatchObject({ status: "preparing", error: null });
  await attempt();
  expect(await ledger(db, workspace.id)).toHaveLength(20);
});
