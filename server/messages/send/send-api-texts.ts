/** Sends the texts of many API requests in one transaction; repeated Idempotency-Keys get their earlier answer. */
import { sql } from "kysely";
import type { z } from "zod";
import type { Answer } from "../../../contract/endpoint.ts";
import type { MessageInput, messages } from "../../../contract/messages.ts";
import { findSubscriptionType, type SubscriptionTypeRow } from "../../consent/subscription-types.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid, notFound, Problem } from "../../kit/errors.ts";
import { newId } from "../../kit/id.ts";
import { claimKeys, type GivenAnswer, keyReused, releaseKeys, rememberAnswers } from "../../kit/idempotency.ts";
import { resolveSender } from "../../senders/senders.ts";
import { ofApi } from "../source-types.ts";
import { readTemplate, skipProblem } from "./api-send-problems.ts";
import type { MessageBatch, Person, SentMessage } from "./batch.ts";
import { sendMessages } from "./send-messages.ts";

export type SendInput = z.output<typeof MessageInput>;
export type SendAnswer = Answer<typeof messages.send>;

/** One request. */
export interface SendRequest {
  input: SendInput;
  idempotency: { key: string; fingerprint: string } | null;
}

/**
 * The outcome of a request; `kept` where its Idempotency-Key must give the same answer again. A fault is an internal error that
 * undid this request alone.
 */
export type SendOutcome =
  | { answer: SendAnswer; problem?: undefined }
  | { answer?: undefined; problem: Problem; kept: boolean }
  | { answer?: undefined; problem?: undefined; fault: unknown };

type SenderKey = MessageBatch["sender"];

interface Batching {
  now: Date;
  workspaceId: string;
  /** Reserves before the commit, so that an insufficient quota is reported with its figures. */
  careful: boolean;
  /** Filled with the ids of texts that this transaction queues. */
  made: string[];
}

/** Sends what can be sent. Throws where the quota is insufficient, which undoes everything. */
export async function sendApiTexts(tx: Tx, batching: Batching, requests: SendRequest[]): Promise<SendOutcome[]> {
  const { now, workspaceId } = batching;
  const keyed = requests.filter(({ idempotency }) => idempotency !== null);
  const claims = await claimKeys(
    tx,
    workspaceId,
    keyed.map(({ idempotency }) => idempotency as { key: string; fingerprint: string }),
    now,
  );
  const outcomes = new Map<SendRequest, SendOutcome>();
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
  return requests.map((request) => outcomes.get(sameAs.get(request) ?? request) as SendOutcome);
}

/** Requests with the same sender, class and subscription type go through the door as one batch. */
async function sendFresh(
  tx: Tx,
  { now, workspaceId, careful, made }: Batching,
  requests: SendRequest[],
): Promise<Map<SendRequest, SendOutcome>> {
  const outcomes = new Map<SendRequest, SendOutcome>();
  if (requests.length === 0) return outcomes;
  const { workspace, sender: standard, period_start } = await contextOf(tx, now, workspaceId);
  const senders = new Map<string | undefined, SenderKey | Problem>(standard ? [[undefined, standard]] : []);
  const types = new Map<string, SubscriptionTypeRow | Problem>();
  const groups = new Map<
    string,
    { batch: Omit<MessageBatch, "recipients">; members: { request: SendRequest; recipient: Person }[] }
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
        const source = { type: ofApi, id: null, at: now };
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
    const result = await sendMessages(tx, { ...batch, recipients: { people: members.map((each) => each.recipient) } });
    members.forEach(({ request }, i) => {
      const message = result.messages[i] as SentMessage;
      if (message.reason === null) {
        const { id, status, segments } = message;
        outcomes.set(request, { answer: { id, status, segments } });
        made.push(id);
      } else
        outcomes.set(request, {
          problem: skipProblem(request.input, message.reason, batch.workspace.country),
          kept: true,
        });
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
    select w.workspace_id, w.name, w.country, w.time_zone, w.quiet_hours, w.frequency_cap_messages,
      w.frequency_cap_days, s.id, s.address, p.period_start
    from workspaces w
    left join senders s on s.workspace_id = ${workspaceId} and s.is_default
    left join quota_periods p on p.workspace_id = ${workspaceId} and p.period_start <= ${now} and p.period_end > ${now}
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

/** Stores answers under their keys, and releases the keys of requests that did nothing. */
async function keepAnswers(
  tx: Tx,
  workspaceId: string,
  requests: SendRequest[],
  outcomes: Map<SendRequest, SendOutcome>,
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

function readAnswer({ status, body }: GivenAnswer): SendOutcome {
  if (status === 202) return { answer: body as SendAnswer };
  const { code, message, field, value } = body as { code: string; message: string; field?: string; value?: unknown };
  return { problem: new Problem(status as Problem["status"], code, message, { field, value }), kept: true };
}
