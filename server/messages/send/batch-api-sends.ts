/**
 * Group commit for texts sent through the API: what arrives while a batch is being committed becomes the next batch, so
 * that many requests share one transaction and one wait for the disk. An idle server sends at once.
 */
import type { Clock } from "../../kit/clock.ts";
import { isDatabaseAway } from "../../kit/database-away.ts";
import { type Db, workspaceScope } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { createBatchQueue, type BatchQueue } from "../../kit/gather.ts";
import { newId } from "../../kit/id.ts";
import { pipelined, isCommitUnknown, preparedTransaction } from "../../kit/prepared.ts";
import { isQuotaInsufficient } from "../../quota/quota.ts";
import { outcomeUnknown } from "./api-send-problems.ts";
import { findCommitOutcome, lockBatch } from "./commit-outcome.ts";
import { type SendAnswer, type SendOutcome, type SendRequest, sendApiTexts } from "./send-api-texts.ts";

export interface ApiSends {
  /** Resolves when the text is on disk; rejects with a Problem when it will not be sent. */
  send(workspaceId: string, request: SendRequest): Promise<SendAnswer>;
}

interface Waiting {
  request: SendRequest;
  done(answer: SendAnswer): void;
  fail(error: unknown): void;
}

const mostAtOnce = 500;

/** How long a batch whose commit got no answer is looked up; longer than an idle transaction lives. */
const lookFor = 20_000; // milliseconds
const silentAtMost = "set local idle_in_transaction_session_timeout = '10s'";

/** One queue for a process; a workspace has one batch under way at a time, workspaces don't wait for each other. */
export function createApiSends({ db, clock }: { db: Db; clock: Clock }, look_ms: number = lookFor): ApiSends {
  const lines = new Map<string, BatchQueue<Waiting>>();

  async function work(workspaceId: string, batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await sendBatch(
        { db, look_ms, now: clock.now(), workspaceId },
        batch.map(({ request }) => request),
      );
      batch.forEach((each, i) => {
        const outcome = outcomes[i] as SendOutcome;
        if (outcome.answer) each.done(outcome.answer);
        else each.fail(outcome.problem ?? outcome.fault);
      });
    } catch (error) {
      for (const each of batch) each.fail(error);
    }
  }

  function lineOf(workspaceId: string): BatchQueue<Waiting> {
    let line = lines.get(workspaceId);
    if (!line) {
      const ended = () => void lines.delete(workspaceId);
      line = createBatchQueue({ most: mostAtOnce, work: (batch) => work(workspaceId, batch), ended });
      lines.set(workspaceId, line);
    }
    return line;
  }

  return {
    send: (workspaceId, request) => new Promise((done, fail) => lineOf(workspaceId).add({ request, done, fail })),
  };
}

interface Sending {
  db: Db;
  look_ms: number;
  now: Date;
  workspaceId: string;
}

/**
 * One transaction for all. Where it is undone, by the quota or by an error that may be one text's, one for each, in their
 * order: what is committed then stays, whatever becomes of those behind it. Throws when nothing of all was sent.
 */
async function sendBatch(sending: Sending, requests: SendRequest[]): Promise<SendOutcome[]> {
  try {
    return await sendAtOnce(sending, requests, false);
  } catch (error) {
    const again = isQuotaInsufficient(error) || error instanceof Problem || requests.length > 1;
    if (!again || isDatabaseAway(error)) throw error;
  }
  const outcomes: SendOutcome[] = [];
  for (const request of requests) {
    try {
      outcomes.push(...(await sendAtOnce(sending, [request], true)));
    } catch (error) {
      const outcome = error instanceof Problem ? { problem: error, kept: false } : { fault: error };
      outcomes.push(outcome);
      // Those behind it are not tried: they would each wait as long for what is not there.
      if (isDatabaseAway(error)) while (outcomes.length < requests.length) outcomes.push(outcome);
      if (outcomes.length === requests.length) break;
    }
  }
  return outcomes;
}

/** One transaction. Whatever it throws, nothing of it was sent. */
async function sendAtOnce(
  { db, look_ms, now, workspaceId }: Sending,
  requests: SendRequest[],
  careful: boolean,
): Promise<SendOutcome[]> {
  const batch = newId(now);
  let outcomes: SendOutcome[] = [];
  let made: string[] = [];
  try {
    return await preparedTransaction(db.workspacePool, [workspaceScope(workspaceId), silentAtMost], async (tx) => {
      made = [];
      const [, all] = await pipelined(
        tx,
        () => lockBatch(tx, batch),
        () => sendApiTexts(tx, { now, workspaceId, careful, made }, requests),
      );
      outcomes = all;
      return all;
    });
  } catch (error) {
    if (!isCommitUnknown(error)) throw error;
    const [one] = made;
    const commit =
      one === undefined ? "committed" : await findCommitOutcome(db, { workspaceId, batch, messageId: one }, look_ms);
    if (commit === "undone") throw error;
    if (commit === "committed") return outcomes;
    const open = new Set(made);
    return outcomes.map((outcome) =>
      outcome.answer && open.has(outcome.answer.id)
        ? { problem: outcomeUnknown(outcome.answer.id, error), kept: false }
        : outcome,
    );
  }
}
