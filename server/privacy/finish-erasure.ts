/**
 * The long part of an erasure: anonymising the texts, in chunks. It can be killed at any time and resumed, because the remaining
 * work is found by what still refers to the contact.
 */
import { eraseFromBookings } from "../bookings/erase-bookings.ts";
import { takeSubmitLock } from "../consent/submit-lock.ts";
import { eraseFromOrders } from "../events/orders/erase-orders.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { type Jobs, payloadsOf } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import { eraseMails } from "../mail/erase-mails.ts";
import { cancelQueuedOf, claimByNumber, eraseMessagesOf, hasMessagesOf } from "../messages/erase-messages.ts";
import { deleteDeliveriesOf, deleteDeliveriesWith } from "../webhooks/deliveries-store.ts";
import { eraseJob } from "./erase-contact.ts";
import {
  type ErasureRow,
  findOpenErasures,
  finishErasure,
  haveEarlierEnded,
  recordProgress,
  selectErasure,
} from "./erasures-store.ts";

/** Erases numbers from data that this folder does not know, such as the sandbox's. */
export type EraseNumbers = (tx: Tx, workspaceId: string, numbers: readonly string[]) => Promise<void>;

export interface ErasureServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "info">;
  eraseNumbers: readonly EraseNumbers[];
  /** Texts in one transaction. */
  chunk?: number;
}

const chunkSize = 2_000;
const sweepSize = 20_000;
/** Until the next run while an earlier transaction is still open. */
const shortWait = 5_000;
/** Until the next run while a receipt or a carrier's answer is awaited. */
const longWait = 10 * 60_000;

/** The names went with the contact. */
const nameless = { first_name: null, last_name: null, address: null };

/** An erasure that has been open for so long may have lost its job. */
const resumeAfter = 3_600_000;
const mostResumed = 1_000;

/** Continues an erasure as far as possible now; returns whether it is done. */
export async function finishErasureOf(
  services: ErasureServices,
  { workspace_id: workspaceId, id }: { workspace_id: string; id: string },
  signal: AbortSignal,
): Promise<boolean> {
  const { db, clock, jobs, liveUpdates, log, eraseNumbers } = services;
  const { erasure, earlierEnded } = await db.inWorkspace(workspaceId, async (tx) => {
    const found = await selectErasure(tx, workspaceId, id);
    return { erasure: found, earlierEnded: found ? await haveEarlierEnded(tx, found) : false };
  });
  if (!erasure || erasure.finished_at) return true;
  await sweep(services, erasure, signal);
  await db.inWorkspace(workspaceId, async (tx) => {
    await takeSubmitLock(tx, workspaceId);
    await cancelQueuedOf(tx, workspaceId, erasure.contact_id, clock.now());
  });
  await eraseTexts(services, erasure, signal);
  // What named the number and not the contact, and what was being prepared when the contact was erased.
  await db.inWorkspace(workspaceId, async (tx) => {
    const { contact_id } = erasure;
    const numbers = erasure.numbers ?? [];
    await eraseMails(tx, workspaceId, { contact_id, address: null }, clock.now());
    const person = { ...nameless, contact_id, numbers };
    await eraseFromBookings(tx, workspaceId, person, clock.now());
    await eraseFromOrders(tx, workspaceId, person, clock.now());
    await deleteDeliveriesOf(tx, workspaceId, contact_id);
    await deleteDeliveriesWith(tx, workspaceId, numbers);
  });
  // These belong to the installation, so a workspace's transaction cannot reach them.
  await db.asSystem(async (tx) => {
    for (const erase of eraseNumbers) await erase(tx, workspaceId, erasure.numbers ?? []);
  });
  const done = await db.inWorkspace(workspaceId, async (tx) => {
    const waits = !earlierEnded || (await hasMessagesOf(tx, workspaceId, erasure.contact_id));
    if (!waits) {
      await finishErasure(tx, erasure, clock.now());
      return true;
    }
    const runAt = new Date(clock.now().getTime() + (earlierEnded ? longWait : shortWait));
    await jobs.add(tx, eraseJob, { workspace_id: workspaceId, id }, { key: `${eraseJob}:${id}`, runAt });
    return false;
  });
  liveUpdates.publish(workspaceId, "contact", erasure.contact_id);
  if (done) log.info({ workspace: workspaceId, erasure: id }, "a contact was erased");
  return done;
}

/**
 * Adds the job of every erasure that has been open for long. Over several database servers the erasure and its job are not one
 * commit, so a crash between the two leaves an erasure without a job.
 */
export async function resumeErasures({
  db,
  clock,
  jobs,
}: Pick<ErasureServices, "db" | "clock" | "jobs">): Promise<void> {
  const before = new Date(clock.now().getTime() - resumeAfter);
  const { open, jobless } = await db.asSystem(async (tx) => ({
    open: await findOpenErasures(tx, before, mostResumed),
    jobless: lacksJob(await payloadsOf<{ id: string }>(tx, eraseJob)),
  }));
  for (const { workspace_id, id } of open.filter(jobless))
    await db.inWorkspace(workspace_id, (tx) =>
      jobs.add(tx, eraseJob, { workspace_id, id }, { key: `${eraseJob}:${id}` }),
    );
}

/** Says of an erasure whether no job of it waits or runs: another beside a long one would only get in its way. */
function lacksJob(payloads: readonly { id: string }[]): (erasure: { id: string }) => boolean {
  const known = new Set(payloads.map((payload) => payload.id));
  return ({ id }) => !known.has(id);
}

/** Scans the ledger once for texts that have the number but not the contact's id. */
async function sweep({ db }: ErasureServices, erasure: ErasureRow, signal: AbortSignal): Promise<void> {
  const { workspace_id: workspaceId, contact_id, numbers } = erasure;
  if (!numbers || numbers.length === 0) return;
  for (let after = erasure.swept_to; ;) {
    signal.throwIfAborted();
    const to = await db.inWorkspace(workspaceId, async (tx) => {
      const reached = await claimByNumber(tx, workspaceId, { contact_id, numbers }, after, sweepSize);
      if (reached) await recordProgress(tx, erasure, { swept_to: reached });
      return reached;
    });
    if (!to) return;
    after = to;
  }
}

async function eraseTexts(
  { db, clock, chunk = chunkSize }: ErasureServices,
  erasure: ErasureRow,
  signal: AbortSignal,
): Promise<void> {
  const { workspace_id: workspaceId, contact_id } = erasure;
  for (let n = chunk; n >= chunk;) {
    signal.throwIfAborted();
    n = await db.inWorkspace(workspaceId, async (tx) => {
      const messages = await eraseMessagesOf(tx, workspaceId, contact_id, clock.now(), chunk);
      if (messages > 0) await recordProgress(tx, erasure, { messages });
      return messages;
    });
  }
}
