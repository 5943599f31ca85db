/** Wires the modules: the one place that chooses the implementation of each interface. */
import type { RequestListener } from "node:http";
import { identityOf } from "./accounts/account-jobs.ts";
import { bootstrap } from "./accounts/bootstrap.ts";
import { recipientOf } from "./accounts/recipients.ts";
import { setUpLink } from "./accounts/set-up-token.ts";
import { activityReading } from "./activity/read-on.ts";
import { buildApp } from "./api/app.ts";
import { seedWorkspace } from "./api/new-workspace.ts";
import { createConnections } from "./carriers/connections.ts";
import { sandboxTransport } from "./carriers/sandbox/keep-mails.ts";
import { createSandbox } from "./carriers/sandbox/sandbox.ts";
import { smppCarrier } from "./carriers/smpp/smpp.ts";
import { twilioCarrier } from "./carriers/twilio/twilio.ts";
import { systemClock } from "./kit/clock.ts";
import type { Config } from "./kit/config.ts";
import { longWork } from "./kit/connection.ts";
import { type Db, openDb } from "./kit/db.ts";
import { startDueWork } from "./kit/due-runner.ts";
import type { DueWork } from "./kit/due.ts";
import { runJobKinds } from "./kit/job-kinds.ts";
import { jobs } from "./kit/jobs.ts";
import { startLiveUpdates } from "./kit/live-updates.ts";
import type { Logger } from "./kit/log.ts";
import type { MailTransport } from "./kit/mail.ts";
import { createOutboundTargets } from "./kit/outbound-targets.ts";
import { createSeal } from "./kit/seal.ts";
import type { Running, Services } from "./kit/services.ts";
import { createMailer } from "./mail/queue-system-mail.ts";
import { relayTransport } from "./mail/relay.ts";
import { createInboundIntake } from "./messages/receive/inbound.ts";
import { createReceiptIntake } from "./messages/receive/receipts.ts";
import { readHandset, readReceiver } from "./messages/receive/received-store.ts";
import { allSubscribers, modules, sourceTopics } from "./modules.ts";

/** A running process. */
export interface Wired {
  /** Handles requests; null when the process does not serve the API. */
  handle: RequestListener | null;
  /** The link to set up the first workspace; null when there is one, or the process does not serve the API. */
  setUpLink: string | null;
  /** Ends open streams, such as live updates. */
  endStreams(): Promise<void>;
  /** Lets running work finish, then closes the database. */
  stop(): Promise<void>;
}

/** Pool sizes of a process that serves requests: most work is in workspaces; the system's pool is for sign-in. */
const requestConnections = { max: 16, systemMax: 12 };
/** Pool sizes of a process that serves no requests: for carriers and alerts. */
const fewConnections = { max: 4, systemMax: 6 };
/** Pool sizes for jobs: they work in workspaces; the system's pool is for the job queue, whose runners listen with one each, and for what is due. */
const jobConnections = { max: 12, systemMax: 14 };

/** Starts what the process's roles need, on a migrated database. */
export async function wire(options: {
  config: Config;
  log: Logger;
  connection: string;
  /** Connection string of the workspace role. */
  workspaces: string;
}): Promise<Wired> {
  const { config, log, connection, workspaces } = options;
  const clock = systemClock;
  const few = config.roles.has("api") ? requestConnections : fewConnections;
  const db = openDb({ connection, workspaces, ...few });
  const liveUpdates = await startLiveUpdates({ connection, pool: db.pool, log, topics: sourceTopics });
  const seal = createSeal(config.secret_key);
  const mailer = createMailer({ seal });
  const services = { db, clock, jobs, liveUpdates, config, log, mailer, seal };

  const identity = identityOf(services);
  if ((await bootstrap({ ...services, identity, seed: seedWorkspace })) === "made") {
    log.info({ workspace: config.first_workspace?.workspace_name }, "created the first workspace");
  }

  const roles = config.roles;
  // Jobs have their own connections: their statements may take hours and must not block requests.
  const jobsDb = roles.has("worker") ? openDb({ connection, workspaces, ...jobConnections, timeouts: longWork }) : db;
  const startServices = {
    ...services,
    jobsDb,
    openPool: (max: number) => openDb({ connection, workspaces, max }),
    createCarriers: (pathDb: Db) => createCarriers(pathDb, services),
    createMailTransport: () => createMailTransport(services),
  };
  const running: Running[] = jobsDb === db ? [] : [{ stop: () => jobsDb.close() }];
  for (const { start } of modules) {
    const started = await start?.(startServices);
    if (started) running.push(started);
  }
  const works: readonly DueWork[] = [
    ...modules.flatMap(({ due }) => due?.({ ...startServices, db: jobsDb, allDue: () => works }) ?? []),
    activityReading({ ...services, db: jobsDb, subscribers: allSubscribers(services) }),
  ];
  const own = works.filter(({ everywhere }) => everywhere || roles.has("worker"));
  running.push(await startDueWork({ db: jobsDb, log }, own));
  if (roles.has("worker")) {
    const jobServices = { ...services, db: jobsDb };
    const handlers = Object.assign({}, ...modules.map((module) => module.jobs?.(jobServices)));
    const periodic = modules.flatMap((module) => module.periodic ?? []);
    const kinds = Object.assign({}, ...modules.map((module) => module.kinds));
    running.push(await runJobKinds({ connection, pool: jobsDb.pool, handlers, log, periodic }, kinds));
  }

  const incoming = {
    ...services,
    onInbound: createInboundIntake(services),
    onReceipts: createReceiptIntake(services),
    addresses: { handset: readHandset, receiver: readReceiver },
  };
  const app = roles.has("api") ? await buildApp(incoming, modules) : null;
  let streamsEnded: Promise<void> | null = null;
  const endStreams = () => (streamsEnded ??= Promise.resolve(app?.close()));

  return {
    setUpLink: app && (await setUpLink(db, config)),
    handle: app && ((request, response) => app.routing(request, response)),
    endStreams,
    async stop() {
      await endStreams();
      for (const each of running.toReversed()) await each.stop();
      await liveUpdates.stop();
      await db.close();
    },
  };
}

/** The carriers of a worker: the sandbox, and one maker for each kind of connection. */
function createCarriers(
  db: Db,
  { clock, log, liveUpdates, seal, config }: Omit<Services, "config"> & { config: Config },
) {
  const makers = {
    twilio: twilioCarrier({ api_url: config.twilio_api_url ?? "https://api.twilio.com" }),
    smpp: smppCarrier({ targets: createOutboundTargets({ allowed: config.allowed_private_targets }) }),
  };
  const { public_url } = config;
  return createConnections({
    db,
    clock,
    log,
    seal,
    public_url,
    makers,
    sandbox: createSandbox({ db, clock, log, liveUpdates }),
  });
}

/** The way out of mails: the relay, or the sandbox mailbox where there is none. */
function createMailTransport({
  db,
  liveUpdates,
  config,
}: Pick<Services, "db" | "liveUpdates"> & { config: Config }): MailTransport {
  const { outbound_smtp_url: url, mail_domain, dkim } = config;
  return url ? relayTransport({ url, mail_domain, dkim }) : sandboxTransport({ db, liveUpdates, ownerOf: recipientOf });
}
