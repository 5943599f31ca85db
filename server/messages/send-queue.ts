/**
 * Group commit for texts sent through the API: what arrives while a batch is being committed becomes the next batch, so
 * that many requests share one transaction and one wait for the disk. An idle server sends at once.
 */
import { sql } from "kysely";
import type { z } from "zod";
import type { Answer } from "../../contract/endpoint.ts";
import type { MessageInput, messages, SkipReason } from "../../contract/messages.ts";
import { parseTemplate, type Template } from "../../rules/placeholders.ts";
import { findSubscriptionType, type SubscriptionTypeRow } from "../consent/subscription-types.ts";
import type { Clock } from "../kit/clock.ts";
import { isDatabaseAway } from "../kit/database-away.ts";
import { type Db, type Tx, workspaceScope } from "../kit/db.ts";
import { invalid, notFound, Problem } from "../kit/errors.ts";
import { createLine, type Line } from "../kit/gather.ts";
import { newId } from "../kit/id.ts";
import { claimKeys, type GivenAnswer, keyReused, releaseKeys, rememberAnswers } from "../kit/idempotency.ts";
import { inOneGo, isCommitUnknown, preparedTransaction } from "../kit/prepared.ts";
import { resolveSender } from "../numbers/senders.ts";
import { isQuotaShort } from "../workspaces/quota.ts";
import { findCommitOutcome, lockBatch } from "./commit-outcome.ts";
import { longestText } from "./render.ts";
import { type MessageBatch, type NumberRecipient, type SentMessage, sendMessages } from "./send-messages.ts";

export type SendInput = z.output<typeof MessageInput>;
export type SendAnswer = Answer<typeof messages.send>;

/** One request. */
export interface SendRequest {
  input: SendInput;
  idempotency: { key: string; fingerprint: string } | null;
}

export interface SendQueue {
  /** Resolves when the text is on disk; rejects with a Problem when it will not be sent. */
  send(workspaceId: string, request: SendRequest): Promise<SendAnswer>;
}

interface Waiting {
  request: SendRequest;
  done(answer: SendAnswer): void;
  fail(error: unknown): void;
}

/**
 * What became of a request; `kept` where its Idempotency-Key must give the same answer again. A fault is ours and undid this
 * request alone.
 */
type Outcome =
  | { answer: SendAnswer; problem?: undefined }
  | { answer?: undefined; problem: Problem; kept: boolean }
  | { answer?: undefined; problem?: undefined; fault: unknown };

type SenderKey = MessageBatch["sender"];

const mostAtOnce = 500;

/** How long a batch whose commit was not answered is asked after; longer than a silent transaction lives. */
const lookFor = 20_000; // milliseconds
const silentAtMost = "set local idle_in_transaction_session_timeout = '10s'";

/** One queue for a process; a workspace has one batch under way at a time, workspaces don't wait for each other. */
export function createSendQueue({ db, clock }: { db: Db; clock: Clock }, look_ms: number = lookFor): SendQueue {
  const lines = new Map<string, Line<Waiting>>();

  async function work(workspaceId: string, batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await sendBatch(
        { db, look_ms, now: clock.now(), workspaceId },
        batch.map(({ request }) => request),
      );
      batch.forEach((each, i) => {
        const outcome = outcomes[i] as Outcome;
        if (outcome.answer) each.done(outcome.answer);
        else each.fail(outcome.problem ?? outcome.fault);
      });
    } catch (error) {
      for (const each of batch) each.fail(error);
    }
  }

  function lineOf(workspaceId: string): Line<Waiting> {
    let line = lines.get(workspaceId);
    if (!line) {
      const ended = () => void lines.delete(workspaceId);
      line = createLine({ most: mostAtOnce, work: (batch) => work(workspaceId, batch), ended });
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
async function sendBatch(sending: Sending, requests: SendRequest[]): Promise<Outcome[]> {
  try {
    return await sendAtOnce(sending, requests, false);
  } catch (error) {
    const again = isQuotaShort(error) || error instanceof Problem || requests.length > 1;
    if (!again || isDatabaseAway(error)) throw error;
  }
  const outcomes: Outcome[] = [];
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
): Promise<Outcome[]> {
  const batch = newId(now);
  let outcomes: Outcome[] = [];
  let made: string[] = [];
  try {
    return await preparedTransaction(
      db.workspacePool,
      `${workspaceScope(workspaceId)}; ${silentAtMost}`,
      async (tx) => {
        made = [];
        const [, all] = await inOneGo(
          tx,
          () => lockBatch(tx, batch),
          () => sendTogether(tx, { now, workspaceId, careful, made }, requests),
        );
        outcomes = all;
        return all;
      },
    );
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

/** Says which message it would be, so that the caller can look before sending again. No Retry-After: that would be to send again. */
const outcomeUnknown = (id: string, cause: unknown) =>
  new Problem(
    503,
    "outcome_unknown",
    `The database went away while the text was being written, so whether it is sent is not known yet. Ask GET /messages/${id} before you send it again, or send it again with the same Idempotency-Key if it had one.`,
    { field: "id", value: id, cause },
  );

interface Batching {
  now: Date;
  workspaceId: string;
  /** Reserves before the commit, which tells the figures of what there is. */
  careful: boolean;
  /** Takes the ids of texts that this transaction queues. */
  made: string[];
}

/** Sends what can be sent. Throws where the quota does not suffice, which undoes everything. */
async function sendTogether(tx: Tx, batching: Batching, requests: SendRequest[]): Promise<Outcome[]> {
  const { now, workspaceId } = batching;
  const keyed = requests.filter(({ idempotency }) => idempotency !== null);
  const claims = await claimKeys(
    tx,
    workspaceId,
    keyed.map(({ idempotency }) => idempotency as { key: string; fingerprint: string }),
    now,
  );
  const outcomes = new Map<SendRequest, Outcome>();
  const sameAs = new Map<SendRequest, SendRequest>();
  keyed.forEach((request, i) => {
    const claim = claims[i];
    if (claim?.state === "answered") outcomes.set(request, readAnswer(claim.answer));
    else if (claim?.state === "reused")
      outcomes.set(request, { problem: keyReused(request.idempotency?.key ?? ""), kept: true });
    else if (claim?.state === "same_as") sameAs.set(request, keyed[claim.index] as SendRequest);
  });
  const fresh = requests.filter((request) => !outcomes.has(request) && !sameAs.has(request));
  for (const [request, outcome] of await sendFresh(tx, batching, fresh)) outcomes.set(request, outcome);
  await keepAnswers(tx, workspaceId, fresh, outcomes);
  return requests.map((request) => outcomes.get(sameAs.get(request) ?? request) as Outcome);
}

/** Requests of one sender, class and subscription type go through the door together. */
async function sendFresh(
  tx: Tx,
  { now, workspaceId, careful, made }: Batching,
  requests: SendRequest[],
): Promise<Map<SendRequest, Outcome>> {
  const outcomes = new Map<SendRequest, Outcome>();
  if (requests.length === 0) return outcomes;
  const { workspace, sender: standard, period_start } = await contextOf(tx, now, workspaceId);
  const senders = new Map<string | undefined, SenderKey | Problem>(standard ? [[undefined, standard]] : []);
  const types = new Map<string, SubscriptionTypeRow | Problem>();
  const groups = new Map<
    string,
    { batch: Omit<MessageBatch, "recipients">; members: { request: SendRequest; recipient: NumberRecipient }[] }
  >();
  for (const request of requests) {
    const { input } = request;
    try {
      const sender = await once(senders, input.sender, () => resolveSender(tx, workspaceId, input.sender, now));
      const type = await typeOf(tx, types, workspaceId, input);
      const template = readTemplate(input.text);
      const key = `${sender.id} ${input.class} ${type?.id}`;
      let group = groups.get(key);
      if (!group) {
        const source = { type: "api" as const, id: null, at: now };
        const quota = { kind: "reserve", period_start: careful ? undefined : period_start } as const;
        const common = { workspace, source, class: input.class, sender, subscription_type: type, template };
        group = { batch: { ...common, opt_out_text: null, quota, now }, members: [] };
        groups.set(key, group);
      }
      const expires_at = input.validity_seconds ? new Date(now.getTime() + input.validity_seconds * 1000) : undefined;
      group.members.push({ request, recipient: { number: input.to, id: newId(now), template, expires_at } });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      outcomes.set(request, { problem: error, kept: false });
    }
  }
  for (const { batch, members } of groups.values()) {
    const result = await sendMessages(tx, { ...batch, recipients: { numbers: members.map((each) => each.recipient) } });
    members.forEach(({ request }, i) => {
      const message = result.messages[i] as SentMessage;
      if (message.reason === null) {
        const { id, status, segments } = message;
        outcomes.set(request, { answer: { id, status, segments } });
        made.push(id);
      } else outcomes.set(request, { problem: skipProblem(request.input, message.reason), kept: true });
    });
  }
  return outcomes;
}

/** What every batch needs, with one query: the workspace, its default sender, and the quota period if it has begun. */
async function contextOf(
  tx: Tx,
  now: Date,
  workspaceId: string,
): Promise<{ workspace: MessageBatch["workspace"]; sender: SenderKey | null; period_start: Date | undefined }> {
  const { rows } = await sql<
    MessageBatch["workspace"] & (SenderKey | { id: null; address: null }) & { period_start: Date | null }
  >`
    select w.workspace_id, w.name, w.country, s.id, s.address, p.period_start
    from workspaces w
    left join senders s on s.workspace_id = w.workspace_id and s.is_default
    left join quota_periods p on p.workspace_id = w.workspace_id and p.period_start <= ${now} and p.period_end > ${now}
    where w.workspace_id = ${workspaceId}`.execute(tx);
  const row = rows[0];
  if (!row) throw notFound("workspace", workspaceId);
  const { id, address, period_start, ...workspace } = row;
  return { workspace, sender: id === null ? null : { id, address }, period_start: period_start ?? undefined };
}

async function typeOf(
  tx: Tx,
  known: Map<string, SubscriptionTypeRow | Problem>,
  workspaceId: string,
  { class: messageClass, subscription_type: ref }: SendInput,
): Promise<SubscriptionTypeRow | null> {
  if (ref) return once(known, ref, () => findSubscriptionType(tx, workspaceId, ref));
  if (messageClass === "transactional") return null;
  const message = "A marketing text needs the subscription type that its recipient has consented to.";
  throw invalid("subscription_type_missing", message, "subscription_type", null);
}

/** Looks up what many requests name only once; a Problem is remembered too. */
async function once<Key, Value>(
  known: Map<Key, Value | Problem>,
  key: Key,
  find: () => Promise<Value>,
): Promise<Value> {
  let value = known.get(key);
  if (value === undefined) {
    value = await find().catch((error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    });
    known.set(key, value);
  }
  if (value instanceof Problem) throw value;
  return value;
}

function readTemplate(text: string): Template {
  if (text.trim() === "") throw textProblem("empty_text", text);
  const parsed = parseTemplate(text, "message");
  if (parsed.ok) return parsed.template;
  const problem = parsed.problems[0];
  throw invalid(problem?.code ?? "broken_placeholder", problem?.message ?? "The text cannot be read.", "text", {
    position: problem?.position,
    value: problem?.value,
  });
}

const whys: Record<SkipReason, string> = {
  no_number: "There is no number.",
  invalid_number: "This is no number that can take a text.",
  landline: "This is a landline, which takes no texts.",
  premium_number: "This is a premium number.",
  country_not_allowed:
    "Networks of this country show no names as senders, and no number of the same connection can stand in.",
  not_marketing: "This contact is not to be reached by marketing.",
  no_consent: "No consent to this subscription type is in force for this number.",
  opted_out: "This number has opted out.",
  duplicate: "This number has been texted by the same source already.",
  excluded: "This number is excluded.",
  empty_text: "The text is empty for this recipient.",
  too_long: `The text has more than ${longestText} characters.`,
  render_error: "The text cannot be rendered for this recipient.",
  quota_exceeded: "The quota is used up.",
  source_failed: "What the text comes from stopped with an error.",
  erased: "The contact was erased.",
};

const aboutText = new Set<SkipReason>(["empty_text", "too_long", "render_error"]);

/** 422 with the skip reason as its code. */
function skipProblem(input: SendInput, reason: SkipReason): Problem {
  if (aboutText.has(reason)) return textProblem(reason, input.text);
  return invalid(reason, whys[reason], "to", input.to);
}

/** Names the text by its beginning: an answer need not repeat 20,000 characters. */
function textProblem(reason: SkipReason, text: string): Problem {
  return invalid(reason, whys[reason], "text", text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** Keeps what was done under its key, and lets go of the keys of requests that did nothing. */
async function keepAnswers(
  tx: Tx,
  workspaceId: string,
  requests: SendRequest[],
  outcomes: Map<SendRequest, Outcome>,
): Promise<void> {
  const answers: { key: string; answer: GivenAnswer }[] = [];
  const released: string[] = [];
  for (const request of requests) {
    const key = request.idempotency?.key;
    const outcome = outcomes.get(request);
    if (key === undefined || !outcome) continue;
    if (outcome.answer) answers.push({ key, answer: { status: 202, body: outcome.answer } });
    else if (outcome.problem && outcome.kept) answers.push({ key, answer: writeProblem(outcome.problem) });
    else released.push(key);
  }
  await rememberAnswers(tx, workspaceId, answers);
  await releaseKeys(tx, workspaceId, released);
}

function writeProblem({ status, code, message, field, value }: Problem): GivenAnswer {
  return { status, body: { code, message, field, value } };
}

function readAnswer({ status, body }: GivenAnswer): Outcome {
  if (status === 202) return { answer: body as SendAnswer };
  const { code, message, field, value } = body as { code: string; message: string; field?: string; value?: unknown };
  return { problem: new Problem(status as Problem["status"], code, message, { field, value }), kept: true };
}
