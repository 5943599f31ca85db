/**
 * The nightly run: whole months that no workspace keeps are dropped as partitions; where only some let go, their rows are
 * deleted in chunks. What belongs to the installation (texts seen, handsets of the sandbox, rejected rows) goes by age.
 *
 * It may be killed at any instant: everything is found by what is there, texts go on from a kept cursor. One process at a
 * time does it; two at once would only do the same twice.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { oldestUnderWay } from "../campaigns/forget-recipient.ts";
import { forgetOldRejectedRows } from "../contacts/forget-contact.ts";
import { forgetUnusedPropertyKeys } from "../contacts/properties.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import {
  clearOldTexts,
  deleteOld,
  dropMonth,
  forgetCountsWithoutSource,
  forgetSeen,
  isKept,
  isUnderWay,
  type LedgerMonth,
  monthsBefore,
  queuedBefore,
  type Retire,
} from "../messages/retire-messages.ts";
import { deleteOldAuditEvents } from "../workspaces/audit-events-store.ts";
import { cutOf, type RuleRow, selectRules, startOfMonth } from "./retention-rule.ts";

/** Drops up to `limit` rows older than `before` of all workspaces; answers how many. */
export type ForgetOld = (tx: Tx, before: Date, limit: number) => Promise<number>;

export interface RetireServices {
  db: Db;
  clock: Clock;
  log: Pick<Logger, "info" | "warn">;
  /** What parts that this folder does not know keep for a while, such as the sandbox. */
  forgetOld: readonly ForgetOld[];
  /** Rows a transaction. */
  chunk?: number;
}

const chunkSize = 5_000;
/** Between two chunks, so that whoever sends has the disk to themselves most of the time. */
const pause = 20;
const day = 24 * 3_600_000;
/** Carriers offer an inbound text again for hours, none for weeks. */
const seenFor = 30 * day;
const booksFor = 90 * day;
const figuresFor = 7 * day;
const dropTries = 20;
const dropPatience = 250;
const lock = "retention";

/** Does all that is due. Answers null when another process is at it. */
export async function retire(services: RetireServices, signal: AbortSignal): Promise<Retired | null> {
  const { db, log } = services;
  const client = await db.pool.connect();
  try {
    const { rows } = await client.query("select pg_try_advisory_lock(hashtextextended($1, 0)) as ours", [lock]);
    if (!rows[0]?.ours) return null;
    const done = { months: await dropMonths(services, signal), texts: 0, messages: 0, events: 0, other: 0 };
    for (const rule of await db.asSystem((tx) => selectRules(tx))) {
      const { texts, messages } = await applyRule(services, rule, signal);
      done.texts += texts;
      done.messages += messages;
      done.events += await dropEvents(services, rule, signal);
    }
    done.other = await forgetByAge(services, signal);
    log.info(done, "old messages went as their workspaces' rules say");
    return done;
  } finally {
    await client.query("select pg_advisory_unlock_all()").catch(() => {}); // a broken connection holds no lock
    client.release();
  }
}

export interface Retired {
  months: string[];
  texts: number;
  messages: number;
  /** Of the audit log. */
  events: number;
  other: number;
}

/** Drops months that nobody keeps, and answers their names. */
async function dropMonths({ db, clock, log }: RetireServices, signal: AbortSignal): Promise<string[]> {
  const now = clock.now();
  const dropped: string[] = [];
  const { months, rules, underWay } = await db.asSystem(async (tx) => ({
    months: await monthsBefore(tx, startOfMonth(now)),
    rules: await selectRules(tx),
    underWay: await oldestUnderWay(tx, null),
  }));
  for (const month of months) {
    signal.throwIfAborted();
    const expired = rules.filter((rule) => {
      const cut = cutOf(rule.ledger_months, now, underWay);
      return cut !== null && month.end <= cut;
    });
    if (expired.length === 0) continue;
    const ids = expired.map((rule) => rule.workspace_id);
    if (await dropIfFree(db, log, month, ids)) dropped.push(month.partition);
  }
  return dropped;
}

async function dropIfFree(db: Db, log: RetireServices["log"], month: LedgerMonth, expired: string[]): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      const dropped = await db.asSystem(async (tx) => {
        if ((await isUnderWay(tx, month)) || (await isKept(tx, month, expired))) return false;
        await dropMonth(tx, month, dropPatience);
        return true;
      });
      if (dropped) log.info({ month: month.partition }, "a month of the ledger was dropped");
      return dropped;
    } catch (error) {
      if ((error as { code?: string }).code !== "55P03") throw error;
      if (attempt === dropTries) {
        log.warn({ month: month.partition }, "a month could not be dropped beside what is going on; tomorrow again");
        return false;
      }
      await delay(attempt * 100);
    }
  }
}

async function applyRule(services: RetireServices, rule: RuleRow, signal: AbortSignal) {
  const { db, clock } = services;
  const { workspace_id: workspaceId } = rule;
  const now = clock.now();
  const underWay = await db.inWorkspace(workspaceId, (tx) => oldestUnderWay(tx, workspaceId));
  const rowsCut = cutOf(rule.ledger_months, now, underWay);
  const textsCut = cutOf(rule.text_months, now, underWay);
  const done = { texts: 0, messages: 0 };
  if (rowsCut) {
    done.messages = await inChunks(services, workspaceId, deleteOld, { before: rowsCut, after: null }, signal);
    await db.inWorkspace(workspaceId, (tx) => goneBefore(tx, workspaceId, "rows_gone_before", rowsCut));
  }
  if (textsCut) {
    const from = { before: textsCut, after: rule.texts_to };
    done.texts = await inChunks(services, workspaceId, clearOldTexts, from, signal);
    await db.inWorkspace(workspaceId, (tx) => goneBefore(tx, workspaceId, "texts_gone_before", textsCut));
  }
  return done;
}

async function dropEvents(
  { db, clock, chunk = chunkSize }: RetireServices,
  { workspace_id: workspaceId, audit_months }: RuleRow,
  signal: AbortSignal,
): Promise<number> {
  const before = cutOf(audit_months, clock.now(), null);
  if (!before) return 0;
  let total = 0;
  for (let n = chunk; n >= chunk; total += n) {
    signal.throwIfAborted();
    n = await db.inWorkspace(workspaceId, (tx) => deleteOldAuditEvents(tx, workspaceId, before, chunk));
    if (n >= chunk) await delay(pause);
  }
  return total;
}

async function goneBefore(
  tx: Tx,
  workspaceId: string,
  column: "texts_gone_before" | "rows_gone_before",
  before: Date,
): Promise<void> {
  await sql`
    update retention_rules set ${sql.ref(column)} = greatest(${sql.ref(column)}, ${before})
    where workspace_id = ${workspaceId}`.execute(tx);
}

async function inChunks(
  { db, chunk = chunkSize }: RetireServices,
  workspaceId: string,
  work: Retire,
  { before, after }: { before: Date; after: string | null },
  signal: AbortSignal,
): Promise<number> {
  // Nothing this old is queued any more, so whoever is in the queue now is all there is.
  const kept = await db.inWorkspace(workspaceId, (tx) => queuedBefore(tx, workspaceId, before));
  let total = 0;
  for (let last = after; ;) {
    signal.throwIfAborted();
    const done = await db.inWorkspace(workspaceId, async (tx) => {
      const retired = await work(tx, { workspaceId, before, after: last, limit: chunk, kept });
      // Beside something that is still queued the cursor stays, so that its turn comes too.
      if (retired && work === clearOldTexts && kept.length === 0) {
        await sql`
          update retention_rules set texts_to = ${retired.to} where workspace_id = ${workspaceId}`.execute(tx);
      }
      return retired;
    });
    if (!done) return total;
    last = done.to;
    total += done.n;
    await delay(pause);
  }
}

async function forgetByAge(
  { db, clock, forgetOld, chunk = chunkSize }: RetireServices,
  signal: AbortSignal,
): Promise<number> {
  const now = clock.now().getTime();
  const parts: [ForgetOld, number][] = [
    [forgetSeen, seenFor],
    [forgetCountsWithoutSource, figuresFor],
    [forgetOldRejectedRows, booksFor],
    [forgetUnusedPropertyKeys, day],
    ...forgetOld.map((each): [ForgetOld, number] => [each, booksFor]),
  ];
  let total = 0;
  for (const [forget, age] of parts) {
    for (let n = chunk; n >= chunk; total += n) {
      signal.throwIfAborted();
      n = await db.asSystem((tx) => forget(tx, new Date(now - age), chunk));
      if (n >= chunk) await delay(pause);
    }
  }
  return total;
}
