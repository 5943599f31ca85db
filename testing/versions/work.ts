/** The worker role of a process with the sandbox, as wire.ts puts it together, and checks that all records agree. */
import type pg from "pg";
import { expect } from "vitest";
import { campaignJobs } from "../../server/campaigns/campaigns-jobs.ts";
import { dueCampaigns, resumeCampaigns } from "../../server/campaigns/finish-campaigns.ts";
import { createSandbox } from "../../server/carriers/sandbox/sandbox.ts";
import { openDb } from "../../server/kit/db.ts";
import { runJobs } from "../../server/kit/jobs.ts";
import { createShortLinks } from "../../server/links/short-links.ts";
import { pathConnections } from "../../server/messages/dispatch/message-path.ts";
import type { TestApp } from "../app.ts";
import { onlyCarriers } from "../carriers.ts";
import type { TestDatabase } from "../database.ts";
import { runDue } from "../due.ts";
import { startTestPath } from "../message-path.ts";
import { until } from "../until.ts";

/** Returns a function that stops it. Without `campaigns` only texts are sent, and no campaign is prepared or finished. */
export async function startWork(
  { db, connection }: Pick<TestDatabase, "db" | "connection">,
  { services }: TestApp,
  { campaigns = true } = {},
): Promise<() => Promise<void>> {
  const pathDb = openDb({
    connection: { ...db.pool.options },
    workspaces: { ...db.workspacePool.options },
    max: pathConnections,
  });
  const sandbox = createSandbox({ ...services, db: pathDb }, { delay_ms: 0 });
  if (campaigns) await resumeCampaigns(services);
  const handlers = campaignJobs({ ...services, shortLinks: createShortLinks(services.config) });
  const runner = campaigns && (await runJobs({ connection, pool: db.pool, handlers, log: services.log }));
  const path = await startTestPath({ ...services, pathDb, carriers: onlyCarriers(sandbox) });
  return async () => {
    await path.stop();
    if (runner) await runner.stop();
    await pathDb.close();
  };
}

/** Waits until nothing is under way any more. `client` is a superuser. */
export async function finished(client: pg.Client, { services }: TestApp): Promise<void> {
  await until(async () => {
    await runDue(dueCampaigns({ ...services, shortLinks: createShortLinks(services.config) }));
    const { rows } = await client.query(
      `select (select count(*) from message_queue) as queued, (select count(*) from dispatch_journal) as open,
         (select count(*) from sandbox_receipts) as receipts,
         (select count(*) from campaigns where status in ('preparing', 'sending')) as campaigns`,
    );
    expect(rows[0]).toEqual({ queued: 0, open: 0, receipts: 0, campaigns: 0 });
  });
}

/** Expects that the ledger, the figures by minute and the quota agree, when nothing is under way. */
export async function expectRecordsToAgree(client: pg.Client): Promise<void> {
  const { rows: counted } = await client.query(
    `select source_id::text, coalesce(sum(n) filter (where status = 'delivered'), 0)::int as delivered
     from message_counts where source_type = 'campaign' group by 1 order by 1`,
  );
  const { rows: kept } = await client.query(
    `select source_id::text, count(*) filter (where status = 'delivered') as delivered
     from messages where source_type = 'campaign' group by 1 order by 1`,
  );
  expect(counted).toEqual(kept);
  const { rows: quotas } = await client.query(
    `select p.reserved, p.used,
       (select sum(u.used)::int from quota_usage u
        where u.workspace_id = p.workspace_id and u.period_start = p.period_start) as by_source,
       (select sum(segments)::int from messages m
        where m.workspace_id = p.workspace_id and m.status in ('sent', 'delivered', 'undelivered')) as sent
     from quota_periods p`,
  );
  expect(quotas.length).toBeGreaterThan(0);
  for (const { reserved, used, by_source, sent } of quotas)
    expect({ reserved, used, by_source }).toEqual({ reserved: 0, used: sent, by_source: sent });
}
