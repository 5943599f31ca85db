import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { answerOnce, claimKeys, purgeOldAnswers, rememberAnswers } from "./idempotency.ts";

const { db } = await testDatabase();
const at = new Date("2026-03-01T12:00:00Z");

test("a repeated call gets the first one's answer and does nothing again", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  let done = 0;
  const once = () =>
    db.inWorkspace(workspace, (tx) =>
      answerOnce(tx, workspace, { key: "a", fingerprint: "f" }, async () => ({ status: 202, body: { n: ++done } }), at),
    );
  expect(await once()).toEqual({ status: 202, body: { n: 1 }, replayed: false });
  expect(await once()).toEqual({ status: 202, body: { n: 1 }, replayed: true });
  expect(done).toBe(1);
});

test("the same key with another payload is refused", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  const send = (fingerprint: string) =>
    db.inWorkspace(workspace, (tx) =>
      answerOnce(tx, workspace, { key: "a", fingerprint }, async () => ({ status: 202, body: {} }), at),
    );
  await send("one");
  await expect(send("two")).rejects.toMatchObject({ status: 409, code: "idempotency_key_reused", value: "a" });
});

test("of twenty concurrent calls one does the work and all get its answer", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  let done = 0;
  const answers = await Promise.all(
    Array.from({ length: 20 }, () =>
      db.inWorkspace(workspace, (tx) =>
        answerOnce(
          tx,
          workspace,
          { key: "a", fingerprint: "f" },
          async () => ({ status: 202, body: { n: ++done } }),
          at,
        ),
      ),
    ),
  );
  expect(done).toBe(1);
  expect(answers.map((answer) => answer.body)).toEqual(Array(20).fill({ n: 1 }));
  expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
});

test("work that fails releases its key", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  const attempt = (work: () => Promise<{ status: number; body: string }>) =>
    db.inWorkspace(workspace, (tx) => answerOnce(tx, workspace, { key: "a", fingerprint: "f" }, work, at));
  await expect(
    attempt(async () => {
      throw new Error("the carrier is away");
    }),
  ).rejects.toThrow("the carrier is away");
  expect(await attempt(async () => ({ status: 202, body: "sent" }))).toMatchObject({ body: "sent", replayed: false });
});

test("each workspace has its own keys", async () => {
  const [{ id: one }, { id: other }] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  const send = (workspace: string, body: string) =>
    db.inWorkspace(workspace, (tx) =>
      answerOnce(tx, workspace, { key: "a", fingerprint: "f" }, async () => ({ status: 202, body }), at),
    );
  await send(one, "first");
  expect(await send(other, "second")).toMatchObject({ body: "second", replayed: false });
});

test("after 24 hours a key is free again", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  const send = (when: Date, fingerprint: string) =>
    db.inWorkspace(workspace, (tx) =>
      answerOnce(tx, workspace, { key: "a", fingerprint }, async () => ({ status: 202, body: fingerprint }), when),
    );
  await send(at, "old");
  const nextDay = new Date(at.getTime() + 24 * 3600 * 1000 + 1);
  expect(await send(nextDay, "new")).toMatchObject({ body: "new", replayed: false });
  await db.asSystem((tx) => purgeOldAnswers(tx, new Date(nextDay.getTime() + 25 * 3600 * 1000)));
  const left = await db.inWorkspace(workspace, (tx) => sql`select from idempotency_keys`.execute(tx));
  expect(left.rows).toHaveLength(0);
});

test("a batch claims each key once and recognises duplicates", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  const claim = (...items: [string, string][]) =>
    db.inWorkspace(workspace, async (tx) => {
      const claims = await claimKeys(
        tx,
        workspace,
        items.map(([key, fingerprint]) => ({ key, fingerprint })),
        at,
      );
      const fresh = items.filter((_item, index) => claims[index]?.state === "new");
      await rememberAnswers(
        tx,
        workspace,
        fresh.map(([key]) => ({ key, answer: { status: 202, body: { of: key } } })),
      );
      return claims;
    });
  await claim(["old", "f"]);
  expect(await claim(["new", "f"], ["old", "f"], ["new", "f"], ["new", "g"], ["old", "g"])).toEqual([
    { state: "new" },
    { state: "answered", answer: { status: 202, body: { of: "old" } } },
    { state: "same_as", index: 0 },
    { state: "reused" },
    { state: "reused" },
  ]);
});

test("batches with the same keys in opposite order do not deadlock", async () => {
  const { id: workspace } = await createTestWorkspace(db);
  const keys = Array.from({ length: 200 }, (_, n) => ({ key: `k${n}`, fingerprint: "f" }));
  const claims = await Promise.all(
    [keys, keys.toReversed(), keys, keys.toReversed()].map((items) =>
      db.inWorkspace(workspace, async (tx) => {
        const claimed = await claimKeys(tx, workspace, items, at);
        const answers = items.map((item) => ({ key: item.key, answer: { status: 202, body: 1 } }));
        await rememberAnswers(tx, workspace, answers);
        return claimed.filter((claim) => claim.state === "new").length;
      }),
    ),
  );
  expect(claims.reduce((sum, n) => sum + n, 0)).toBe(200);
});
