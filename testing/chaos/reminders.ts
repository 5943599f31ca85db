/**
 * Reminders of thousands of bookings are due while workers and the database are killed, and a share of the bookings is moved, moved back,
 * cancelled, reinstated, or made too late. Each due reminder must be with the carrier once, and none that a change had made pointless.
 */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { openDb } from "../../server/kit/db.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import { addBookings } from "../booking-filler.ts";
import { changeBookings, changes, type GivenBooking, lead, type LoggedBooking, movedBy } from "./booking-traffic.ts";
import { patientClient, type PatientClient } from "./client.ts";
import { tally } from "./inject-fault.ts";
import { type Installation, until } from "./installation.ts";
import type { Verdict } from "./judge.ts";
import * as ledger from "./records.ts";
import { compareReminders, readDecisions, readHandsets, type ReminderFindings } from "./reminder-records.ts";
import type { RunOptions, Scenario } from "./run.ts";
import { createTenant, type Tenant } from "./tenant.ts";
import { watchedJournals, watchJournals } from "./watch.ts";

/** Adding the bookings takes so long at most, in milliseconds; the first reminder is due then. */
const preparing = 45_000;
const stuckAfter = 240_000;
const shown = 5;

/** Runs `bookings` reminders, spread over the duration, during the scenario, and compares. */
export async function remindDuring(
  installation: Installation,
  options: Pick<RunOptions, "seed" | "duration" | "response_seconds" | "say" | "signal"> & { bookings: number },
  scenario: Scenario,
): Promise<Verdict> {
  const { connection, superuser, urls } = installation;
  const { seed, bookings, duration, say, signal } = options;
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 1 });
  const client = new pg.Client({ connectionString: superuser });
  let tenant: Tenant;
  let given: GivenBooking[];
  const first = Date.now() + preparing;
  try {
    const scale = { messages: 0, lists: 1, list_size: bookings, senders: 1, rates: [], texts: 1 };
    tenant = await createTenant(db, "reminders", "15", scale, null);
    const from = new Date(first + lead);
    await addBookings(db, tenant.id, { count: bookings, from, apart: duration / bookings, madeDaysAgo: 30 });
    await client.connect();
    given = await readBookings(client, tenant.id);
    await client.query("delete from sandbox_phones where workspace_id = $1", [tenant.id]);
  } finally {
    await db.close();
    await client.end();
  }
  const asking = patientClient(urls, tenant.key, signal);
  const workflows = await createWorkflows(asking);
  await watchJournals(superuser);
  if (Date.now() > first) throw new Error("preparing took longer than until the first reminder is due");
  say(`${bookings} reminders are due over ${duration / 1000} s`);
  await delay(first - Date.now(), undefined, { signal });
  const strangers = (i: number) => tenant.numberOf(bookings + i);
  const failure = new AbortController();
  const both = AbortSignal.any([signal, failure.signal]);
  const [faults, log] = await Promise.all([
    scenario([tenant], both),
    changeBookings(asking, given, { seed, strangers, signal: both }),
  ]).catch((error: unknown) => {
    failure.abort();
    throw error;
  });
  say("all bookings are changed and all faults injected; waiting until nothing is due or under way");
  const lastMoment = new Date(first + duration + movedBy);
  await delay(Math.max(0, lastMoment.getTime() - Date.now()), undefined, { signal });

  const judging = new pg.Client({ connectionString: superuser });
  await judging.connect();
  try {
    const open = await waitUntilDecided(judging, tenant, lastMoment, signal);
    const verdict = await judge(judging, tenant, log, workflows);
    const longest = options.response_seconds * 3_000;
    const hits = Object.entries(tally(faults, await watchedJournals(judging), longest));
    return {
      lines: [
        ...hits.map(([kind, what]) => `${kind}: ${what}`),
        `${asking.retries()} requests were repeated`,
        ...verdict.lines,
      ],
      violations: [
        ...open.map((what) => `still under way: ${what}`),
        ...endedAlone(installation),
        ...verdict.violations,
      ],
    };
  } finally {
    await judging.end();
  }
}

interface Workflows {
  reminder: string;
  confirmation: string;
}

async function createWorkflows(client: PatientClient): Promise<Workflows> {
  const create = async (name: string, when: object, text: string) => {
    const actions = [{ action: "send_sms", to: { customer: true }, text }];
    const { body } = await client.must([201], "POST", "/workflows", { name, when, do: actions, also_ahead: true });
    return body.id as string;
  };
  return {
    reminder: await create("Reminder", { trigger: "before_start", minutes: 60 }, "Welcome at {{ booking.time }}"),
    confirmation: await create("Confirmation", { trigger: "booking_created" }, "Booked for {{ booking.time }}"),
  };
}

async function readBookings(client: pg.Client, workspaceId: string): Promise<GivenBooking[]> {
  const { rows } = await client.query<{ id: string; number: string; start_at: Date }>(
    `select b.id, c.mobile as number, b.start_at from bookings b
     join contacts c on c.workspace_id = b.workspace_id and c.id = b.customer_id
     where b.workspace_id = $1 order by b.start_at, b.id`,
    [workspaceId],
  );
  return rows.map(({ start_at, ...rest }) => ({ ...rest, start: start_at.getTime() }));
}

/** Waits until all is decided up to a moment and nothing is on its way; returns what still is when that no longer changes. */
async function waitUntilDecided(
  client: pg.Client,
  tenant: Tenant,
  moment: Date,
  signal: AbortSignal,
): Promise<string[]> {
  let left: string[] = [];
  const isDone = async () => {
    signal.throwIfAborted();
    left = await underWayNow(client, tenant, moment);
    return left.length === 0;
  };
  await until(isDone, "everything to finish", stuckAfter).catch((error: unknown) => {
    if (left.length === 0) throw error;
  });
  return left;
}

async function underWayNow(client: pg.Client, tenant: Tenant, moment: Date): Promise<string[]> {
  const { rows } = await client.query<{ what: string; n: number }>(
    `select 'moments not looked at' as what, 1 as n
     where (select count(*) from workflow_sweep) <> 1 or exists (select 1 from workflow_sweep where until < $2)
     union all select 'changes not looked at', count(*)::int from booking_happenings where workspace_id = $1
     union all select 'receipts of the sandbox', count(*)::int from sandbox_receipts`,
    [tenant.id, moment],
  );
  const open = rows.filter(({ n }) => n > 0).map(({ what, n }) => `${n} ${what}`);
  return [...open, ...(await ledger.leftOver(client, tenant))];
}

async function judge(
  client: pg.Client,
  tenant: Tenant,
  bookings: readonly LoggedBooking[],
  workflows: Workflows,
): Promise<Verdict> {
  const reminders = await readDecisions(client, tenant.id, workflows.reminder);
  const confirmations = await readDecisions(client, tenant.id, workflows.confirmation);
  const texts = await readHandsets(client, tenant.id);
  const found = compareReminders({ bookings, reminders, confirmations, texts }, Date.now());
  const { violations } = found;
  const rows = await ledger.readLedger(client, tenant);
  const figures = [
    ...(await ledger.wrongQuota(client, tenant, rows)),
    ...(await ledger.wrongCounts(client, tenant, rows)),
    ...(await wrongSentCounts(client, tenant)),
    ...isNoRace(bookings, found, reminders),
  ];
  const all = [...violations.slice(0, shown), ...(violations.length > shown ? [`… ${violations.length} in all`] : [])];
  return { lines: summary(bookings, found, confirmations.length), violations: [...all, ...figures] };
}

/** What the workflows say they have sent, and have not. */
async function wrongSentCounts(client: pg.Client, { id }: Tenant): Promise<string[]> {
  const { rows } = await client.query<{ name: string; sent_count: number; n: number }>(
    `select w.name, w.sent_count::int, count(d)::int as n
     from workflows w left join workflow_decisions d on d.workspace_id = w.workspace_id and d.workflow_id = w.id and d.state = 'sent'
     where w.workspace_id = $1 group by 1, 2`,
    [id],
  );
  return rows.filter(({ sent_count, n }) => sent_count !== n).map((row) => `wrong figure: ${JSON.stringify(row)}`);
}

/** If one side nearly always wins, the run has not tested the race. */
function isNoRace(
  bookings: readonly LoggedBooking[],
  { sent }: ReminderFindings,
  reminders: readonly { number: string; state: string }[],
): string[] {
  const numbers = new Set(reminders.filter(({ state }) => state === "sent").map(({ number }) => number));
  const cancelled = bookings.filter(({ change }) => change === "cancelled");
  const told = cancelled.filter(({ number }) => numbers.has(number)).length;
  if (sent > 0 && told >= cancelled.length / 50 && told <= cancelled.length * 0.98) return [];
  return [`${told} of ${cancelled.length} customers who cancelled were reminded: that is no race`];
}

function summary(bookings: readonly LoggedBooking[], found: ReminderFindings, confirmations: number): string[] {
  const { sent, skipped, overtaken, overtakenBy } = found;
  const kinds = changes.map((kind) => `${bookings.filter(({ change }) => change === kind).length} ${kind}`);
  return [
    `${bookings.length} bookings, of them ${kinds.join(", ")}`,
    `${sent} reminders sent, each with the carrier once; ${skipped} skipped as too late; ${found.withdrawn} taken back before they left; ${confirmations} confirmations`,
    `${overtaken} reminders had been decided when a change was answered, and reached the carrier after it, the last ${(overtakenBy / 1000).toFixed(1)} s after it`,
  ];
}

function endedAlone({ apis, workers, mail }: Installation): string[] {
  return [...apis, ...workers, mail].flatMap((member) => {
    const { serving, last_words } = member.faults();
    return serving > 0 ? [`${member.name} ended ${serving} times by itself: ${last_words.join("\n…\n")}`] : [];
  });
}
