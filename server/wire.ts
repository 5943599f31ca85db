/** Puts the parts together: the one place that knows which implementation stands behind each interface. */
import type { RequestListener } from "node:http";
import { alertJobs, alertPeriodicJobs } from "./alerts/alerts-jobs.ts";
import { startAlertWatch } from "./alerts/watch.ts";
import { buildApp } from "./api/app.ts";
import { seedWorkspace } from "./api/new-workspace.ts";
import { campaignJobs, campaignPeriodicJobs } from "./campaigns/campaigns-jobs.ts";
import { resumeCampaigns } from "./campaigns/finish-campaigns.ts";
import { type CarrierMakers, createConnections } from "./carriers/connections.ts";
import { forgetOldOnSandbox, forgetOnSandbox } from "./carriers/forget-on-sandbox.ts";
import { sandboxRoutes } from "./carriers/sandbox-routes.ts";
import { createSandbox } from "./carriers/sandbox.ts";
import { deleteOldDoubted } from "./carriers/smpp-in-doubt-store.ts";
import { deleteOldParts } from "./carriers/smpp-parts-store.ts";
import { turnReferences } from "./carriers/smpp-references-store.ts";
import { smppCarrier } from "./carriers/smpp.ts";
import { twilioWebhooks } from "./carriers/twilio-webhooks.ts";
import { twilioCarrier } from "./carriers/twilio.ts";
import { importJobs, importPeriodicJobs, sweepImports } from "./contacts/import-jobs.ts";
import { systemClock } from "./kit/clock.ts";
import type { Config } from "./kit/config.ts";
import { longWork } from "./kit/connection.ts";
import { type Db, openDb } from "./kit/db.ts";
import { type JobHandler, jobs, type PeriodicJob, runJobs } from "./kit/jobs.ts";
import type { Logger } from "./kit/log.ts";
import { type Mailer, relayMailer, sandboxMailer } from "./kit/mail.ts";
import { startNews } from "./kit/news.ts";
import { createOutboundTargets } from "./kit/outbound-targets.ts";
import { createSeal } from "./kit/seal.ts";
import { countJobs, countPeriodicJobs } from "./messages/compact-counts.ts";
import { createInboundIntake } from "./messages/inbound.ts";
import { makeMonths, makeMonthsInSteps } from "./messages/make-months.ts";
import { pathConnections, startMessagePath } from "./messages/message-path.ts";
import { optOutJobs } from "./messages/opted-out-at-carrier.ts";
import { createReceiptIntake } from "./messages/receipts.ts";
import { readHandset, readReceiver } from "./messages/received-store.ts";
import { retentionJobs, retentionPeriodicJobs } from "./retention/retention-jobs.ts";
import { startWebhookSender, webhookJobs, webhookPeriodicJobs } from "./webhooks/send-webhooks.ts";
import { accountJobs, accountPeriodicJobs, identityOf } from "./workspaces/account-jobs.ts";
import { bootstrap } from "./workspaces/bootstrap.ts";
import { recipientOf } from "./workspaces/recipients.ts";
import { setUpLink } from "./workspaces/set-up-token.ts";

/** A process whose parts run. */
export interface Wired {
  /** Answers requests; null where the process does not serve the API. */
  handle: RequestListener | null;
  /** Where the first workspace is made; null when there is one, and where the process does not serve the API. */
  setUpLink: string | null;
  /** Ends answers that would go on for ever, such as news. */
  endStreams(): Promise<void>;
  /** Lets what is under way finish, then lets go of the database. */
  stop(): Promise<void>;
}

/** Of the process's two pools: requests work in a workspace; the system signs people in. */
const requestConnections = { max: 16, systemMax: 12 };
/** Of a process that serves no requests: what carriers and alerts ask. */
const fewConnections = { max: 4, systemMax: 6 };
/** Jobs work in a workspace; the system keeps the job queue. */
const jobConnections = { max: 8, systemMax: 8 };
const keepMonthsAhead = 3;
const createPartitionsJob = "create_partitions";

/** Starts what the process's roles ask for on a migrated database. */
export async function wire(options: {
  config: Config;
  log: Logger;
  connection: string;
  /** Where the role of workspaces' work connects. */
  workspaces: string;
}): Promise<Wired> {
  const { config, log, connection, workspaces } = options;
  const clock = systemClock;
  const few = config.roles.has("api") ? requestConnections : fewConnections;
  const db = openDb({ connection, workspaces, ...few });
  await createPartitions(db, log, makeMonths);
  const news = await startNews({ connection, pool: db.pool, log });
  const mailer = createMailer(config, db);
  const seal = createSeal(config.secret_key);
  const services = { db, clock, jobs, news, config, log, mailer, seal };

  const identity = identityOf(services);
  if ((await bootstrap({ ...services, identity, seed: seedWorkspace })) === "made") {
    log.info({ workspace: config.first_workspace?.workspace_name }, "created the first workspace");
  }

  const workers: { stop(): Promise<void> }[] = [];
  if (config.roles.has("worker")) {
    // Jobs have connections of their own: their statements may take hours, and must not keep requests waiting.
    const jobsDb = openDb({ connection, workspaces, ...jobConnections, patience: longWork });
    const patient = { ...services, db: jobsDb };
    const handlers: Record<string, JobHandler> = {
      [createPartitionsJob]: async () => {
        await createPartitions(jobsDb, log, makeMonthsInSteps);
        await jobsDb.asSystem(deleteOldParts);
        await jobsDb.asSystem(deleteOldDoubted);
      },
      ...accountJobs(patient),
      ...importJobs(patient),
      ...campaignJobs(patient),
      ...countJobs(patient),
      ...alertJobs(patient),
      ...webhookJobs(patient),
      ...optOutJobs(patient),
      ...retentionJobs({ ...patient, forgetNumbers: [forgetOnSandbox], forgetOld: [forgetOldOnSandbox] }),
    };
    const periodic: PeriodicJob[] = [
      { name: createPartitionsJob, pattern: "*/5 * * * *" },
      ...accountPeriodicJobs,
      ...importPeriodicJobs,
      ...campaignPeriodicJobs,
      ...countPeriodicJobs,
      ...alertPeriodicJobs,
      ...webhookPeriodicJobs,
      ...retentionPeriodicJobs,
    ];
    await sweepImports(patient);
    await resumeCampaigns(patient);
    const running = await runJobs({ connection, pool: jobsDb.pool, handlers, log, periodic });
    workers.push({ stop: () => running.stop().then(() => jobsDb.close()) });
    const pathDb = openDb({ connection, workspaces, max: pathConnections });
    const sandbox = createSandbox({ db: pathDb, clock, log, news });
    const carriers = createConnections({
      db: pathDb,
      clock,
      log,
      seal,
      sandbox,
      makers: makersFor(config),
      public_url: config.public_url,
    });
    const path = await startMessagePath({ ...services, pathDb, carriers }, { lease_ms: config.lease_seconds * 1000 });
    workers.push({ stop: () => path.stop().then(() => pathDb.close()) });
    const others = config.webhook_targets === "any" ? "discreet" : "refused";
    const targets = createOutboundTargets({ allowed: config.allowed_private_targets, others });
    workers.push(startWebhookSender({ ...services, targets }));
  }

  workers.push(startAlertWatch(services));

  const onInbound = createInboundIntake(services);
  const onReceipts = createReceiptIntake(services);
  const calls = {
    sandbox: sandboxRoutes({ ...services, onInbound, addresses: { handset: readHandset, receiver: readReceiver } }),
    carrierWebhooks: twilioWebhooks({ ...services, onInbound, onReceipts }),
  };
  const app = config.roles.has("api") ? await buildApp({ ...services, ...calls }) : null;
  let streamsEnded: Promise<void> | null = null;
  const endStreams = () => (streamsEnded ??= Promise.resolve(app?.close()));

  return {
    setUpLink: app && (await setUpLink(db, config)),
    handle: app && ((request, response) => app.routing(request, response)),
    endStreams,
    async stop() {
      await endStreams();
      for (const worker of workers) await worker.stop();
      await news.stop();
      await db.close();
    },
  };
}

/** The kinds of connection that this build has. */
const makersFor = (config: Config): CarrierMakers => ({
  twilio: twilioCarrier({ api_url: config.twilio_api_url ?? "https://api.twilio.com" }),
  smpp: smppCarrier({ targets: createOutboundTargets({ allowed: config.allowed_private_targets }) }),
});

/**
 * The ledger's months ahead, and the weeks of carriers' ids. What somebody's lock keeps from being made now is made by the
 * job that looks every few minutes: nobody waits for it, a start neither.
 */
async function createPartitions(db: Db, log: Logger, make: typeof makeMonths): Promise<void> {
  const months = await make(db, keepMonthsAhead);
  const weeks = await turnReferences(db);
  if (months + weeks.missing > 0) {
    log.warn({ months, weeks: weeks.missing }, "partitions could not be made beside what is going on; soon again");
  }
}

function createMailer(config: Config, db: Db): Mailer {
  const from = `Varsla <no-reply@${config.mail_domain}>`;
  if (config.outbound_smtp_url) return relayMailer({ url: config.outbound_smtp_url, from });
  return sandboxMailer({ db, from, clock: systemClock, ownerOf: recipientOf });
}
