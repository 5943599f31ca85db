/**
 * The long part of an erasure: the texts, in chunks. Killed at any instant it goes on where it was, because what is left to
 * do is what still names the contact; done twice it finds nothing.
 */
import { closeGate } from "../carriers/hand-over-gate.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { cancelQueuedOf, claimByNumber, forgetMessagesOf, hasMessagesOf } from "../messages/forget-messages.ts";
import { eraseJob } from "./erase-contact.ts";
import { type ErasureRow, finishErasure, isAlone, moveOn, selectErasure } from "./erasures-store.ts";

/** Takes numbers out of what a part that this folder does not know keeps of them, such as the sandbox. */
export type ForgetNumbers = (tx: Tx, workspaceId: string, numbers: readonly string[]) => Promise<void>;

export interface ErasureServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  news: Pick<News, "tell">;
  log: Pick<Logger, "info">;
  forgetNumbers: readonly ForgetNumbers[];
  /** Texts a transaction. */
  chunk?: number;
}

const chunkSize = 2_000;
const sweepSize = 20_000;
/** Somebody who knew the contact is still writing. */
const shortWait = 5_000;
/** A receipt may still come, or a carrier is yet to say what became of a text. */
const longWait = 10 * 60_000;

/** Goes on with an erasure as far as it can come now; answers whether it is done. */
export async function finishErasureOf(
  services: ErasureServices,
  { workspace_id: workspaceId, id }: { workspace_id: string; id: string },
  signal: AbortSignal,
): Promise<boolean> {
  const { db, clock, jobs, news, log, forgetNumbers } = services;
  const { erasure, alone } = await db.inWorkspace(workspaceId, async (tx) => {
    const found = await selectErasure(tx, workspaceId, id);
    return { erasure: found, alone: found ? await isAlone(tx, found) : false };
  });
  if (!erasure || erasure.finished_at) return true;
  await sweep(services, erasure, signal);
  await db.inWorkspace(workspaceId, async (tx) => {
    await closeGate(tx, workspaceId);
    await cancelQueuedOf(tx, workspaceId, erasure.contact_id, clock.now());
  });
  await forgetTexts(services, erasure, signal);
  // These belong to the installation: a workspace's own transaction does not reach them.
  await db.asSystem(async (tx) => {
    for (const forget of forgetNumbers) await forget(tx, workspaceId, erasure.numbers ?? []);
  });
  const done = await db.inWorkspace(workspaceId, async (tx) => {
    const waits = !alone || (await hasMessagesOf(tx, workspaceId, erasure.contact_id));
    if (!waits) {
      await finishErasure(tx, erasure, clock.now());
      return true;
    }
    const runAt = new Date(clock.now().getTime() + (alone ? longWait : shortWait));
    await jobs.add(tx, eraseJob, { workspace_id: workspaceId, id }, { key: `${eraseJob}:${id}`, runAt });
    return false;
  });
  news.tell(workspaceId, "contact", erasure.contact_id);
  if (done) log.info({ workspace: workspaceId, erasure: id }, "a contact was erased");
  return done;
}

/** Once through the ledger, for texts that go by the number alone. */
async function sweep({ db }: ErasureServices, erasure: ErasureRow, signal: AbortSignal): Promise<void> {
  const { workspace_id: workspaceId, contact_id, numbers } = erasure;
  if (!numbers || numbers.length === 0) return;
  for (let after = erasure.swept_to; ;) {
    signal.throwIfAborted();
    const to = await db.inWorkspace(workspaceId, async (tx) => {
      const reached = await claimByNumber(tx, workspaceId, { contact_id, numbers }, after, sweepSize);
      if (reached) await moveOn(tx, erasure, { swept_to: reached });
      return reached;
    });
    if (!to) return;
    after = to;
  }
}

async function forgetTexts(
  { db, clock, chunk = chunkSize }: ErasureServices,
  erasure: ErasureRow,
  signal: AbortSignal,
): Promise<void> {
  const { workspace_id: workspaceId, contact_id } = erasure;
  for (let n = chunk; n >= chunk;) {
    signal.throwIfAborted();
    n = await db.inWorkspace(workspaceId, async (tx) => {
      const messages = await forgetMessagesOf(tx, workspaceId, contact_id, clock.now(), chunk);
      if (messages > 0) await moveOn(tx, erasure, { messages });
      return messages;
    });
  }
}
