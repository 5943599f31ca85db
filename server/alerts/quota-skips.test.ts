import { sql } from "kysely";
import { expect, test } from "vitest";
import { addMember, testWatch } from "../../testing/alerts.ts";
import { testDatabase } from "../../testing/database.ts";
import { send } from "../../testing/pipeline.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";

const { db } = await testDatabase();
/** Far from the month's end, where the period ends. */
const midMonth = new Date(new Date().setUTCDate(10));

async function start(allowance: number) {
  const workspace = await createTestWorkspace(db, { allowance });
  const watch = testWatch(db, midMonth);
  const email = await addMember(db, workspace.id, "admin");
  /** Sends texts of so many segments as far as they fit. */
  const sendAll = (...segments: number[]) =>
    Promise.all(
      segments.map((n, i) =>
        send(db, workspace, {
          text: "x".repeat(n === 1 ? 10 : 153 * n),
          recipients: { people: [{ number: `+479100000${i}`, key: "k" }] },
          quota: { kind: "reserve-what-fits" },
          now: watch.now(),
        }),
      ),
    );
  const skips = async () => (await watch.alerts(workspace.id)).filter(({ kind }) => kind === "quota_skipped");
  return { workspace, watch, email, sendAll, skips };
}

test("texts that are skipped for lack of quota raise an alert, also where no threshold is reached by them", async () => {
  const { watch, email, sendAll, skips } = await start(20);
  await sendAll(9, 9);
  await watch.after(60);
  expect(await skips()).toEqual([]);
  await sendAll(3, 4);
  await watch.after(60);
  expect(await skips()).toMatchObject([
    { severity: "critical", resolved_at: null, params: { texts: 2, allowance: 20, remaining: 2 } },
  ]);
  await watch.after(600);
  expect((await watch.mails(email)).map(({ text }) => text).join()).toContain("for lack of quota");
});

test("the alert lasts while the next text may not fit, and ends with a bigger allowance", async () => {
  const { workspace, watch, sendAll, skips } = await start(2);
  await sendAll(3);
  await watch.after(60);
  await watch.after(3_600);
  expect(await skips()).toMatchObject([{ resolved_at: null, params: { texts: 1, remaining: 2, allowance: 2 } }]);
  await db.asSystem((tx) =>
    sql`update quota_periods set allowance = 500 where workspace_id = ${workspace.id}`.execute(tx),
  );
  await watch.after(60);
  await watch.after(61);
  expect((await skips()).map(({ resolved_at }) => resolved_at === null)).toEqual([false]);
});

test("a new period ends it", async () => {
  const { watch, sendAll, skips } = await start(2);
  await sendAll(3);
  await watch.after(60);
  await watch.after(32 * 86_400);
  await watch.after(61);
  expect((await skips()).map(({ resolved_at }) => resolved_at === null)).toEqual([false]);
});
