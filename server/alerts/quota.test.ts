import { sql } from "kysely";
import { expect, test } from "vitest";
import { addMember, testWatch } from "../../testing/alerts.ts";
import { testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { releaseQuota, reserveQuota, spendQuota } from "../quota/quota.ts";

const database = await testDatabase();
const { db } = database;
await testApp(database);

/** Far from the month's end, where a new period resolves the alerts of the one before. */
const midMonth = new Date(new Date().setUTCDate(10));

async function start(allowance = 100) {
  const workspace = await createTestWorkspace(db, { allowance });
  const watch = testWatch(db, midMonth);
  const email = await addMember(db, workspace.id, "admin");
  let period = new Date();
  const reserve = (segments: number) =>
    db.inWorkspace(workspace.id, async (tx) => {
      const reserved = await reserveQuota(tx, workspace.id, watch.now(), segments);
      if (!reserved.ok) throw new Error("insufficient quota");
      period = reserved.period_start;
    });
  const release = (segments: number) =>
    db.inWorkspace(workspace.id, (tx) => releaseQuota(tx, workspace.id, period, segments));
  const spend = (segments: number) =>
    db.inWorkspace(workspace.id, (tx) => spendQuota(tx, workspace.id, period, [{ type: "api", id: null, segments }]));
  /** `threshold open` or `threshold`. */
  const states = async () =>
    (await watch.alerts(workspace.id)).map(({ params, resolved_at }) => {
      const { threshold } = params as { threshold: number };
      return resolved_at ? `${threshold}` : `${threshold} open`;
    });
  return { workspace, watch, email, reserve, release, spend, states };
}

const subjects = (mails: { subject: string }[]) => mails.map(({ subject }) => subject.replace(/^.*: /, ""));

test("each threshold is raised and mailed once, reserved segments counting as used ones; the highest is open", async () => {
  const { watch, email, reserve, spend, states } = await start();
  await reserve(49);
  await watch.after(5);
  expect(await states()).toEqual([]);
  for (const segments of [1, 30, 10, 10]) {
    await reserve(segments);
    await spend(segments);
    for (let i = 0; i < 3; i++) await watch.after(400);
  }
  expect(await states()).toEqual(["50", "80", "90", "100 open"]);
  expect(subjects(await watch.mails(email))).toEqual(["The quota is used up"]);
});

test("each threshold that is reached by itself is mailed", async () => {
  const { watch, email, reserve } = await start();
  const mailed: string[][] = [];
  for (const segments of [50, 30, 10, 10]) {
    await reserve(segments);
    for (let i = 0; i < 2; i++) await watch.after(400);
    mailed.push(subjects(await watch.mails(email)));
  }
  expect(mailed.at(-1)).toEqual([
    "50 % of the quota is used or reserved",
    "80 % of the quota is used or reserved",
    "90 % of the quota is used or reserved",
    "The quota is used up",
  ]);
});

test("thresholds that are passed at once are raised once each, and only the highest is mailed", async () => {
  const { watch, email, reserve, states } = await start();
  await reserve(95);
  await watch.after(5);
  expect(await states()).toEqual(["50", "80", "90 open"]);
  expect(subjects(await watch.mails(email))).toEqual(["90 % of the quota is used or reserved"]);
  await watch.after(600);
  expect(subjects(await watch.mails(email))).toEqual(["90 % of the quota is used or reserved"]);
  expect(await states()).toEqual(["50", "80", "90 open"]);
});

test("segments that are released and reserved again cause no second mail", async () => {
  const { watch, email, reserve, release, states } = await start();
  await reserve(80);
  await watch.after(5);
  await release(4);
  await watch.after(5);
  expect(await states(), "a few segments less").toEqual(["50", "80 open"]);
  await release(70);
  await watch.after(5);
  expect(await states()).toEqual(["50", "80"]);
  await reserve(80);
  for (let i = 0; i < 3; i++) await watch.after(2_000);
  expect(await states()).toEqual(["50", "80 open"]);
  expect(subjects(await watch.mails(email))).toEqual(["80 % of the quota is used or reserved"]);
});

test("a bigger allowance and a new period resolve the open alert", async () => {
  const { workspace, watch, reserve, states } = await start();
  await reserve(100);
  await watch.after(5);
  await db.asSystem((tx) =>
    sql`update quota_periods set allowance = 250 where workspace_id = ${workspace.id}`.execute(tx),
  );
  await watch.after(5);
  expect(await states()).toEqual(["50", "80", "90", "100"]);
  await reserve(25);
  await watch.after(5);
  expect(await states()).toEqual(["50", "80", "90", "100", "50 open"]);
  await watch.after(32 * 86_400);
  expect(await states()).toEqual(["50", "80", "90", "100", "50"]);
});
