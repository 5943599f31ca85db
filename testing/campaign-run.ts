/** Runs a whole campaign through the product's own Send, for benchmarks, with many contacts and a pipeline of its own, and times it. */
import { sql } from "kysely";
import { campaignJobs } from "../server/campaigns/campaigns-jobs.ts";
import { createCampaign } from "../server/campaigns/edit-campaign.ts";
import { sendCampaign } from "../server/campaigns/send-campaign.ts";
import { createSandbox } from "../server/carriers/sandbox/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { jobs, runJobs } from "../server/kit/jobs.ts";
import { createLog } from "../server/kit/log.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";
import { newId } from "./new-id.ts";
import { shortLinks } from "./short-links.ts";
import type { TestWorkspace } from "./workspace.ts";

const log = createLog("warn");
export const campaignText =
  'Hei {{ contact.first_name | default: "der" }}! Denne uka er det 20 % på klipp hos Salong Kari. Bestill på salongkari.no';

/** Creates contacts with consent on one list; returns the list. */
export async function createContacts(db: Db, id: string, size: number): Promise<string> {
  const list = newId();
  await db.inWorkspace(id, async (tx) => {
    await sql`
      insert into contacts (workspace_id, id, mobile, mobile_kind, first_name, sms_consents, created_at, updated_at)
      select ${id}, (lpad(to_hex(1760000000000 + i / 100), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid,
        '+479' || lpad(i::text, 7, '0'), 'mobile', 'Navn' || (i % 500), 1, now(), now()
      from generate_series(1, ${size}::int) i`.execute(tx);
    await sql`insert into lists (workspace_id, id, name, created_at) values (${id}, ${list}, 'Alle', now())`.execute(
      tx,
    );
    await sql`
      insert into list_members (workspace_id, list_id, contact_id)
      select workspace_id, ${list}, id from contacts where workspace_id = ${id}`.execute(tx);
  });
  await db.asSystem((tx) => sql`analyze contacts, list_members`.execute(tx));
  return list;
}

/** Seconds from Send until every message has its final status through the sandbox, whose receipts come `delay_ms` after their submission. */
export async function runCampaign(
  db: Db,
  connection: string,
  { id: workspaceId }: TestWorkspace,
  list: string,
  size: number,
  { delay_ms = 0 }: { delay_ms?: number } = {},
): Promise<number> {
  const pathDb = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
  const services = {
    db,
    clock: systemClock,
    jobs,
    liveUpdates: { publish() {}, publishSources() {} },
    log,
    shortLinks,
  };
  const carrier = createSandbox({ ...services, db: pathDb }, { delay_ms });
  const path = await startTestPath({ ...services, pathDb, carriers: onlyCarriers(carrier) });
  const runner = await runJobs({ connection, pool: db.pool, handlers: campaignJobs(services), log });
  const author = { workspaceId, userId: null, name: "bench" };
  const include = { lists: [list], contacts: [] };
  const draft = await db.inWorkspace(workspaceId, (tx) =>
    createCampaign(
      tx,
      author,
      {
        name: "Bench",
        text: campaignText,
        subscription_type: "marketing",
        include,
        exclude: { lists: [], contacts: [] },
        opt_out_text: true,
        links: { shorten: false },
      },
      new Date(),
      shortLinks,
    ),
  );
  const begin = performance.now();
  await sendCampaign(services, workspaceId, draft.id, null);
  await finished(db, workspaceId, draft.id, size);
  const seconds = (performance.now() - begin) / 1000;
  await path.stop();
  await runner.stop();
  await pathDb.close();
  return seconds;
}

/** Resolves when every message of a source is delivered. */
export async function finished(db: Db, workspaceId: string, sourceId: string, size: number): Promise<void> {
  while (true) {
    const { rows } = await db.inWorkspace(workspaceId, (tx) =>
      sql<{
        n: number;
      }>`select coalesce(sum(n), 0)::bigint as n from message_counts
        where workspace_id = ${workspaceId} and source_id = ${sourceId} and status = 'delivered'`.execute(tx),
    );
    if (rows[0]?.n === size) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}
