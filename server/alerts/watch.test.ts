import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Alert } from "../../contract/alerts.ts";
import { testWatch } from "../../testing/alerts.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, arrived, send, untilFinal, startPipeline } from "../../testing/pipeline.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import type { CarrierState } from "../carriers/carrier.ts";
import { insertCarrier, reportStates } from "../carriers/carriers-store.ts";
import { dueInWorkspaces } from "../kit/due.ts";
import { addCounts, counter } from "../messages/counts.ts";
import { checkConditions } from "./watch.ts";

const { db } = await testDatabase();

const stateOf = ({ kind, resolved_at }: Alert) => `${kind} ${resolved_at ? "resolved" : "open"}`;
const states = (alerts: Alert[]) => alerts.map(stateOf);

async function addCarrier(workspaceId: string, enabled = true): Promise<string> {
  const id = newId();
  const row = { workspace_id: workspaceId, id, kind: "smpp" as const, name: "Link", enabled, is_default: true };
  await db.asSystem((tx) => insertCarrier(tx, { ...row, settings: {}, secrets: Buffer.of(1) }));
  return id;
}

const worker = newId();

/** Stores a worker's report on a connection as of a time. */
async function report(workspaceId: string, carrierId: string, state: CarrierState["state"], at: Date): Promise<void> {
  const row = { workspace_id: workspaceId, carrier_id: carrierId, state, bound: 0, wanted: 1, handed_over: 0 };
  const error = state === "up" ? null : "ESME_RBINDFAIL";
  await db.asSystem(async (tx) => {
    await reportStates(tx, worker, [{ ...row, last_error: error, last_error_at: error ? at : null }]);
    await sql`update carrier_states set updated_at = ${at} where carrier_id = ${carrierId}`.execute(tx);
  });
}

test("a lane without a worker raises an alert, which is resolved once a worker serves it", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
  await send(db, workspace);
  await watch.after(0);
  await watch.after(61); // from now on it is watched
  await watch.after(55);
  expect(await watch.alerts(workspace.id)).toEqual([]);
  await watch.after(10);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    {
      kind: "lane_stalled",
      severity: "critical",
      resolved_at: null,
      params: { sender: workspace.sender, waiting: 2, reason: "no_worker", campaign: null },
    },
  ]);
  await startPipeline(db);
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(2);
  await watch.after(5);
  expect(states(await watch.alerts(workspace.id))).toEqual(["lane_stalled open"]);
  await watch.after(60);
  expect(states(await watch.alerts(workspace.id))).toEqual(["lane_stalled resolved"]);
});

test("a lane whose queue moves is not stalled, however old its texts are", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const numbers = Array.from({ length: 4 }, (_, i) => ({ mobile: `+479100000${i}` }));
  await addContacts(db, workspace.id, numbers);
  await send(db, workspace);
  await watch.after(61);
  for (let i = 0; i < 3; i++) {
    await db.asSystem((tx) =>
      sql`delete from message_queue where (workspace_id, seq) in (
        select workspace_id, min(seq) from message_queue where workspace_id = ${workspace.id} group by 1)`.execute(tx),
    );
    await watch.after(50);
  }
  expect(await watch.alerts(workspace.id)).toEqual([]);
});

test("a lane that is marked idle or whose row is missing is stalled too, and so are texts quarantined for too long", async () => {
  const [unmarked, gone, quarantined] = [
    await createTestWorkspace(db),
    await createTestWorkspace(db),
    await createTestWorkspace(db),
  ];
  const watch = testWatch(db);
  for (const workspace of [unmarked, gone, quarantined]) {
    await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
    await send(db, workspace);
    await db.asSystem((tx) => sql`update lanes set has_work = false where workspace_id = ${workspace.id}`.execute(tx));
  }
  await db.asSystem((tx) => sql`delete from lanes where workspace_id = ${gone.id}`.execute(tx));
  await db.asSystem((tx) =>
    sql`update message_queue set priority = 9 where workspace_id = ${quarantined.id}`.execute(tx),
  );
  await watch.after(61);
  await watch.after(61);
  const params = { reason: "no_worker", waiting: 1 };
  for (const { id } of [unmarked, gone])
    expect(await watch.alerts(id)).toMatchObject([{ kind: "lane_stalled", params }]);
  await watch.after(10 * 60);
  expect(await watch.alerts(quarantined.id)).toEqual([]);
  await watch.after(5 * 60);
  expect(await watch.alerts(quarantined.id)).toMatchObject([{ kind: "lane_stalled", params }]);
});

test("a lane that waits for a busy worker is stalled only after ten minutes", async () => {
  const [waiting, busy] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  const watch = testWatch(db);
  for (const workspace of [waiting, busy]) {
    await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
    await send(db, workspace);
  }
  await db.asSystem((tx) =>
    sql`update lanes set leased_by = ${newId()}, leased_until = now() + interval '1 hour' where workspace_id = ${busy.id}`.execute(
      tx,
    ),
  );
  await watch.after(61);
  await watch.after(9 * 60);
  expect(await watch.alerts(waiting.id)).toEqual([]);
  expect(await watch.alerts(busy.id)).toMatchObject([{ kind: "lane_stalled", params: { reason: "no_progress" } }]);
  await watch.after(2 * 60);
  expect(await watch.alerts(waiting.id)).toMatchObject([{ kind: "lane_stalled", params: { reason: "no_worker" } }]);
  // The other tests must not find a lease of an hour.
  await db.asSystem((tx) => sql`update lanes set leased_by = null where workspace_id = ${busy.id}`.execute(tx));
});

test("the alert of a lane whose carrier is disabled gives that reason, and names the campaign", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const carrier = await addCarrier(workspace.id, false);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const campaign = await addCampaign(workspace, { status: "sending", prepared_at: watch.now() });
  await send(db, workspace, { source: { type: "campaign", id: campaign, at: new Date() } });
  await db.asSystem((tx) =>
    sql`update senders set carrier_id = ${carrier} where id = ${workspace.sender.id}`.execute(tx),
  );
  await watch.after(61);
  await watch.after(61);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    { kind: "lane_stalled", params: { reason: "carrier_off", campaign: { id: campaign, name: "Spring" } } },
  ]);
});

test("the alert of a lane whose carrier is not connected gives that reason, not `no_progress`", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const carrier = await addCarrier(workspace.id);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, workspace);
  await db.asSystem(async (tx) => {
    await sql`update senders set carrier_id = ${carrier} where id = ${workspace.sender.id}`.execute(tx);
    await sql`update lanes set leased_by = ${newId()}, leased_until = now() + interval '1 hour'
      where workspace_id = ${workspace.id}`.execute(tx);
  });
  const stalled = async (state: CarrierState["state"]) => {
    for (const seconds of [61, 61]) {
      await report(workspace.id, carrier, state, new Date(watch.now().getTime() + seconds * 1_000));
      await watch.after(seconds);
    }
    return (await watch.alerts(workspace.id)).filter(({ kind }) => kind === "lane_stalled");
  };
  expect(await stalled("down")).toMatchObject([{ params: { reason: "carrier_down", waiting: 1 } }]);
  await db.asSystem((tx) => sql`delete from alerts where workspace_id = ${workspace.id}`.execute(tx));
  expect(await stalled("up")).toMatchObject([{ params: { reason: "no_progress" } }]);
  await db.asSystem((tx) => sql`update lanes set leased_by = null where workspace_id = ${workspace.id}`.execute(tx));
});

test("a carrier that is down for half a minute raises an alert; one that breaks for a moment does not", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const carrier = await addCarrier(workspace.id);
  await addCarrier(workspace.id, false);
  const later = async (seconds: number, state: CarrierState["state"]) => {
    await report(workspace.id, carrier, state, new Date(watch.now().getTime() + seconds * 1_000));
    await watch.after(seconds);
  };
  await later(0, "up");
  await later(5, "down");
  await later(20, "connecting");
  await later(5, "up");
  await later(5, "down");
  await later(28, "down");
  expect(await watch.alerts(workspace.id)).toEqual([]);
  await later(5, "down");
  const [raised] = await watch.alerts(workspace.id);
  expect(raised).toMatchObject({
    kind: "carrier_down",
    severity: "critical",
    resolved_at: null,
    params: { carrier: { id: carrier, name: "Link" }, reason: "down", last_error: "ESME_RBINDFAIL" },
  });
  // Up for a moment: it flaps, and the alert stays open.
  await later(5, "up");
  await later(50, "up");
  await later(5, "down");
  await later(40, "down");
  expect(states(await watch.alerts(workspace.id))).toEqual(["carrier_down open"]);
  await later(5, "up");
  await later(61, "up");
  expect(states(await watch.alerts(workspace.id))).toEqual(["carrier_down resolved"]);
  // Within the hour it is the same alert again.
  await later(5, "down");
  await later(31, "down");
  const again = await watch.alerts(workspace.id);
  expect(again.map(({ id }) => id)).toEqual([raised?.id]);
  expect(states(again)).toEqual(["carrier_down open"]);
});

test("a carrier that no worker reports on is down, too", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  await addCarrier(workspace.id);
  await watch.after(0);
  await watch.after(31);
  expect(await watch.alerts(workspace.id)).toMatchObject([{ kind: "carrier_down", params: { reason: "no_worker" } }]);
});

async function addCounted(
  workspaceId: string,
  at: Date,
  source: { source_type: string; source_id: string | null },
  figures: Record<string, number>,
): Promise<void> {
  const { add, counts } = counter();
  for (const [key, n] of Object.entries(figures)) {
    const [status = "", reason = null] = key.split(" ");
    add(source, status, reason, n);
  }
  await db.inWorkspace(workspaceId, (tx) => addCounts(tx, workspaceId, at, counts));
}

test("an error rate that jumps raises an alert with its reasons, which is resolved when the rate is usual again", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const api = { source_type: "api", source_id: null };
  const hourAgo = new Date(watch.now().getTime() - 3_600_000);
  await addCounted(workspace.id, hourAgo, api, { sent: 1_000, delivered: 980, "undelivered absent": 20 });
  await addCounted(workspace.id, watch.now(), api, { sent: 100, delivered: 95, "undelivered absent": 5 });
  await watch.after(60);
  expect(await watch.alerts(workspace.id)).toEqual([]);
  const campaign = await addCampaign(workspace, { status: "sending", prepared_at: watch.now() });
  await addCounted(
    workspace.id,
    watch.now(),
    { source_type: "campaign", source_id: campaign },
    { "refused blocked": 8 },
  );
  await watch.after(60);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    {
      kind: "error_rate",
      severity: "warning",
      params: {
        texts: 108,
        errors: 13,
        usual_rate: 0.02,
        reasons: [
          { reason: "blocked", n: 8 },
          { reason: "absent", n: 5 },
        ],
        campaign: { id: campaign, name: "Spring" },
      },
    },
  ]);
  // Half a day of failures does not become the usual rate.
  await addCounted(workspace.id, watch.now(), api, { sent: 5_000, delivered: 4_000, "undelivered absent": 1_000 });
  await watch.after(12 * 3_600);
  for (let i = 0; i < 3; i++) {
    await addCounted(workspace.id, watch.now(), api, { sent: 100, delivered: 80, "undelivered absent": 20 });
    await watch.after(4 * 60);
  }
  expect((await watch.alerts(workspace.id)).map(stateOf).filter((each) => each.startsWith("error"))).toEqual([
    "error_rate open",
  ]);
  await watch.after(11 * 60);
  await watch.after(5 * 60);
  expect((await watch.alerts(workspace.id)).map(stateOf).filter((each) => each.startsWith("error"))).toEqual([
    "error_rate resolved",
  ]);
});

test("API texts that fail in the pipeline count in the error rate", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  await startPipeline(db);
  const numbers = Array.from({ length: 60 }, (_, i) => ({ number: `+4791${100_000 + i}` }));
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into sandbox_phones (workspace_id, number, behaviour, error_code)
      select ${workspace.id}, '+4791' || (100000 + i), 'fail', '30006' from generate_series(0, 29) i`.execute(tx),
  );
  await send(db, workspace, {
    source: { type: "api", id: null, at: new Date() },
    recipients: { people: numbers },
  } as unknown as Parameters<typeof send>[2]);
  await untilFinal(db, workspace.id);
  await watch.after(1);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    { kind: "error_rate", params: { texts: 60, errors: 30, usual_rate: null } },
  ]);
});

async function addCampaign(
  { id, sender }: TestWorkspace,
  row: { status: string; sent_at?: Date; prepared_at?: Date; progress_at?: Date },
): Promise<string> {
  const campaign = newId();
  await db.asSystem((tx) =>
    sql`insert into campaigns (workspace_id, id, name, status, text, sender_id, include, exclude, opt_out_text,
        created_by_name, created_at, updated_at, sent_at, prepared_at, progress_at)
      values (${id}, ${campaign}, 'Spring', ${row.status}, 'Hei', ${sender.id}, '{}', '{}', false, 'Kari', now(), now(),
        ${row.sent_at ?? row.prepared_at ?? row.progress_at ?? null}, ${row.prepared_at ?? null}, ${row.progress_at ?? null})`.execute(
      tx,
    ),
  );
  return campaign;
}

test("a campaign whose preparation stopped raises an alert, which is resolved once it makes progress", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const id = await addCampaign(workspace, { status: "preparing", progress_at: watch.now() });
  await watch.after(25);
  expect(await watch.alerts(workspace.id)).toEqual([]);
  await watch.after(10);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    { kind: "campaign_stalled", severity: "warning", params: { campaign: { id }, reason: "preparing" } },
  ]);
  await db.asSystem((tx) => sql`update campaigns set progress_at = ${watch.now()} where id = ${id}`.execute(tx));
  await watch.after(1);
  await db.asSystem((tx) => sql`update campaigns set status = 'sent' where id = ${id}`.execute(tx));
  await watch.after(60);
  expect(states(await watch.alerts(workspace.id))).toEqual(["campaign_stalled resolved"]);
});

test("a campaign that has nothing left to send and does not end raises an alert", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  await addCampaign(workspace, { status: "sending", prepared_at: watch.now() });
  await watch.after(9 * 60);
  expect(await watch.alerts(workspace.id)).toEqual([]);
  await watch.after(2 * 60);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    { kind: "campaign_stalled", params: { reason: "unfinished" } },
  ]);
});

test("other texts in its lane do not hide a campaign that does not end; while its own wait there is no alert", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const sent_at = watch.now();
  const id = await addCampaign(workspace, { status: "sending", sent_at, prepared_at: sent_at });
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const unfinished = async () => (await watch.alerts(workspace.id)).filter(({ kind }) => kind === "campaign_stalled");
  await send(db, workspace, { source: { type: "campaign", id, at: sent_at } });
  await watch.after(15 * 60);
  expect(await unfinished()).toEqual([]);
  await db.asSystem((tx) => sql`delete from message_queue where workspace_id = ${workspace.id}`.execute(tx));
  await send(db, workspace, { source: { type: "api", id: null, at: watch.now() } });
  await watch.after(5);
  expect(await unfinished()).toMatchObject([{ params: { campaign: { id }, reason: "unfinished" } }]);
});

test("a webhook that was disabled for its failures raises an alert that does not show its path, until it is enabled", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  const id = newId();
  await db.asSystem((tx) =>
    sql`insert into webhooks (workspace_id, id, url, events, enabled, secrets, failing_since, disabled_at, last_error, created_at, updated_at)
      values (${workspace.id}, ${id}, 'https://hooks.example:8443/secret?token=1', '{alert.raised}', false, '\\x00',
        ${watch.now()}, ${watch.now()}, 'HTTP 500', now(), now())`.execute(tx),
  );
  await watch.after(0);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    {
      kind: "webhook_disabled",
      severity: "warning",
      params: { webhook: { id, url: "https://hooks.example:8443" }, last_error: "HTTP 500" },
    },
  ]);
  await db.asSystem((tx) => sql`update webhooks set enabled = true, disabled_at = null where id = ${id}`.execute(tx));
  await watch.after(5);
  expect(states(await watch.alerts(workspace.id))).toEqual(["webhook_disabled resolved"]);
});

test("processes that check at the same time raise one alert", async () => {
  const workspace = await createTestWorkspace(db);
  const watch = testWatch(db);
  await addCarrier(workspace.id);
  await watch.after(0);
  await watch.after(20);
  const later = { ...watch.services, clock: { now: () => new Date(watch.now().getTime() + 20_000) } };
  await Promise.all([checkConditions(later), checkConditions(later), checkConditions(later)]);
  expect(states(await watch.alerts(workspace.id))).toEqual(["carrier_down open"]);
});

test("work by the clock that stays undone raises an alert in its workspace, which is resolved once it is done", async () => {
  const [workspace, other] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  const dueAt = new Date();
  let due = [{ workspace_id: workspace.id, due_at: dueAt }];
  const work = dueInWorkspaces(
    { db, log: { warn() {} } },
    {
      name: "test.work",
      find: async (_tx, { now }) => due.filter(({ due_at }) => due_at <= now),
      claim: async (_tx, _workspaceId, found) => found.length,
    },
  );
  const watch = testWatch(db, dueAt, [work]);
  await watch.after(110);
  expect(await watch.alerts(workspace.id)).toEqual([]);
  await watch.after(15);
  expect(await watch.alerts(workspace.id)).toMatchObject([
    { kind: "work_overdue", severity: "critical", params: { work: "test.work", since: dueAt.toISOString() } },
  ]);
  expect(await watch.alerts(other.id)).toEqual([]);
  due = [];
  await watch.after(5);
  await watch.after(61);
  expect(states(await watch.alerts(workspace.id))).toEqual(["work_overdue resolved"]);
});
