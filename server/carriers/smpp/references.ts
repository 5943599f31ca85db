/**
 * Which text a provider's id belongs to. Receipts name nothing else, they come to any worker, and some come before the response
 * with the id is stored, or even arrives.
 *
 * Ids of this process's own submissions are kept in memory, so that most receipts need no query. Every id is also stored in the
 * database, in bulk and before the submission is recorded. A receipt for an unknown id is stored until the id is.
 */
import { sql } from "kysely";
import type { FailureReason } from "../../../contract/messages.ts";
import type { Clock } from "../../kit/clock.ts";
import { type Db, workspaceScope } from "../../kit/db.ts";
import type { Logger } from "../../kit/log.ts";
import { atCommit, preparedTransaction } from "../../kit/prepared.ts";
import type { Receipt } from "../carrier.ts";
import { type PartReceipt, referenceKey } from "./receipt.ts";
import * as store from "./references-store.ts";
import type { Accepted } from "./submit-responses.ts";

export interface References {
  /** Remembers at once; `flush` writes. */
  add(accepted: Accepted): void;
  /** Stores what is not stored yet. What cannot be stored now is tried again with the next flush. */
  flush(): Promise<void>;
  /** Receipts of texts that follow from these receipts of parts; the rest is stored. Durable when it resolves. */
  match(receipts: readonly PartReceipt[]): Promise<Receipt[]>;
  /** Whether this process has stored early receipts lately. */
  expecting(): boolean;
  /** Early receipts whose text is known by now, and their keys for `deleteEarly`; `more`: there may be others. */
  matchEarly(): Promise<{ receipts: Receipt[]; keys: string[]; more: boolean }>;
  deleteEarly(keys: readonly string[]): Promise<void>;
  /** Ids by message, of those submitted since. */
  submitted(messageIds: readonly string[], since: Date): Promise<Map<string, string>>;
}

const mostRemembered = 200_000;
/** Kept while the database is away; ids beyond it are dropped, and their texts stay "sent". */
const mostUnwritten = 200_000;
const mostEarly = 1_000;
/** As long as `findMatched` looks back. */
const expectFor_ms = 15 * 60_000;

export function createReferences(services: {
  workspace_id: string;
  carrier_id: string;
  db: Db;
  clock: Clock;
  log: Logger;
}): References {
  const { workspace_id, carrier_id, db, clock, log } = services;
  const scope = workspaceScope(workspace_id);
  /** Texts of one part. */
  const remembered = new Map<string, string>();
  let unwritten: store.ReferenceRow[] = [];
  let writing: Promise<void> | null = null;
  let keptAt = Number.NEGATIVE_INFINITY;

  function remember(key: string, messageId: string): void {
    remembered.set(key, messageId);
    if (remembered.size <= mostRemembered) return;
    const [oldest] = remembered.keys();
    if (oldest !== undefined) remembered.delete(oldest);
  }

  async function write(): Promise<void> {
    const rows = unwritten;
    unwritten = [];
    try {
      await preparedTransaction(db.workspacePool, scope, async (tx) => {
        // Safe without waiting for the disk: the submission is recorded later, and PostgreSQL's log is in order.
        await atCommit(tx, () => sql`set local synchronous_commit = off`.execute(tx));
        await store.insertReferences(tx, workspace_id, carrier_id, rows);
      });
    } catch (error) {
      unwritten = [...rows, ...unwritten].slice(0, mostUnwritten);
      log.warn({ err: error, texts: rows.length }, "could not store a provider's ids; trying again");
    }
  }

  const receiptOf = (messageId: string, key: string | null, of: Omit<PartReceipt, "key">): Receipt => ({
    workspace_id,
    message_id: messageId,
    carrier_reference: key,
    status: of.status,
    at: clock.now(),
    code: of.code,
    reason: of.reason,
  });

  /** With `others`, also by the other readings of their ids. */
  async function matchStored(receipts: readonly PartReceipt[], others = false): Promise<{ known: Receipt[] }> {
    return preparedTransaction(db.workspacePool, scope, async (tx) => {
      const readings = (receipt: PartReceipt) => (others ? [receipt.key, ...(receipt.others ?? [])] : [receipt.key]);
      const keys = [...new Set(receipts.flatMap(readings))];
      const owners = await store.findOwners(tx, workspace_id, carrier_id, keys);
      const known: Receipt[] = [];
      const rest: PartReceipt[] = [];
      const parts: [PartReceipt, store.Owner][] = [];
      for (const receipt of receipts) {
        const key = readings(receipt).find((reading) => owners.has(reading));
        const owner = key === undefined ? undefined : owners.get(key);
        if (!owner) rest.push(receipt);
        else if (owner.ids) parts.push([{ ...receipt, key: owner.id }, owner]);
        else known.push(receiptOf(owner.message_id, owner.id, receipt));
      }
      if (parts.length > 0) known.push(...(await ofParts(tx, parts)));
      if (rest.length > 0) keptAt = performance.now();
      if (rest.length > 0) await store.keepEarly(tx, workspace_id, carrier_id, rest);
      return { known };
    });
  }

  /**
   * A text of several parts is delivered when all of them are, and failed when one is. One that was sent twice is delivered when all
   * parts of either time are.
   */
  async function ofParts(tx: Parameters<typeof store.lockParts>[0], parts: [PartReceipt, store.Owner][]) {
    const ids = [...new Set(parts.flatMap(([, owner]) => owner.ids ?? []))];
    const first = new Map<string, PartReceipt>();
    for (const [receipt, owner] of parts) {
      // The first of a part counts, as it does of a text.
      const part = `${owner.message_id} ${receipt.key}`;
      if (!first.has(part)) first.set(part, receipt);
    }
    const texts = new Set(parts.map(([, owner]) => owner.message_id));
    const states = (await store.lockParts(tx, workspace_id, carrier_id, ids)).filter((each) =>
      texts.has(each.message_id),
    );
    const changed: store.PartState[] = [];
    for (const state of states) {
      const receipt = first.get(`${state.message_id} ${state.id}`);
      if (!receipt || state.status !== null) continue;
      Object.assign(state, { status: receipt.status, code: receipt.code, reason: receipt.reason });
      changed.push(state);
    }
    if (changed.length > 0) await store.updateParts(tx, workspace_id, carrier_id, changed);
    const receipts: Receipt[] = [];
    for (const group of Map.groupBy(states, ({ message_id, ids }) => `${message_id} ${ids.join(" ")}`).values()) {
      const messageId = (group[0] as store.PartState).message_id;
      const failed = group.find(({ status }) => status !== null && status !== "delivered");
      if (failed?.status) {
        const { status, code, reason } = failed;
        receipts.push(receiptOf(messageId, null, { status, code, reason: reason as FailureReason | null }));
      } else if (group.every(({ status }) => status === "delivered"))
        receipts.push(receiptOf(messageId, null, { status: "delivered", code: null, reason: null }));
    }
    return receipts;
  }

  return {
    add({ message_id, ids }) {
      const keys = ids.map(referenceKey);
      if (keys.length === 1 && keys[0]) remember(keys[0], message_id);
      if (keys.every((key) => key !== "")) unwritten.push({ message_id, keys });
    },
    async flush() {
      // A write under way may not contain what was added since it began.
      while (writing) await writing;
      if (unwritten.length === 0) return;
      writing = write().finally(() => (writing = null));
      await writing;
    },
    async match(receipts) {
      const known: Receipt[] = [];
      const others: PartReceipt[] = [];
      for (const receipt of receipts) {
        const messageId = remembered.get(receipt.key);
        if (messageId === undefined) others.push(receipt);
        else {
          known.push(receiptOf(messageId, receipt.key, receipt));
          remembered.delete(receipt.key);
        }
      }
      if (others.length === 0) return known;
      const stored = await matchStored(others);
      return [...known, ...stored.known];
    },
    expecting: () => performance.now() - keptAt < expectFor_ms,
    async matchEarly() {
      const early = await preparedTransaction(db.workspacePool, scope, (tx) =>
        store.findMatched(tx, workspace_id, carrier_id, mostEarly),
      );
      if (early.length === 0) return { receipts: [], keys: [], more: false };
      const { known } = await matchStored(early, true);
      return { receipts: known, keys: early.map(({ key }) => key), more: early.length === mostEarly };
    },
    deleteEarly: (keys) =>
      preparedTransaction(db.workspacePool, scope, (tx) => store.deleteEarly(tx, workspace_id, carrier_id, keys)),
    submitted: (messageIds, since) =>
      preparedTransaction(db.workspacePool, scope, (tx) =>
        store.findSubmitted(tx, workspace_id, carrier_id, messageIds, since),
      ),
  };
}
