/**
 * Idempotency keys and their stored answers.
 *
 * Everything here runs in the transaction that does the work. The key is claimed first: a second caller with the same
 * key waits for its row until the first commits (then it gets the first one's answer) or rolls back (then it does the work
 * itself). So after a crash neither is stored without the other.
 */
import { sql } from "kysely";
import type { Tx } from "./db.ts";
import { conflict, type Problem } from "./errors.ts";
import { inEachWorkspace } from "./in-each-workspace.ts";
import { sharedStatement } from "./shared-statements.ts";

/** The Idempotency-Key header and a fingerprint of the request: method, path and body. */
export interface Idempotency {
  key: string;
  fingerprint: string;
  /** Set when the key is claimed: whether the answer is an earlier call's. Sent as the header Idempotency-Replayed. */
  replayed?: boolean;
}

/** A stored answer. */
export interface GivenAnswer {
  status: number;
  body: unknown;
}

/** The result of claiming a key. */
export type Claim =
  | { state: "new" }
  | { state: "answered"; answer: GivenAnswer }
  /** The same key and payload is twice in one batch: its answer is that of item `index`. */
  | { state: "same_as"; index: number }
  /** The key was used for another request. */
  | { state: "reused" };

const kept = "24 hours";

/** 409: the key belongs to another request. */
export const keyReused = (key: string): Problem =>
  conflict("idempotency_key_reused", "This Idempotency-Key was used for another request in the last 24 hours.", {
    field: "Idempotency-Key",
    value: key,
  });

/**
 * Does `work` once for a key: a repeated call gets the first one's answer with `replayed`. Without a key it always does the
 * work. Throws 409 `idempotency_key_reused` when the key was used with another payload.
 */
export async function answerOnce<Body>(
  tx: Tx,
  workspaceId: string,
  idempotency: Idempotency | null,
  work: () => Promise<{ status: number; body: Body }>,
  at: Date,
): Promise<{ status: number; body: Body; replayed: boolean }> {
  if (!idempotency) return { ...(await work()), replayed: false };
  const answered = await findAnswer(tx, workspaceId, idempotency, at);
  if (answered) return { status: answered.status, body: answered.body as Body, replayed: true };
  const answer = await work();
  await rememberAnswer(tx, workspaceId, idempotency.key, answer);
  return { ...answer, replayed: false };
}

/** Claims a key (null), or returns its stored answer. Throws 409 when it was used with another payload. */
export async function findAnswer(
  tx: Tx,
  workspaceId: string,
  idempotency: Idempotency,
  at: Date,
): Promise<GivenAnswer | null> {
  const claim = await claimKey(tx, workspaceId, { idempotency, at });
  if (claim.state === "reused") throw keyReused(idempotency.key);
  return claim.state === "answered" ? claim.answer : null;
}

const claimKey = sharedStatement((tx, workspaceId, asked: readonly { idempotency: Idempotency; at: Date }[]) => {
  const at = new Date(Math.min(...asked.map((each) => each.at.getTime())));
  return claimKeys(
    tx,
    workspaceId,
    asked.map(({ idempotency }) => idempotency),
    at,
  );
});

/** Whether a key has an answer already, without claiming it: for callers that prepare work before they claim. */
export async function isAnswered(tx: Tx, workspaceId: string, { key }: Idempotency, at: Date): Promise<boolean> {
  const { rows } = await sql`
    select 1 from idempotency_keys
    where workspace_id = ${workspaceId} and key = ${key} and created_at >= ${at}::timestamptz - ${kept}::interval`.execute(
    tx,
  );
  return rows.length > 0;
}

/** Stores the answer of a key that this transaction has claimed. */
export async function rememberAnswer(tx: Tx, workspaceId: string, key: string, answer: GivenAnswer): Promise<void> {
  await rememberOne(tx, workspaceId, { key, answer });
}

const rememberOne = sharedStatement(
  async (tx, workspaceId, answers: readonly { key: string; answer: GivenAnswer }[]) => {
    await rememberAnswers(tx, workspaceId, answers);
    return [];
  },
);

/**
 * Claims many keys of one workspace with one statement; the claims are in the order of `items`. Rows are locked in the
 * order of their keys, so that two batches with the same keys wait for each other and don't deadlock.
 */
export async function claimKeys(
  tx: Tx,
  workspaceId: string,
  items: readonly Idempotency[],
  at: Date,
): Promise<Claim[]> {
  if (items.length === 0) return [];
  const first = new Map<string, number>();
  items.forEach((item, index) => {
    if (!first.has(item.key)) first.set(item.key, index);
  });
  const keys = [...first.keys()];
  const fingerprints = [...first.values()].map((index) => items[index]?.fingerprint);
  const claimed = await sql<{ key: string }>`
    insert into idempotency_keys as k (workspace_id, key, fingerprint, answer, created_at)
    select w.workspace_id, asked.key, asked.fingerprint, 'null', ${at}
    from workspaces w, unnest(${keys}::text[], ${fingerprints}::text[]) as asked (key, fingerprint)
    where w.workspace_id = ${workspaceId}
    order by asked.key
    on conflict (workspace_id, key) do update
      set fingerprint = excluded.fingerprint, answer = 'null', created_at = excluded.created_at
      where k.created_at < ${at}::timestamptz - ${kept}::interval
    returning key`.execute(tx);
  const isNew = new Set(claimed.rows.map((row) => row.key));
  const old = new Map<string, { fingerprint: string; answer: GivenAnswer }>();
  if (isNew.size < keys.length) {
    const rest = keys.filter((key) => !isNew.has(key));
    const found = await sql<{ key: string; fingerprint: string; answer: GivenAnswer }>`
      select key, fingerprint, answer from idempotency_keys
      where workspace_id = ${workspaceId} and key = any(${rest})`.execute(tx);
    for (const row of found.rows) old.set(row.key, row);
  }
  const claims = items.map((item, index): Claim => {
    const before = old.get(item.key);
    if (before) {
      return before.fingerprint === item.fingerprint
        ? { state: "answered", answer: before.answer }
        : { state: "reused" };
    }
    const same = first.get(item.key) ?? index;
    if (same === index) return { state: "new" };
    return items[same]?.fingerprint === item.fingerprint ? { state: "same_as", index: same } : { state: "reused" };
  });
  items.forEach((item, index) => {
    const state = claims[index]?.state;
    item.replayed = state === "answered" || state === "same_as";
  });
  return claims;
}

/** Stores the answers of keys that this transaction has claimed, with one statement. */
export async function rememberAnswers(
  tx: Tx,
  workspaceId: string,
  answers: readonly { key: string; answer: GivenAnswer }[],
): Promise<void> {
  if (answers.length === 0) return;
  const keys = answers.map((item) => item.key);
  const bodies = answers.map((item) => JSON.stringify({ status: item.answer.status, body: item.answer.body ?? null }));
  await sql`
    update idempotency_keys k set answer = given.answer::jsonb
    from unnest(${keys}::text[], ${bodies}::text[]) as given (key, answer)
    where k.workspace_id = ${workspaceId} and k.key = given.key`.execute(tx);
}

/** Releases keys that were claimed for work that this transaction then did not do, so that it can be retried. */
export async function releaseKeys(tx: Tx, workspaceId: string, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await sql`delete from idempotency_keys where workspace_id = ${workspaceId} and key = any(${keys})`.execute(tx);
}

/** Purges keys older than 24 hours, in every workspace. Needs a transaction that sees all of them. */
export async function purgeOldAnswers(tx: Tx, at: Date): Promise<void> {
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from idempotency_keys
    where created_at < ${at}::timestamptz - ${kept}::interval`.execute(tx);
  await inEachWorkspace(rows, (workspaceId) =>
    sql`
      delete from idempotency_keys
      where workspace_id = ${workspaceId} and created_at < ${at}::timestamptz - ${kept}::interval`.execute(tx),
  );
}
