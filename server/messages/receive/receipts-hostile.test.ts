/** Malformed and false receipts: the intake accepts them all and records only valid ones. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { ledger, send } from "../../../testing/pipeline.ts";
import { seeded } from "../../../testing/random.ts";
import { runs } from "../../../testing/runs.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import type { Receipt } from "../../carriers/carrier.ts";
import { systemClock } from "../../kit/clock.ts";
import { createReceiptIntake } from "./receipts.ts";

const { db } = await testDatabase();
const liveUpdates = { publish() {}, publishSources() {} };

async function queuedTexts(prefix: string, count: number) {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const numbers = Array.from({ length: count }, (_, i) => ({ number: `+479${prefix}${String(i).padStart(5, "0")}` }));
  const { messages, source } = await send(db, workspace, { recipients: { people: numbers } });
  return { id: workspace.id, messages: messages.map((message) => message.id), source };
}

const half = "\ud800";
const strange = [
  "",
  "\0",
  "\0\0\0",
  half,
  `${half}x${half}`,
  "\udfff",
  "{",
  '"}',
  "'; drop table messages; --",
  "é".repeat(300),
];
const statuses = ["sent", "delivered", "undelivered", "failed", "expired"] as const;
const reasons = ["unreachable", "blocked", "landline", null] as const;
const days = [new Date(), new Date(0), new Date(8.64e15), new Date(-8.64e15), new Date(Number.NaN)];

const count = runs(10_000, 100_000);

test(`${count} receipts in any order, twice, unknown, of other workspaces and broken: none fails, none records anything false`, async () => {
  const random = seeded(20_260_713);
  const ours = await queuedTexts("20", count / 50);
  const theirs = await queuedTexts("21", 200);
  const intake = createReceiptIntake({ db, clock: systemClock, liveUpdates });
  const huge = "7".repeat(2 ** 20);

  const text = (): string | null => {
    const kind = random.next();
    if (kind < 0.4) return null;
    if (kind < 0.8) return String(random.whole(0, 99_999));
    return random.pick(strange) + random.pick(["", "30003", "\0"]);
  };
  const anyId = (): string => {
    const kind = random.next();
    if (kind < 0.5) return random.pick(ours.messages);
    if (kind < 0.6) return random.pick(ours.messages).toUpperCase();
    if (kind < 0.7) return random.pick(theirs.messages);
    if (kind < 0.8) return newId();
    return random.pick([...strange, "null", `${newId()}0`, newId().replaceAll("-", ""), "../../etc"]);
  };
  const receipt = (index: number): Receipt => ({
    workspace_id: random.next() < 0.9 ? ours.id : random.pick([...strange, newId(), ours.id.toUpperCase()]),
    message_id: anyId(),
    carrier_reference: index % 9_973 === 0 ? huge : text(),
    status: random.pick(statuses),
    at: random.pick(days),
    code: index % 9_949 === 0 ? huge : text(),
    reason: random.pick(reasons),
  });

  // The first final receipt of a message counts; the intake keeps their order.
  const first = new Map<string, Receipt>();
  const taken: Promise<void>[] = [];
  let sent = 0;
  while (sent < count) {
    const batch = Array.from({ length: random.whole(1, 400) }, () => receipt(sent++));
    for (const each of batch) {
      const id = each.message_id.toLowerCase();
      if (each.workspace_id.toLowerCase() !== ours.id || each.status === "sent" || first.has(id)) continue;
      first.set(id, each);
    }
    taken.push(intake(batch));
    if (random.next() < 0.2) taken.push(intake(batch));
    if (taken.length > 30) await Promise.all(taken.splice(0));
  }
  await Promise.all(taken);

  const rows = await ledger(db, ours.id);
  expect(rows).toHaveLength(ours.messages.length);
  expect(rows.filter((row) => first.has(row.id)).length).toBe(ours.messages.length);
  for (const row of rows) {
    const told = first.get(row.id) as Receipt;
    expect({ id: row.id, status: row.status }).toEqual({ id: row.id, status: told.status });
    // Its beginning, without characters that a text column cannot store.
    const code = told.code?.slice(0, 200).replaceAll("\0", "").toWellFormed() ?? null;
    expect(row.carrier_error).toBe(code);
    expect(row.carrier_reference?.length ?? 0).toBeLessThanOrEqual(255);
  }
  expect(new Set((await ledger(db, theirs.id)).map((row) => row.status))).toEqual(new Set(["queued"]));

  const counted = await db.asSystem((tx) =>
    sql<{ source_id: string; status: string; n: number }>`
      select source_id, status, sum(n)::bigint as n from message_counts where status <> 'queued' group by 1, 2`.execute(
      tx,
    ),
  );
  const tally = (status: string) => rows.filter((row) => row.status === status).length;
  expect(counted.rows.every((row) => row.source_id === ours.source.id)).toBe(true);
  expect(Object.fromEntries(counted.rows.map(({ status, n }) => [status, n]))).toEqual(
    Object.fromEntries(statuses.filter((status) => status !== "sent").map((status) => [status, tally(status)])),
  );
});

test("a receipt that names another workspace's message does not replace that workspace's own", async () => {
  const ours = await queuedTexts("22", 1);
  const theirs = await queuedTexts("23", 1);
  const intake = createReceiptIntake({ db, clock: systemClock, liveUpdates });
  const message_id = ours.messages[0] as string;
  const common = { message_id, carrier_reference: null, at: new Date(), code: null, reason: null };
  await intake([
    { ...common, workspace_id: theirs.id, status: "failed" },
    { ...common, workspace_id: ours.id, status: "delivered" },
  ]);
  expect(await ledger(db, ours.id)).toMatchObject([{ status: "delivered" }]);
  expect(await ledger(db, theirs.id)).toMatchObject([{ status: "queued" }]);
});
