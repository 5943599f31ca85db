/**
 * One text and everything that can happen to it at the same time: submissions that are answered, refused, lost or cut off by the death
 * of their worker; the look-up afterwards, which finds the text, does not, cannot tell or fails; receipts before, during and after
 * each of these; a STOP; expiry. The real lane runs with its statements on PostgreSQL; only the carrier follows a script.
 */
import fc from "fast-check";
import { sql } from "kysely";
import { pino } from "pino";
import { expect } from "vitest";
import type { Carrier, Found, Outcome, Receipt } from "../server/carriers/carrier.ts";
import { recordOptOut } from "../server/consent/opt-outs.ts";
import type { Db } from "../server/kit/db.ts";
import type { LanePool } from "../server/messages/dispatch/lane-connection.ts";
import { newLaneState } from "../server/messages/dispatch/lane-context.ts";
import { serveLane } from "../server/messages/dispatch/lane.ts";
import { leaseLanes } from "../server/messages/dispatch/lanes-store.ts";
import { LeaseLost } from "../server/messages/dispatch/record-outcomes.ts";
import { recordReceipts } from "../server/messages/receive/receipts.ts";
import { newId } from "./new-id.ts";
import { addContacts, type LedgerRow, ledger, quota, send } from "./pipeline.ts";
import { testSeal } from "./seal.ts";
import { createTestWorkspace } from "./workspace.ts";

const log = pino({ level: process.env.TEST_LOG ?? "silent" });

const word = fc.constantFrom<Receipt["status"]>("sent", "delivered", "undelivered", "failed", "expired");
const words = fc.array(word, { maxLength: 2 });
/**
 * One turn of a worker: it looks up what is open in the journal, and submits what is queued. `lost`: it dies before it can record
 * the answer; `unknown`: there is no answer. `taken`: whether the carrier has accepted the text all the same.
 */
export const attempt = fc.record({
  /** The result of the look-up, and the receipts that arrive during it. */
  lookup: fc.constantFrom("honest", "cannot tell", "fails"),
  asking: words,
  answer: fc.constantFrom("accepted", "refused", "opted_out", "later", "unknown", "lost"),
  taken: fc.boolean(),
  /** The receipts that arrive before the answer, and after the turn. */
  during: words,
  after: words,
  /** What happens after the turn and its receipts. */
  next: fc.constantFrom("nothing", "nothing", "nothing", "stop", "too late"),
});
export type Attempt = typeof attempt extends fc.Arbitrary<infer T> ? T : never;

export const calm: Attempt = {
  answer: "accepted",
  taken: true,
  lookup: "honest",
  during: [],
  asking: [],
  after: [],
  next: "nothing",
};

const finals = ["delivered", "undelivered", "failed", "expired", "skipped"];
const rank = (status: string) => (finals.includes(status) ? 2 : status === "sent" ? 1 : 0);
const hour = 3_600_000;

interface Text {
  workspaceId: string;
  id: string;
  sourceId: string | null;
  segments: number;
}

/** Queues a text in a workspace of its own. */
async function queuedText(db: Db, messageClass: "transactional" | "marketing"): Promise<Text & { senderId: string }> {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791234567" }]);
  const text = "Hei ".repeat(60); // two segments
  const { source, segments } = await send(db, workspace, { class: messageClass, text });
  const [row] = await ledger(db, workspace.id);
  expect(row?.status).toBe("queued");
  return {
    workspaceId: workspace.id,
    senderId: workspace.sender.id,
    id: row?.id as string,
    sourceId: source.id,
    segments,
  };
}

/** Sends a text, runs the script until nothing is open, checks that all records agree, and returns the text's row. */
export async function runScript(
  { db, pool }: { db: Db; pool: LanePool },
  messageClass: "transactional" | "marketing",
  script: readonly Attempt[],
): Promise<LedgerRow> {
  const text = await queuedText(db, messageClass);
  const { workspaceId, senderId } = text;
  let later = 0; // milliseconds by which the clock was advanced
  let taken = 0;
  let sends = 0;
  let endedByReceipt = false;
  let before = "queued";
  let step: Attempt | null = null;
  const now = () => new Date(Date.now() + later);

  /** After each step: the status only moves forward, and a final status stays. */
  async function look(what: string): Promise<void> {
    const [row] = await ledger(db, workspaceId);
    const status = row?.status as string;
    expect(rank(status), `${what}: ${before} → ${status}`).toBeGreaterThanOrEqual(rank(before));
    if (rank(before) === 2) expect(status, what).toBe(before);
    before = status;
  }

  async function receive(all: readonly Receipt["status"][]): Promise<void> {
    for (const status of taken > 0 ? all : []) {
      const was = before;
      const failed = status !== "sent" && status !== "delivered";
      const receipt = { workspace_id: workspaceId, message_id: text.id, carrier_reference: null, at: now(), status };
      await db.asSystem((tx) =>
        recordReceipts(tx, now(), [{ ...receipt, code: failed ? "7" : null, reason: failed ? "unreachable" : null }]),
      );
      await look(`receipt ${status}`);
      if (rank(was) < 2 && rank(before) === 2) endedByReceipt = true;
    }
  }

  const refusal = (reason: "blocked" | "opted_out"): Outcome => ({ kind: "refused", code: "21610", reason });
  const carrier: Carrier = {
    id: null,
    name: "script",
    limits: {
      batch: 10,
      reconcile_after_ms: 0,
      rates: { long_number: null, short_code: null, alphanumeric: null },
    },
    state: () => ({ state: "up", bound: 1, wanted: 1, last_error: null }),
    async submit() {
      const { answer, during } = step as Attempt;
      const takes = answer === "accepted" || ((answer === "unknown" || answer === "lost") && (step as Attempt).taken);
      if (sends > 0 && takes) expect((await ledger(db, workspaceId))[0]?.reason, "sent again").toBe("uncertain");
      if (takes) {
        taken++;
        sends++;
      }
      await receive(during);
      if (answer === "lost")
        await db.asSystem((tx) =>
          sql`update lanes set leased_by = null where workspace_id = ${workspaceId}`.execute(tx),
        );
      if (answer === "accepted") return [{ kind: "accepted", carrier_reference: `ref ${sends}` }];
      if (answer === "refused") return [refusal("blocked")];
      if (answer === "opted_out") return [refusal("opted_out")];
      return [answer === "later" ? { kind: "later", after_ms: 0 } : { kind: "unknown" }];
    },
    async lookup(texts) {
      const { lookup, asking } = step as Attempt;
      await receive(asking);
      if (lookup === "fails") throw new Error("no answer");
      const found = new Map<string, Found | null>();
      for (const { message_id } of texts) {
        if (lookup === "cannot tell") found.set(message_id, null);
        else if (taken > 0) found.set(message_id, { carrier_reference: "found", receipt: null });
      }
      return found;
    },
    async start() {},
    async stop() {},
  };

  /** A worker takes the lane and serves it until it pauses, or dies. */
  async function serve(): Promise<void> {
    const worker = newId();
    const lanes = await db.asSystem(async (tx) => {
      await sql`
        update lanes set leased_by = null, next_at = null, has_work = true
        where workspace_id = ${workspaceId} and sender_id = ${senderId}`.execute(tx);
      // Only this text's lane: those of earlier runs in this database are finished.
      await sql`update lanes set has_work = false where workspace_id <> ${workspaceId}`.execute(tx);
      return leaseLanes(tx, { worker, seconds: 60, now: now() }, 1);
    });
    const lane = lanes[0];
    if (!lane) throw new Error("no lane");
    const context = {
      lane,
      worker,
      pool,
      log,
      seal: testSeal,
      now,
      liveUpdates: { publish() {}, publishSources() {} },
      carriers: { get: () => carrier, isDown: () => false },
      signal: new AbortController().signal,
      pausing: () => false,
      leaseHolds: () => true,
      crowded: () => false,
      quantum_ms: 60_000,
      onReceipts: async (receipts: Receipt[]) => receive(receipts.map(({ status }) => status)),
    };
    await serveLane(context, newLaneState(lane)).catch((error: unknown) => {
      if (!(error instanceof LeaseLost)) throw error;
    });
    await look("a worker's turn");
  }

  const open = async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ n: number }>`
        select ((select count(*) from message_queue where workspace_id = ${workspaceId})
          + (select count(*) from dispatch_journal where workspace_id = ${workspaceId}))::int as n`.execute(tx),
    );
    return (rows[0]?.n ?? 0) > 0;
  };

  for (const each of script) {
    step = each;
    await serve();
    await receive(each.after);
    if (each.next === "stop") await stop(db, workspaceId, senderId, now());
    if (each.next === "too late") later += 50 * hour;
  }
  // The rest: a carrier that answers, and enough time for submissions that were never answered.
  for (let turn = 0; (await open()) && turn < 12; turn++) {
    step = { ...calm, lookup: step?.lookup ?? "honest" };
    later += hour / 4;
    await serve();
  }
  expect(await open(), "something is left").toBe(false);
  return compare(db, text, { endedByReceipt, taken });
}

async function stop(db: Db, workspaceId: string, senderId: string, at: Date): Promise<void> {
  await db.inWorkspace(workspaceId, (tx) =>
    recordOptOut(tx, { workspaceId, number: "+4791234567", senderId, at, source: "keyword", evidence: "STOP" }),
  );
}

/** The ledger, the quota and the figures agree. */
async function compare(
  db: Db,
  { workspaceId, sourceId, id, segments }: Text,
  known: { endedByReceipt: boolean; taken: number },
) {
  const row = (await ledger(db, workspaceId)).find((each) => each.id === id);
  if (!row) throw new Error("the text is gone");
  const paid = row.submitted_at !== null;
  expect(await quota(db, workspaceId), `${row.status} ${row.reason}`).toEqual({
    used: paid ? segments : 0,
    reserved: 0,
  });
  // A text that the carrier accepted is paid, once; one that it did not is not, unless the outcome is uncertain.
  if (known.taken > 0) expect(paid, `${row.status} ${row.reason}`).toBe(true);
  else if (row.reason !== "uncertain") expect(paid, `${row.status} ${row.reason}`).toBe(false);
  if (known.taken > 1) expect(row.reason).toBe("uncertain");
  if (row.sent_at !== null) expect(paid).toBe(true);

  const ended = known.endedByReceipt
    ? row.status
    : ({ failed: "refused", expired: "lapsed" }[row.status] ?? (row.status === "skipped" ? "skipped" : null));
  const expected = new Map([["queued ", 1]]);
  if (row.sent_at !== null) expected.set("sent ", 1);
  if (ended) expected.set(`${ended} ${ended === "delivered" || ended === "lapsed" ? "" : (row.reason ?? "")}`, 1);
  const { rows } = await db.inWorkspace(workspaceId, (tx) =>
    sql<{ what: string; n: number }>`
      select status || ' ' || reason as what, sum(n)::int as n from message_counts
      where workspace_id = ${workspaceId} and source_id = ${sourceId} group by 1`.execute(tx),
  );
  expect(new Map(rows.map(({ what, n }) => [what, n]))).toEqual(expected);
  return row;
}
