/**
 * Records hits: gathered into few transactions, each on disk before its redirect is answered, so that a process may be killed at any
 * moment and no answered hit is lost. Only where the database takes longer than a moment does the visitor not wait for it: then hits
 * are kept in memory, a bounded number, and written when it answers again.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { RequestReason } from "../../rules/click-verdicts.ts";
import { type Db, systemScope, type Tx } from "../kit/db.ts";
import { createBatchQueue } from "../kit/gather.ts";
import { eachInTransaction } from "../kit/prepared.ts";

/** A hit before it is written. */
export interface NewHit {
  workspace_id: string;
  /** The time within it is the hit's. */
  id: string;
  message_id: string;
  link_id: string;
  user_agent: string;
  reason: RequestReason | null;
}

export interface HitIntake {
  /** Resolves when the hit is on disk, or after a moment if the database takes longer. */
  take(hit: NewHit): Promise<void>;
  /** Resolves when all hits are written, or cannot be. */
  stop(): Promise<void>;
}

interface Log {
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

const mostAtOnce = 2_000;
/** Milliseconds that a visitor waits for the database at most. */
const patience = 500;
/** Hits in memory; more are answered, but not counted. */
const mostKept = 50_000;
const firstPause = 100;
const longestPause = 5_000;

export function createHitIntake(
  { db, log }: { db: Db; log: Log },
  limits: { patience?: number; most?: number } = {},
): HitIntake {
  const { patience: waits = patience, most = mostKept } = limits;
  const stopping = new AbortController();
  let open = 0;
  let lost = 0;
  let idle: () => void = () => {};

  const queue = createBatchQueue<Waiting>({ most: mostAtOnce, work: write, ended: () => idle(), sideBySide: 4 });

  /** Writes a batch, and again what could not be written. */
  async function write(batch: Waiting[]): Promise<void> {
    let left = batch;
    for (let pause = firstPause; ; pause = Math.min(longestPause, pause * 2)) {
      const failed = await insertHits(db, left);
      left = failed.left;
      if (left.length === 0) return;
      log.warn(
        { err: failed.reason, hits: left.length },
        "hits on short links could not be written; they are tried again",
      );
      if (stopping.signal.aborted) break;
      // An early end is one more attempt.
      await delay(pause, undefined, { signal: stopping.signal }).catch(() => {});
    }
    log.error({ hits: left.length }, "hits on short links are lost: the database cannot be reached");
    for (const { done } of left) done();
  }

  return {
    take(hit) {
      if (open >= most) {
        if (lost++ % most === 0)
          log.error({ lost }, "hits on short links are not counted: too many wait for the database");
        return Promise.resolve();
      }
      open++;
      return new Promise((resolve) => {
        const timer = setTimeout(resolve, waits);
        queue.add({
          hit,
          done() {
            open--;
            clearTimeout(timer);
            resolve();
          },
        });
      });
    },
    async stop() {
      stopping.abort();
      if (open > 0) await new Promise<void>((done) => (idle = done));
    },
  };
}

interface Waiting {
  hit: NewHit;
  done(): void;
}

/**
 * Writes hits, each workspace's in a transaction of its own, all in one round trip; answers those that could not be written. Each is
 * written once: one whose commit was not answered may be there already.
 */
async function insertHits(db: Db, batch: readonly Waiting[]): Promise<{ left: Waiting[]; reason?: unknown }> {
  const left: Waiting[] = [];
  let reason: unknown;
  const workspaces = [...Map.groupBy(batch, ({ hit }) => hit.workspace_id)];
  const transactions = workspaces.map(([workspaceId, group]) => ({
    scope: systemScope,
    work: (tx: Tx) => insert(tx, workspaceId, group),
    ended(outcome: PromiseSettledResult<unknown>) {
      if (outcome.status === "fulfilled") for (const { done } of group) done();
      else {
        left.push(...group);
        reason = outcome.reason;
      }
    },
  }));
  try {
    await eachInTransaction(db.pool, transactions);
  } catch (error) {
    return { left: [...batch], reason: error };
  }
  return { left, reason };
}

async function insert(tx: Tx, workspaceId: string, group: readonly Waiting[]): Promise<void> {
  const column = (name: "id" | "message_id" | "link_id") => `{${group.map(({ hit }) => hit[name]).join(",")}}`;
  await sql`
    insert into hits (workspace_id, id, message_id, link_id, user_agent, reason)
    select w.workspace_id, u.id, u.message_id, u.link_id, u.user_agent, u.reason
    from workspaces w, unnest(${column("id")}::uuid[], ${column("message_id")}::uuid[], ${column("link_id")}::uuid[],
      ${group.map(({ hit }) => hit.user_agent)}::text[], ${group.map(({ hit }) => hit.reason)}::text[])
      as u (id, message_id, link_id, user_agent, reason)
    where w.workspace_id = ${workspaceId}::uuid
    on conflict do nothing`.execute(tx);
}
