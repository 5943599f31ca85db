/**
 * The only door: every outbound text of every source is sent by this function.
 *
 * suppress → render → normalise → count → ledger and queue → counts → quota, in the caller's transaction. All or nothing: where the
 * quota is insufficient a Problem is thrown, and the transaction is rolled back, unless the batch's terms say otherwise.
 */
import { sql } from "kysely";
import { appendActivity } from "../../activity/activity.ts";
import { capRule, type SuppressionRule } from "../../audience/suppress.ts";
import type { Tx } from "../../kit/db.ts";
import { atCommit, pipelined } from "../../kit/prepared.ts";
import { insertPreferenceLinks } from "../../links/preference-links.ts";
import { insertShortLinks } from "../../links/write-links.ts";
import { currentPeriod, reserveQuotaOrFail, quotaExceeded, releaseQuota, reserveQuota } from "../../quota/quota.ts";
import { isUnasked, requireSourceType } from "../../quota/source-types.ts";
import "../source-types.ts";
import { fallbackSenderOf } from "../../senders/senders.ts";
import { addCounts, counter } from "../counts.ts";
import {
  type BatchColumns,
  contactsOf,
  findPlace,
  insertMessages,
  insertSkips,
  type NewMessage,
  type NewSkip,
  type QueuePlace,
} from "../messages-store.ts";
import type { MessageBatch, SendResult } from "./batch.ts";
import { type BatchPlan, planBatch, planSkip, skipMessages, sumSegments } from "./plan-batch.ts";
import { writeWhatFits } from "./write-what-fits.ts";

/** Sends a batch. 422 `quota_exceeded` with the figures where it does not fit. */
export async function sendMessages(tx: Tx, batch: MessageBatch): Promise<SendResult> {
  const { workspace, source, sender } = batch;
  requireSourceType(source.type);
  const rule: SuppressionRule = {
    workspaceId: workspace.workspace_id,
    class: batch.class,
    senderId: sender.id,
    consentBit: consentBit(batch),
    sourceType: source.type,
    fallback: await fallbackSenderOf(tx, workspace.workspace_id, sender),
    cap: capOf(batch),
  };
  if (rule.cap) await lockMarketing(tx, workspace.workspace_id);
  const lane = { workspace_id: workspace.workspace_id, sender_id: sender.id };
  const [plan, place] = await pipelined(
    tx,
    () => planBatch(tx, batch, rule),
    () => findPlace(tx, lane, "people" in batch.recipients ? batch.recipients.people.length : undefined),
  );
  if (batch.quota.kind === "reserve-or-skip") await reserveOrSkip(tx, batch, plan);
  const write = (periodStart: Date) => writePlan(tx, batch, plan, rule, place, periodStart);
  let written: Written;
  if (batch.quota.kind === "reserve-what-fits") written = await writeWhatFits(tx, batch, plan, write);
  else {
    written = await write(await periodStart(tx, batch));
    await payQuota(tx, batch, plan, written.segments);
  }
  const { queued, skips, segments } = written;
  const skipped: SendResult["skipped"] = {};
  for (const { reason } of skips) skipped[reason] = (skipped[reason] ?? 0) + 1;
  return { queued: queued.length, skipped, segments, messages: plan.answers };
}

/** What was new of a plan. */
interface Written {
  queued: readonly NewMessage[];
  skips: readonly NewSkip[];
  /** Of the queued ones. */
  segments: number;
}

/** Writes a plan to ledger, queue and counts; the plan stays as it is. */
async function writePlan(
  tx: Tx,
  batch: MessageBatch,
  plan: BatchPlan,
  rule: SuppressionRule,
  place: QueuePlace,
  period_start: Date,
): Promise<Written> {
  const { source, now } = batch;
  const { workspace_id } = batch.workspace;
  const columns: BatchColumns = {
    workspace_id,
    source_type: source.type,
    source_id: source.id,
    sender_id: batch.sender.id,
    class: batch.class,
    consent_bit: rule.consentBit,
    period_start,
  };
  const known = new Set(await insertBySender(tx, columns, plan.messages, place, atOnce(batch)));
  const planned = known.size === 0 ? plan.skips : [...plan.skips, ...(await duplicatesOf(tx, batch, plan, known))];
  const knownSkips = new Set(await insertSkips(tx, columns, planned));

  const queued = known.size === 0 ? plan.messages : plan.messages.filter((message) => !known.has(message.id));
  await insertPreferenceLinks(tx, workspace_id, queued.flatMap(preferenceLinkOf));
  if (source.id !== null) await insertShortLinks(tx, workspace_id, { ...source, id: source.id }, queued);
  const skips = planned.filter((skip) => !knownSkips.has(skip.id));
  await addCounts(tx, workspace_id, now, countsOf(columns, queued.length, skips));
  await appendActivity(tx, workspace_id, now, [{ type: "message.skipped", subjects: skips.map(({ id }) => id) }]);
  return { queued, skips, segments: sumSegments(queued) };
}

/**
 * Whether messages are inserted before anything else is done. Those of the API, whose ids are new, need not be: their result is not
 * needed. With a cap the next batch of the transaction counts them, and what does not fit into the quota is undone.
 */
const atOnce = (batch: MessageBatch) =>
  batch.source.id !== null || batch.quota.kind === "reserve-what-fits" || capOf(batch) !== undefined;

/**
 * Inserts the messages and answers the ids that existed already. Nearly always all have the batch's sender; in some countries a
 * number replaces a name.
 */
async function insertBySender(
  tx: Tx,
  columns: BatchColumns,
  messages: readonly NewMessage[],
  usual: QueuePlace,
  now: boolean,
): Promise<string[]> {
  const known: string[] = [];
  for (const [sender_id, group] of Map.groupBy(messages, (message) => message.sender_id ?? columns.sender_id)) {
    const lane = { workspace_id: columns.workspace_id, sender_id };
    const place = sender_id === usual.sender_id ? usual : await findPlace(tx, lane, group.length);
    const insert = () => insertMessages(tx, { ...columns, sender_id }, group, place);
    if (now) known.push(...(await insert()));
    else await atCommit(tx, insert);
  }
  return known;
}

/** Of contacts the source is the occasion. People have occasions of their own: the same workflow may text one every week. */
const capOf = ({ class: messageClass, source, workspace, recipients, now }: MessageBatch) =>
  messageClass === "marketing" && isUnasked(source.type)
    ? capRule(workspace, "people" in recipients ? null : source.id, now)
    : undefined;

/** The first half of an advisory lock's key. */
const marketingLock = 0xca9;

/**
 * With a frequency cap one batch of marketing follows the other, so that each sees what the others have sent. To be called before the
 * quota's row is locked: whoever has that row must wait for nobody.
 */
export async function lockMarketing(tx: Tx, workspaceId: string): Promise<void> {
  const key = Number.parseInt(workspaceId.slice(-8), 16) | 0;
  await sql.raw(`select pg_advisory_xact_lock(${marketingLock}, ${key})`).execute(tx);
}

/** The subscription type whose consent is required. Marketing always requires consent, whatever the type's setting. */
export function consentBit({
  class: messageClass,
  subscription_type: type,
}: Pick<MessageBatch, "class" | "subscription_type">): number | null {
  if (messageClass === "marketing" && !type) throw new Error("marketing needs a subscription type");
  return type && (type.needs_consent || messageClass === "marketing") ? type.bit : null;
}

async function periodStart(tx: Tx, { workspace, quota, now }: MessageBatch): Promise<Date> {
  if ("period_start" in quota && quota.period_start) return quota.period_start;
  return (await currentPeriod(tx, workspace.workspace_id, now)).period_start;
}

/** Skips of contacts whose number got its message in an earlier chunk, except those that the message was for. */
async function duplicatesOf(tx: Tx, batch: MessageBatch, plan: BatchPlan, known: Set<string>): Promise<NewSkip[]> {
  const owners = await contactsOf(tx, batch.workspace.workspace_id, [...known]);
  return plan.messages
    .filter(({ id, contact_id }) => known.has(id) && owners.get(id) !== contact_id)
    .map((message) => planSkip(batch, message, "duplicate"));
}

/** Reserves before anything is written; messages that do not fit become skips. */
async function reserveOrSkip(tx: Tx, batch: MessageBatch, plan: BatchPlan): Promise<void> {
  const reserved = await reserveQuota(tx, batch.workspace.workspace_id, batch.now, sumSegments(plan.messages));
  if (!reserved.ok) skipMessages(batch, plan, "quota_exceeded", plan.messages);
}

/** The quota comes last, because its lock makes all other sends of the workspace wait until the commit. */
async function payQuota(tx: Tx, batch: MessageBatch, plan: BatchPlan, segments: number): Promise<void> {
  const { workspace_id } = batch.workspace;
  const { quota, now } = batch;
  if (quota.kind === "reserve-or-skip") {
    const surplus = sumSegments(plan.messages) - segments;
    if (surplus > 0) await releaseQuota(tx, workspace_id, await periodStart(tx, batch), surplus);
    return;
  }
  const missing = quota.kind === "reserved" ? segments - quota.segments : segments;
  if (missing <= 0) return;
  if (quota.kind === "reserve" && quota.period_start) {
    const { period_start } = quota;
    return atCommit(tx, () => reserveQuotaOrFail(tx, workspace_id, period_start, missing));
  }
  // In the period of the reservation, even if another has begun since: a source is paid from one period.
  const at = quota.kind === "reserved" ? quota.period_start : now;
  const reserved = await reserveQuota(tx, workspace_id, at, missing);
  if (!reserved.ok) throw quotaExceeded(reserved);
}

const preferenceLinkOf = ({ contact_id, preference_code: code }: NewMessage) =>
  contact_id !== null && code !== undefined ? [{ contact_id, code }] : [];

function countsOf(columns: BatchColumns, queued: number, skips: readonly NewSkip[]) {
  const { add, counts } = counter();
  if (queued > 0) add(columns, "queued", null, queued);
  for (const { reason } of skips) add(columns, "skipped", reason);
  return counts;
}
