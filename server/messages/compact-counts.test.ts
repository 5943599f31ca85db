import { sql } from "kysely";
import { expect, test } from "vitest";
import { draftOf } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { campaignPerformance } from "../campaigns/performance.ts";
import { createCompactor } from "./compact-counts.ts";
import { addCounts, counter, noSource } from "./counts.ts";

const { db } = await testDatabase();
const minute = 60_000;
const hour = 60 * minute;
const begin = Date.parse("2026-11-01T10:07:00Z");
/** A process that compacts at a given time. */
function startProcess(): (at: number) => Promise<void> {
  let now = begin;
  const compact = createCompactor({ db, clock: { now: () => new Date(now) } });
  return (at) => {
    now = at;
    return compact();
  };
}

async function campaign() {
  const workspace = await createTestWorkspace(db);
  return { workspace_id: workspace.id, id: await draftOf(db, workspace) };
}

type Campaign = Awaited<ReturnType<typeof campaign>>;

/** One text each `every` ms for so long: sent, and every second one delivered. */
async function happen({ workspace_id, id }: Campaign, from: number, span: number, every: number): Promise<void> {
  await db.inWorkspace(workspace_id, (tx) =>
    sql`insert into message_counts (workspace_id, source_type, source_id, minute, status, n)
      select ${workspace_id}, 'campaign', ${id}::uuid, date_trunc('minute', at), status,
        case status when 'sent' then 2 else 1 end
      from generate_series(${new Date(from)}::timestamptz, ${new Date(from + span - 1)}::timestamptz,
        make_interval(secs => ${every / 1000}::float8)) at, unnest(array['sent', 'delivered']) status
      on conflict (workspace_id, source_type, source_id, minute, status, reason)
        do update set n = message_counts.n + excluded.n`.execute(tx),
  );
}

const performanceOf = ({ workspace_id, id }: Campaign) =>
  db.inWorkspace(workspace_id, (tx) => campaignPerformance(tx, workspace_id, id));

const momentsOf = async ({ workspace_id, id }: Campaign) => {
  const { rows } = await db.inWorkspace(workspace_id, (tx) =>
    sql<{ minute: Date }>`select distinct minute from message_counts
      where workspace_id = ${workspace_id} and source_id = ${id} order by 1`.execute(tx),
  );
  return rows.map((row) => row.minute.getTime());
};

test("a campaign of two weeks keeps its first hours by minute, then hours, then days, and no figure changes", async () => {
  const compactAt = startProcess();
  const long = await campaign();
  const days = 13;
  const span = days * 24 * hour;
  for (let day = 0; day < days; day++) {
    const from = begin + day * 24 * hour;
    await happen(long, from, 24 * hour, minute);
    // The job runs each hour; here each six.
    for (let at = 1; at <= 4; at++) await compactAt(from + at * 6 * hour);
  }
  const kept = await momentsOf(long);
  expect(kept.length).toBeLessThan(180 + 240 + days + 24 + 70);
  const before = kept.filter((at) => at < begin + 3 * hour);
  expect(before.length).toBeGreaterThanOrEqual(180 - 8);
  expect(await performanceOf(long)).toMatchObject({
    sent: (2 * span) / minute,
    delivered: span / minute,
    series_step: "day",
  });
  const { series } = await performanceOf(long);
  expect(series.length).toBe(days + 1);
  expect(series.reduce((sum, point) => sum + point.delivered, 0)).toBe(span / minute);
  // The workspace is in Oslo: its second day is a whole one and begins at its own midnight.
  expect(series[1]).toEqual({ at: "2026-11-01T23:00:00.000Z", sent: 2 * 1_440, delivered: 1_440, not_delivered: 0 });
});

test("figures by minute stay for the first three hours, the current hour, and texts without a source", async () => {
  const compactAt = startProcess();
  const short = await campaign();
  await happen(short, begin, 2 * hour, minute);
  await happen(short, begin + 6 * hour, 2 * hour, minute);
  const api = counter();
  api.add({ source_type: "api", source_id: null }, "sent", null, 3);
  const odd = new Date(begin + 6 * hour + 5 * minute);
  await db.inWorkspace(short.workspace_id, (tx) => addCounts(tx, short.workspace_id, odd, api.counts));
  await compactAt(begin + 7.5 * hour);
  const kept = await momentsOf(short);
  // 10:07 to 12:06 by minute; 16:07 to 16:59 is one hour; 17:00 to 18:06 is not over.
  expect(kept).toHaveLength(120 + 1 + 67);
  expect(kept[120]).toBe(Date.parse("2026-11-01T16:00:00Z"));
  expect(await performanceOf(short)).toMatchObject({ sent: 480, delivered: 240, series_step: "hour" });
  const { rows } = await db.inWorkspace(short.workspace_id, (tx) =>
    sql<{ minute: Date }>`select minute from message_counts where workspace_id = ${short.workspace_id}
      and source_id = ${noSource}`.execute(tx),
  );
  expect(rows).toEqual([{ minute: odd }]);
});

test("a delayed count, for an hour that was merged already or is being merged, is not lost", async () => {
  const compactAt = startProcess();
  const late = await campaign();
  await happen(late, begin, 12 * hour, minute);
  const at = new Date(begin + 6 * hour);
  const one = counter();
  one.add({ source_type: "campaign", source_id: late.id }, "delivered", null);
  const count = () => db.inWorkspace(late.workspace_id, (tx) => addCounts(tx, late.workspace_id, at, one.counts));
  await Promise.all([compactAt(begin + 13 * hour), ...Array.from({ length: 5 }, count), compactAt(begin + 13 * hour)]);
  await count();
  await compactAt(begin + 13 * hour);
  expect(await performanceOf(late)).toMatchObject({ sent: 1_440, delivered: 726 });
  expect((await momentsOf(late)).length).toBeLessThan(200);
});

test("figures by minute of a month ago are found by a process that has just started", async () => {
  const compactAt = startProcess();
  const old = await campaign();
  const month = 30 * 24 * hour;
  await happen(old, begin - month, 12 * 24 * hour, 10 * minute);
  const before = await performanceOf(old);
  await compactAt(begin);
  // Three hours by ten minutes, ten days by hour, the rest of two more by day.
  expect((await momentsOf(old)).length).toBeLessThan(18 + 240 + 24 + 3);
  expect(await performanceOf(old)).toMatchObject({ sent: before.sent, delivered: before.delivered });
});

test("more sources than one step reads are all found", async () => {
  const many = await campaign();
  await db.inWorkspace(many.workspace_id, (tx) =>
    sql`insert into message_counts (workspace_id, source_type, source_id, minute, status, n)
      select w.workspace_id, 'booking', md5(i::text)::uuid, at, 'sent', 1
      from workspaces w, generate_series(1, 600) i, unnest(array[${new Date(begin)}, ${new Date(begin + 5 * hour)}, ${new Date(begin + 5 * hour + 3 * minute)}]::timestamptz[]) at
      where w.workspace_id = ${many.workspace_id}`.execute(tx),
  );
  await startProcess()(begin + 24 * hour);
  const { rows } = await db.inWorkspace(many.workspace_id, (tx) =>
    sql<{ n: number; total: number }>`
      select count(*) as n, sum(n)::bigint as total from message_counts where workspace_id = ${many.workspace_id}`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ n: 1_200, total: 1_800 }]);
});
