/** The segment log of the usage, with campaigns in it. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { finished, prepare } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { startPipeline, untilFinal } from "../../testing/pipeline.ts";
import { newApiKey, storeApiKey } from "../accounts/api-keys.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const { call } = await testApp(database);
const workspace = await workspaceWithKey(database);
const { id, key } = workspace;

async function must(line: string, body?: unknown) {
  const answer = await call(line, { key, ...(body === undefined ? {} : { body }) });
  expect(answer.status, `${line} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
  return answer.body;
}

test("the log names campaigns for who may see them, and has the message that was queued last first", async () => {
  const contact = await must("POST /contacts", { mobile: "+4790000101" });
  const consent = { contact_id: contact.id, subscription_type: "marketing", action: "grant", source: "form" };
  await must("POST /consent-events", consent);
  const campaign = await must("POST /campaigns", {
    name: "Høst",
    text: "Hei",
    subscription_type: "marketing",
    include: { lists: [], contacts: [contact.id] },
  });
  await must(`POST /campaigns/${campaign.id}/send`);
  await prepare(db, id, campaign.id);
  const text = await must("POST /messages", { to: "+4790000102", text: "Hei" });
  await startPipeline(db);
  await untilFinal(db, id);
  await finished(db, id, campaign.id);
  // The campaign's text, which was queued first, was submitted last.
  await db.asSystem((tx) =>
    sql`update messages set submitted_at = submitted_at + interval '1 hour'
      where workspace_id = ${id} and source_id = ${campaign.id}`.execute(tx),
  );
  const named = { type: "campaign", id: campaign.id, name: "Høst" };
  const { items } = await must("GET /usage/segments");
  expect(items).toMatchObject([{ message_id: text.id, source: { type: "api", name: null } }, { source: named }]);

  const ofTheTill = newApiKey();
  await db.asSystem((tx) =>
    storeApiKey(
      tx,
      id,
      ofTheTill,
      { name: "till", role: "super_admin", scopes: ["subscription:read"] as const },
      new Date(),
    ),
  );
  const withoutCampaigns = (await call("GET /usage/segments", { key: ofTheTill })).body.items;
  expect(withoutCampaigns[1].source).toEqual({ ...named, name: null });
});
