/** Metrics for Prometheus at /metrics. */
import { isIP } from "node:net";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { sql } from "kysely";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { readLags } from "../activity/activity-store.ts";
import type { Db } from "../kit/db.ts";
import { readDueWork } from "../kit/due-runner.ts";
import { Problem } from "../kit/errors.ts";
import { byKey, type AuthorizerServices } from "./authorize.ts";

/** Beyond this the queue is not counted, since counting millions of rows would be slow. */
const maxCounted = 100_000;

/**
 * Measures every request and serves /metrics: to a super admin's API key, and to this machine. Requests that a reverse proxy on
 * this machine forwards are recognised by their headers and do not count as local.
 */
export function serveMetrics(app: FastifyInstance, services: AuthorizerServices): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: "varsla_http_request_duration_seconds",
    help: "Time from the request's headers to the end of the answer",
    labelNames: ["method", "route", "status"],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  gaugeOfQueues(registry, services.db);

  app.addHook("onResponse", (request, reply, done) => {
    done();
    if (request.routeOptions.config.endpoint?.answerType) return; // how long a stream is open says nothing
    const route = request.routeOptions.url ?? "none";
    durations.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
  });

  app.get("/metrics", async (request, reply) => {
    if (!isFromHere(request)) await requireSuperAdmin(services, request);
    reply.type(registry.contentType).header("cache-control", "no-store");
    return registry.metrics();
  });
}

function gaugeOfQueues(registry: Registry, db: Db): void {
  // Each gauge waits for the query: they are all written at once, and one without it would show what the scrape before found.
  // Concurrent scrapes of a slow database share one query.
  let collecting: Promise<void> | null = null;
  const gauge = (name: string, help: string, labelNames: string[] = []) =>
    new Gauge({
      name,
      help,
      labelNames,
      registers: [registry],
      collect: () => (collecting ??= collect().finally(() => (collecting = null))),
    });
  const queued = gauge("varsla_message_queue_length", `Messages waiting for submission, counted up to ${maxCounted}`);
  const jobs = gauge("varsla_jobs", "Background jobs, by whether they wait or failed for good", ["state"]);
  const mails = gauge("varsla_mail_queue_length", `Mails waiting for submission, counted up to ${maxCounted}`);
  const received = gauge(
    "varsla_mails_received_total",
    "Mails received since the installation began, by what became of them",
    ["outcome"],
  );
  const lag = gauge(
    "varsla_due_work_lag_seconds",
    "How late work by the clock is done: by its last round, or since its next one should have begun",
    ["work"],
  );
  const done = gauge("varsla_due_work_done", "What work by the clock has done", ["work"]);
  const failed = gauge(
    "varsla_due_work_failures",
    "Rounds of work by the clock that failed, in whole or in one workspace",
    ["work"],
  );

  const unread = gauge(
    "varsla_activity_lag_seconds",
    "How long ago what happened that a subscriber of activity has not read yet; webhooks read no further while many deliveries wait",
    ["subscriber"],
  );

  async function collect(): Promise<void> {
    const found = await db.asSystem((tx) =>
      sql<{ queued: number; waiting: number; failed: number }>`
          select (select count(*) from (select from message_queue limit ${maxCounted}) as first) as queued,
            count(*) filter (where attempts < max_attempts) as waiting,
            count(*) filter (where attempts >= max_attempts) as failed
          from jobs.jobs`.execute(tx),
    );
    for (const each of await db.asSystem(readDueWork)) {
      lag.set({ work: each.name }, each.lag_ms / 1_000);
      done.set({ work: each.name }, each.done);
      failed.set({ work: each.name }, each.failed);
    }
    const { waiting, intake } = await db.asSystem(async (tx) => {
      const queue = await sql<{ mails: number }>`
        select count(*) as mails from (select from mail_queue limit ${maxCounted}) as first`.execute(tx);
      const counts = await sql<{ outcome: string; mails: number }>`select outcome, mails from mail_intake`.execute(tx);
      return { waiting: queue.rows[0]?.mails ?? 0, intake: counts.rows };
    });
    mails.set(waiting);
    for (const { outcome, mails: n } of intake) received.set({ outcome }, n);
    for (const each of await db.asSystem(readLags)) unread.set({ subscriber: each.subscriber }, each.lag_ms / 1_000);
    const row = found.rows[0];
    if (!row) return;
    queued.set(row.queued);
    jobs.set({ state: "waiting" }, row.waiting);
    jobs.set({ state: "failed" }, row.failed);
  }
}

const forwarding = new Set(["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"]);

function isFromHere(request: FastifyRequest): boolean {
  // The raw headers: those of untrusted peers have been removed from request.headers.
  if (request.raw.rawHeaders.some((name, i) => i % 2 === 0 && forwarding.has(name.toLowerCase()))) return false;
  const peer = request.socket.remoteAddress ?? "";
  const loopback = peer === "::1" || /^(::ffff:)?127\./.test(peer);
  // A foreign name that resolves to this machine is refused as well (DNS rebinding).
  const name = (request.headers.host ?? "").replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  return loopback && (name === "localhost" || isIP(name) !== 0);
}

async function requireSuperAdmin(services: AuthorizerServices, request: FastifyRequest): Promise<void> {
  const key = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (!key) throw new Problem(401, "unauthenticated", "Send a super admin's API key as Authorization: Bearer <key>.");
  const { actor } = await byKey(services, request, key);
  if (actor?.role !== "super_admin") {
    throw new Problem(403, "forbidden", "Only a super admin's API key may read the metrics.");
  }
}
