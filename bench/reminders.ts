/**
 * Reminders beside a million bookings ahead: the look for what is due, the hand-over of 10,000 that are due within a minute, and the
 * making of 100,000 bookings with workflows on. A workspace has the million and 50 workflows, 200 more have some each; a worker is a
 * process of its own, and this process makes bookings as one with the role `api` does.
 *
 *   npm run bench -- reminders [bookings ahead] [due] [made]      (1,000,000, 10,000 and 100,000 unless given)
 *
 * What is judged: the median of 200 looks; the p99 of all hand-overs, from due to when the carrier took the text; bookings a second
 * over all that are made. Each decision and text is counted: one that is missing or doubled ends the bench with an error.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { sql } from "kysely";
import pg from "pg";
import type { When } from "../contract/workflows.ts";
import { createAccessLinks } from "../server/bookings/access-links.ts";
import { bookingsRoutes } from "../server/bookings/bookings-routes.ts";
import { createManageLinks } from "../server/bookings/manage-links.ts";
import { momentsWork } from "../server/bookings/workflows/sweep.ts";
import { systemClock } from "../server/kit/clock.ts";
import { longWork } from "../server/kit/connection.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import type { Actor } from "../server/kit/http.ts";
import { instantOf } from "../server/kit/id.ts";
import { createLog } from "../server/kit/log.ts";
import { inRequest } from "../server/kit/request-context.ts";
import { addBookings, addWorkflows, createCustomers, placeOf } from "../testing/booking-filler.ts";
import { multiplyWorkspace } from "../testing/multiply-workspace.ts";
import { newId } from "../testing/new-id.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { rawBookingLimit } from "../testing/raw-limit.ts";
import { testSeal, testSecretKey } from "../testing/seal.ts";
import { startTestServer, type TestServer } from "../testing/server.ts";
import { median, timed } from "../testing/timing.ts";
import { createTestWorkspace } from "../testing/workspace.ts";

const [ahead = 1_000_000, due = 10_000, made = 100_000] = process.argv.slice(2).map(Number);
const smallWorkspaces = 200;
const customers = 20_000;
const looks = 200;
/** As a process with the role `api` has: connections for requests, and so many requests under way. */
const connections = 16;
const requests = 50;
const second = 1_000;
const minute = 60 * second;
const quarter = 15 * minute;
const day = 24 * 60 * minute;

const log = createLog("warn");
const config = { public_url: "https://sms.test", link_domain: "sms.test", secret_key: testSecretKey };
const links = createManageLinks(config);
const deciding = { links, access: createAccessLinks(config), seal: testSeal, mailDomain: "sms.test" };
const liveUpdates = { publish() {}, publishSources() {} };

const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
const postgres = await startEmbeddedPostgres({ directory });
let worker: TestServer | null = null;
try {
  const workspaces = await prepareDatabase(postgres.connection);
  const db = openDb({ connection: postgres.connection, workspaces, max: connections });
  const filler = openDb({ connection: postgres.connection, workspaces, max: 1, timeouts: longWork });
  const large = (await createTestWorkspace(db, { allowance: 100_000_000 })).id;
  const filling = await timed(async () => {
    await fillSmall(filler);
    await fillLarge(filler, large);
    await checkpoint();
  });
  console.error(`  filled in ${Math.round(filling / second)} s`);

  await lookAhead(db, large);
  worker = await startTestServer({
    env: { DATABASE_URL: postgres.connection, SECRET_KEY: testSecretKey, ROLES: "worker" },
  });
  await handOver(filler, large, "within a minute", minute / due);
  await handOver(filler, large, "at one moment", 0);
  await make(db, filler, worker);
  await filler.close();
  await db.close();
  if (worker.output().includes('"level":50')) throw new Error(worker.output());
} finally {
  await worker?.stop();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Two hundred workspaces with a hundred bookings and one reminder each. */
async function fillSmall(db: Db): Promise<void> {
  const { id } = await createTestWorkspace(db);
  await createCustomers(db, id, 50);
  await addBookings(db, id, { count: 100, from: nextQuarter(day), apart: day / 4, madeDaysAgo: 30 });
  await addWorkflows(db, id, [{ trigger: "before_start", hours: 24 }]);
  await multiplyWorkspace(db, id, smallWorkspaces, [
    "contacts",
    "services",
    "locations",
    "resources",
    "bookings",
    "workflows",
  ]);
}

/** A year of bookings, at each quarter of an hour, and fifty workflows: ten timings, each for a fifth of the services. */
async function fillLarge(db: Db, id: string): Promise<void> {
  await createCustomers(db, id, customers);
  const slots = Math.ceil(ahead / ((365 * day) / quarter));
  await addBookings(db, id, { count: ahead, from: nextQuarter(0), apart: quarter, slots, madeDaysAgo: 400 });
  const timings: When[] = [
    { trigger: "before_start", minutes: 60 },
    { trigger: "before_start", hours: 2 },
    { trigger: "before_start", hours: 24 },
    { trigger: "before_start", hours: 48 },
    { trigger: "before_start", days: 1, at: "18:00" },
    { trigger: "before_start", days: 2, at: "09:00" },
    { trigger: "before_start", days: 7 },
    { trigger: "after_end", hours: 2 },
    { trigger: "after_end", days: 1, at: "10:00" },
    { trigger: "after_end", days: 30 },
  ];
  const groups = Array.from({ length: 5 }, (_, group) => [0, 5, 10, 15].map((i) => placeOf.service(i + group)));
  await addWorkflows(
    db,
    id,
    timings.flatMap((when) => groups.map((services) => ({ ...when, services }))),
  );
}

/** Looks for what is due while nothing is, in turn with a look at one booking by its key. */
async function lookAhead(db: Db, workspaceId: string): Promise<void> {
  const work = momentsWork({ db, log, liveUpdates }, deciding);
  const signal = new AbortController().signal;
  // Between two quarters of an hour, and not at a full one, at which days begin.
  const begin = nextQuarter(2 * 60 * minute).getTime() + minute;
  const { rows } = await db.asSystem((tx) =>
    sql<{ id: string }>`select id from bookings where workspace_id = ${workspaceId} limit 1`.execute(tx),
  );
  const oneBooking = () =>
    db.asSystem((tx) =>
      sql`select id, start_at from bookings where workspace_id = ${workspaceId} and id = ${rows[0]?.id}`.execute(tx),
    );
  const times: number[] = [];
  const compared: number[] = [];
  for (let i = -20; i < looks; i++) {
    const now = new Date(begin + (i + 20) * second);
    let found = 0;
    const took = await timed(async () => (found = (await work.run({ now, signal })).done));
    if (found > 0) throw new Error(`${found} were due at ${now.toISOString()}, when nothing should be`);
    const other = await timed(oneBooking);
    if (i < 0) continue; // warms up
    times.push(took);
    compared.push(other);
  }
  await db.asSystem((tx) => sql`delete from workflow_sweep`.execute(tx));
  const [look, peer] = [median(times), median(compared)];
  console.log(
    `reminders ${ahead}: a look while nothing is due: p50 ${look.toFixed(1)} ms, p99 ${p99(times).toFixed(1)} ms; one booking by its key p50 ${peer.toFixed(1)} ms, p99 ${p99(compared).toFixed(1)} ms; ratio ${(look / peer).toFixed(1)}`,
  );
}

/** Adds bookings whose reminder is due in some seconds, `apart` milliseconds from each other, and waits until all texts have left. */
async function handOver(db: Db, workspaceId: string, when: string, apart: number): Promise<void> {
  const since = new Date();
  // Adding them takes a while.
  const soon = Math.ceil(since.getTime() / second) * second + 20 * second;
  // At a full quarter of an hour others are due as well.
  const quarters = (at: number) => Math.floor((at - 1) / quarter);
  const first = new Date(
    quarters(soon) === quarters(soon + apart * due + 1) ? soon : nextQuarter(0).getTime() + second,
  );
  const from = new Date(first.getTime() + 60 * minute);
  await addBookings(db, workspaceId, { count: due, from, apart, madeDaysAgo: 400 });
  if (Date.now() > first.getTime()) throw new Error("adding the bookings took longer than until the first is due");
  const last = first.getTime() + apart * due;
  await delay(last - Date.now());
  const late = await until(db, workspaceId, since, [from, new Date(from.getTime() + apart * due)], due);
  console.log(
    `  ${due} due ${when}: from due to carrier p50 ${seconds(median(late))}, p99 ${seconds(p99(late))}, last ${seconds(Math.max(...late))}`,
  );
}

/** How late each text was that was due for a start within the span, in milliseconds, once all have left. */
async function until(
  db: Db,
  workspaceId: string,
  since: Date,
  [from, to]: [Date, Date],
  count: number,
): Promise<number[]> {
  const end = Date.now() + 5 * minute;
  for (;;) {
    const { decisions, taken } = await db.asSystem(async (tx) => {
      const { rows: decisions } = await sql<{ due_at: Date; message_id: string; state: string }>`
        select due_at, message_id, state from workflow_decisions
        where workspace_id = ${workspaceId} and occurrence between ${from} and ${to} and decided_at > ${since}
          and due_at = occurrence - interval '60 minutes'`.execute(tx);
      const { rows: taken } = await sql<{ message_id: string; id: string }>`
        select message_id, id from sandbox_messages where workspace_id = ${workspaceId}`.execute(tx);
      return { decisions, taken };
    });
    const other = decisions.find(({ state }) => state !== "sent");
    if (other) throw new Error(`a reminder was not sent: ${JSON.stringify(other)}`);
    const references = new Map(taken.map((text) => [text.message_id, text.id]));
    if (references.size < taken.length)
      throw new Error(`the carrier has ${taken.length - references.size} texts twice`);
    const late = decisions.flatMap(({ message_id, due_at }) => {
      const reference = references.get(message_id);
      return reference === undefined ? [] : instantOf(reference).getTime() - due_at.getTime();
    });
    if (late.length > count) throw new Error(`${late.length} texts have left for ${count} bookings`);
    if (late.length === count) return late;
    if (Date.now() > end) throw new Error(`${late.length} of ${count} texts have left`);
    await delay(second);
  }
}

/** Makes bookings through the handler of POST /bookings, in a workspace with three workflows, while the worker looks at them. */
async function make(db: Db, filler: Db, worker: TestServer): Promise<void> {
  const { id: workspaceId } = await createTestWorkspace(db, { allowance: 100_000_000 });
  await createCustomers(filler, workspaceId, customers);
  const whens: When[] = [
    { trigger: "booking_created" },
    { trigger: "before_start", hours: 24 },
    { trigger: "after_end", hours: 2 },
  ];
  await addWorkflows(db, workspaceId, whens);
  await checkpoint();
  const elsewhere = (await createTestWorkspace(db)).id;
  const limit = await rawBookingLimit(postgres.connection, elsewhere, { count: Math.min(made, 20_000), connections });
  await db.asSystem((tx) => sql`delete from booking_happenings where workspace_id = ${elsewhere}`.execute(tx));
  const { create } = bookingsRoutes({ db, clock: systemClock, deciding, liveUpdates });
  const actor = { workspaceId, userId: null, key: { id: newId(), maker: null }, name: "bench" } as unknown as Actor;
  const context = { actor, user: null, ip: "127.0.0.1" };
  const call = (i: number) => ({ actor, body: bodyOf(i), idempotency: null }) as Parameters<typeof create>[0];
  const memory: { api: number; worker: number }[] = [];
  const tenth = Math.ceil(made / 10);
  let next = 0;
  const began = performance.now();
  await together(requests, async () => {
    for (;;) {
      const i = next++;
      if (i >= made) return;
      await inRequest(context, () => create(call(i)));
      if (i % tenth === tenth - 1) memory.push(await memoryOf(worker));
    }
  });
  const took = performance.now() - began;
  const decided = await counted(filler, workspaceId);
  const settled = performance.now() - began;
  const rate = (made * second) / took;
  console.log(
    `  made ${made} bookings with three workflows on: ${Math.round(rate)}/s; raw limit: ${Math.round(limit)}/s; ratio ${(rate / limit).toFixed(2)}; the last confirmation left ${seconds(settled - took)} after the last booking (${Math.round((decided * second) / settled)} texts/s)`,
  );
  const [first, last] = [memory[0], await memoryOf(worker)];
  const most = (of: "api" | "worker") => Math.max(...memory.map((each) => each[of]));
  console.log(
    `  memory after a tenth and in the end: this process ${first?.api} and ${last.api} MB (peak ${most("api")}), the worker ${first?.worker} and ${last.worker} MB (peak ${most("worker")})`,
  );
}

/** Three of four by customers who are known, with the names and numbers of service, place and resource. */
function bodyOf(i: number) {
  const known = i % 4 !== 3;
  const mobile = known ? 1 + ((i * 7) % customers) : customers + 1 + i;
  return {
    customer: { first_name: `Navn${i % 500}`, mobile: `+479${String(mobile).padStart(7, "0")}` },
    service: placeOf.service(i),
    location: placeOf.location(i),
    resources: [placeOf.resource(i)],
    start: new Date(nextQuarter(7 * day).getTime() + (i % 5_000) * quarter).toISOString(),
    notify: true,
  };
}

/** Waits until the worker has looked at all that was made; each booking must have led to one text, which the carrier has once. */
async function counted(db: Db, workspaceId: string): Promise<number> {
  for (let open = true; open; await delay(100)) {
    const { rows } = await db.asSystem((tx) =>
      sql<{ open: boolean }>`
        select exists (select 1 from booking_happenings where workspace_id = ${workspaceId})
          or exists (select 1 from message_queue where workspace_id = ${workspaceId}) as open`.execute(tx),
    );
    open = rows[0]?.open ?? true;
  }
  const { rows } = await db.asSystem((tx) =>
    sql<{ bookings: number; decided: number; sent: number; taken: number; texts: number }>`
      select (select count(*) from bookings where workspace_id = ${workspaceId}) as bookings,
        (select count(*) from workflow_decisions where workspace_id = ${workspaceId}) as decided,
        (select count(*) from workflow_decisions where workspace_id = ${workspaceId} and state = 'sent') as sent,
        count(distinct message_id) as taken, count(*) as texts
      from sandbox_messages where workspace_id = ${workspaceId}`.execute(tx),
  );
  const [found] = rows;
  if (!found || Object.values(found).some((figure) => figure !== made))
    throw new Error(`of ${made} bookings there are ${JSON.stringify(found)}`);
  return found.sent;
}

/** Runs so many copies of the work beside each other. */
async function together(count: number, work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, work));
}

/** The memory of this process and of the worker, in MB. */
async function memoryOf({ pid }: TestServer): Promise<{ api: number; worker: number }> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]);
  return { api: Math.round(process.memoryUsage().rss / 2 ** 20), worker: Math.round(Number(stdout) / 2 ** 10) };
}

async function checkpoint(): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.superuser("varsla") });
  await client.connect();
  await client.query("checkpoint");
  await client.end();
}

/** The first full quarter of an hour so long from now. */
function nextQuarter(away: number): Date {
  return new Date(Math.ceil((Date.now() + away) / quarter) * quarter);
}

function p99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? 0;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / second).toFixed(2)} s`;
}
