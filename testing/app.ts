/** The HTTP server over a test database, with everything real but the port. */
import type { FastifyInstance, InjectOptions } from "fastify";
import { pino } from "pino";
import type { Scope } from "../contract/permissions.ts";
import { permissions } from "../contract/permissions.ts";
import { newApiKey, storeApiKey } from "../server/accounts/api-keys.ts";
import { setUpToken } from "../server/accounts/set-up-token.ts";
import { type AppOptions, buildApp } from "../server/api/app.ts";
import { seedWorkspace } from "../server/api/new-workspace.ts";
import type { IncomingServices } from "../server/carriers/carrier.ts";
import { carriersModule } from "../server/carriers/module.ts";
import { twilioWebhooks } from "../server/carriers/twilio/webhooks.ts";
import type { Clock } from "../server/kit/clock.ts";
import { jobs } from "../server/kit/jobs.ts";
import { startLiveUpdates } from "../server/kit/live-updates.ts";
import { createSeal } from "../server/kit/seal.ts";
import { createInboundIntake } from "../server/messages/receive/inbound.ts";
import { createReceiptIntake } from "../server/messages/receive/receipts.ts";
import { readHandset, readReceiver } from "../server/messages/receive/received-store.ts";
import { type Module, modules, sourceTopics } from "../server/modules.ts";
import { createWorkspace } from "../server/workspaces/create-workspace.ts";
import type { TestDatabase } from "./database.ts";
import { promptMailer } from "./mails.ts";
import { quickPasswords } from "./quick-passwords.ts";
import { testSecretKey } from "./seal.ts";
import { whenDone } from "./when-done.ts";

/** One answer; `body` is parsed where it is JSON. */
export interface TestAnswer {
  status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows what it asked for
  body: any;
  headers: Record<string, string | string[] | number | undefined>;
  /** The cookies that it sets, as a browser would send them back. */
  cookies: string;
}

export interface TestRequest {
  key?: string;
  cookie?: string;
  body?: unknown;
  headers?: Record<string, string>;
  ip?: string;
}

export interface TestApp {
  app: FastifyInstance;
  services: IncomingServices;
  /** Calls `GET /contacts` under /api/v1; a path that begins with /api is taken whole. */
  call(line: string, request?: TestRequest): Promise<TestAnswer>;
  /** What `POST /setup` takes as `token`. */
  setUpToken: string;
}

/** Reads Twilio's token from the database again at every wrong signature, because tests change it within milliseconds. */
const carriersWithFreshTokens: Module = {
  ...carriersModule,
  routes: (services) => ({
    ...carriersModule.routes(services),
    carrierWebhooks: twilioWebhooks(services, { doubted_ms: 0 }),
  }),
};

/** Builds the app; it is closed when the calling test or file is done. */
export async function testApp(
  database: TestDatabase,
  options: {
    clock?: Clock;
    config?: Partial<IncomingServices["config"]>;
    services?: Partial<IncomingServices>;
    /** Whether the database has passwords that were hashed elsewhere, at full cost, and must be accepted here. */
    passwordsFromElsewhere?: boolean;
  } & AppOptions = {},
): Promise<TestApp> {
  if (!options.passwordsFromElsewhere) quickPasswords();
  const { db, connection } = database;
  const log = pino({ level: process.env.TEST_LOG ?? "silent" });
  const clock = options.clock ?? { now: () => new Date() };
  const liveUpdates = await startLiveUpdates({ connection, pool: db.pool, log, topics: sourceTopics });
  const config = {
    public_url: "http://localhost:3000",
    link_domain: "localhost:3000",
    trusted_proxies: ["127.0.0.0/8", "::1/128"],
    secret_key: testSecretKey,
    mail_domain: "sms.localhost",
    outbound_smtp_url: null,
    ...options.config,
  };
  const mailer = promptMailer({ db, clock, liveUpdates, log, config });
  const onInbound = createInboundIntake({ db, clock, liveUpdates, log });
  const onReceipts = createReceiptIntake({ db, clock, liveUpdates });
  const seal = createSeal(config.secret_key);
  const services: IncomingServices = {
    db,
    clock,
    jobs,
    liveUpdates,
    config,
    log,
    mailer,
    seal,
    onInbound,
    onReceipts,
    addresses: { handset: readHandset, receiver: readReceiver },
    ...options.services,
  };
  const app = await buildApp(services, modules.with(modules.indexOf(carriersModule), carriersWithFreshTokens), options);
  whenDone(async () => {
    await app.close();
    await liveUpdates.stop();
  });
  return {
    app,
    services,
    call: (line, request = {}) => call(app, line, request),
    setUpToken: await setUpToken(db, config.secret_key),
  };
}

async function call(app: FastifyInstance, line: string, request: TestRequest): Promise<TestAnswer> {
  const [method = "GET", path = "/"] = line.split(" ");
  const answer = await app.inject({
    method: method as NonNullable<InjectOptions["method"]>,
    url: path.startsWith("/api/") || path === "/metrics" ? path : `/api/v1${path}`,
    headers: {
      ...(request.key && { authorization: `Bearer ${request.key}` }),
      ...(request.cookie && { cookie: request.cookie }),
      ...(request.body !== undefined && { "content-type": "application/json" }),
      ...request.headers,
    },
    ...(request.ip && { remoteAddress: request.ip }),
    ...(request.body !== undefined && {
      payload: typeof request.body === "string" ? request.body : JSON.stringify(request.body),
    }),
  });
  const isJson = String(answer.headers["content-type"] ?? "").includes("json");
  return {
    status: answer.statusCode,
    body: isJson && answer.body !== "" ? JSON.parse(answer.body) : answer.body,
    headers: answer.headers,
    cookies: answer.cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; "),
  };
}

/** A workspace as the product creates it, with a key that may do everything or what `scopes` says. */
export async function workspaceWithKey(
  { db }: Pick<TestDatabase, "db">,
  options: { name?: string; scopes?: readonly Scope[] } = {},
): Promise<{ id: string; key: string }> {
  const key = newApiKey();
  const at = new Date();
  const id = await db.asSystem(async (tx) => {
    const input = { name: options.name ?? "Salong Saks", country: "NO", time_zone: "Europe/Oslo", language: "nb" };
    const made = await createWorkspace(tx, { ...input, language: "nb" }, seedWorkspace, at);
    const grants = { name: "test", role: "super_admin", scopes: options.scopes ?? permissions } as const;
    await storeApiKey(tx, made.workspace_id, key, grants, at);
    return made.workspace_id;
  });
  return { id, key };
}
