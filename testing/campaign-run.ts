/** Runs a whole campaign through the product's own Send, for benchmarks, with many contacts and a pipeline of its own, and times it. */
import { sql } from "kysely";
import { campaignJobs } from "../server/campaigns/campaigns-jobs.ts";
import { createCampaign } from "../server/campaigns/edit-campaign.ts";
import { sendCampaign } from "../server/campaigns/send-campaign.ts";
import type { Carrier } from "../server/carriers/carrier.ts";
import { createSandbox } from "../server/carriers/sandbox/sandbox.ts";
import { type Clock, systemClock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import type { DueWork } from "../server/kit/due.ts";
import { type Jobs, jobs, runJobs } from "../server/kit/jobs.ts";
import type { LiveUpdates } from "../server/kit/live-updates.ts";
import { createLog, type Logger } from "../server/kit/log.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import type { ShortLinks } from "../server/links/short-links.ts";
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

export interface CampaignServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish" | "publishSources">;
  log: Logger;
  shortLinks: ShortLinks;
}

/** A worker that prepares and sends campaigns through the sandbox. */
export interface CampaignWorker {
  /** Creates a campaign to a list; returns its id. */
  draft(workspaceId: string, list: string): Promise<string>;
  /** Sends it, as the product's own Send. */
  send(workspaceId: string, id: string): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a worker whose receipts come `delay_ms` after their submission. `carrier` may wrap the sandbox; `due` is its work by the clock,
 * the sweep of lanes alone by default.
 */
export async function startCampaignWorker(
  db: Db,
  connection: string,
  options: {
    delay_ms?: number;
    carrier?: (sandbox: Carrier) => Carrier;
    due?: (services: CampaignServices) => readonly DueWork[];
  } = {},
): Promise<CampaignWorker> {
  const { delay_ms = 0, carrier = (sandbox) => sandbox, due } = options;
  const pathDb = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
  const services: CampaignServices = {
    db,
    clock: systemClock,
    jobs,
    liveUpdates: { publish() {}, publishSources() {} },
    log,
    shortLinks,
  };
  const sandbox = createSandbox({ ...services, db: pathDb }, { delay_ms });
  const carriers = onlyCarriers(carrier(sandbox));
  const path = await startTestPath({ ...services, pathDb, carriers }, {}, due?.(services));
  const runner = await runJobs({ connection, pool: db.pool, handlers: campaignJobs(services), log });
  return {
    async draft(workspaceId, list) {
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
      return draft.id;
    },
    async send(workspaceId, id) {
      await sendCampaign(services, workspaceId, id, null);
    },
    async stop() {
      await path.stop();
      await runner.stop();
      await pathDb.close();
    },
  };
}

/** Seconds from Send until every message has its final status through the sandbox, whose receipts come `delay_ms` after their submission. */
export async function runCampaign(
  db: Db,
  connection: string,
  { id: workspaceId }: TestWorkspace,
  list: string,
  size: number,
  options: { delay_ms?: number } = {},
): Promise<number> {
  const worker = await startCampaignWorker(db, connection, options);
  const id = await worker.draft(workspaceId, list);
  const begin = performance.now();
  await worker.send(workspaceId, id);
  await finished(db, workspaceId, id, size);
  const seconds = (performance.now() - begin) / 1000;
  await worker.stop();
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
