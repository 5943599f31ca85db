/**
 * The only door: every outbound text of every source comes in here.
 *
 * suppress → render → normalise → count → ledger and queue → counts → quota, in the caller's transaction. All or nothing: where the
 * quota does not suffice a Problem is thrown, and with the transaction everything is undone.
 */
import type { RawBuilder } from "kysely";
import type { MessageClass, SkipReason, SourceType } from "../../contract/messages.ts";
import type { Template } from "../../rules/placeholders.ts";
import type { Tx } from "../kit/db.ts";
import { atCommit } from "../kit/prepared.ts";
import { standInFor } from "../numbers/senders.ts";
import { currentPeriod, insistOnQuota, quotaExceeded, releaseQuota, reserveQuota } from "../workspaces/quota.ts";
import type { WorkspaceRow } from "../workspaces/workspace.ts";
import { addCounts, counter } from "./counts.ts";
import {
  type BatchColumns,
  contactsOf,
  insertMessages,
  insertSkips,
  type NewMessage,
  type NewSkip,
} from "./messages-store.ts";
import { type BatchPlan, planBatch, planSkip, skipMessages } from "./plan-batch.ts";
import type { SuppressionRule } from "./suppress.ts";

/** What a text comes from. With `type` and `id` null (the API) every message is one of its own. */
export interface Source {
  type: SourceType;
  id: string | null;
  /** Fixed for ever once anything was sent: the time within the ids of its messages. */
  at: Date;
}

/** A recipient by number. */
export interface NumberRecipient {
  /** As given; read by the workspace's country. */
  number: string;
  /** The message's id, for sources without an id; else it is named by source, number and occurrence. */
  id?: string;
  /** In place of the batch's. */
  template?: Template;
  /** In place of the batch's. */
  expires_at?: Date;
}

export interface MessageBatch {
  workspace: Pick<WorkspaceRow, "workspace_id" | "name" | "country">;
  source: Source;
  class: MessageClass;
  sender: { id: string; address: string };
  /** Marketing needs one; consent to it is asked for where it `needs_consent`. */
  subscription_type: { bit: number; needs_consent: boolean } | null;
  template: Template;
  /** Added to the rendered text; null for none. */
  opt_out_text: string | null;
  /** Not handed over after this; 48 hours (marketing: 24) unless said. */
  expires_at?: Date;
  /** Tells apart what one source sends one recipient on purpose. */
  occurrence?: string;
  /** `contacts`: a query that yields contact ids in its one column. */
  recipients: { contacts: RawBuilder<unknown> } | { numbers: NumberRecipient[] };
  quota: QuotaTerms;
  now: Date;
}

/**
 * How the segments are paid. `reserve`: now, all or nothing; where the caller knows the current period's start, with the
 * commit, which then fails with `isQuotaShort`. `reserve-or-skip`: now, and where they are not left the messages are
 * skips (quota_exceeded). `reserved`: drawn from what the source has reserved; what is needed beyond `segments` is
 * reserved now, all or nothing.
 */
export type QuotaTerms =
  | { kind: "reserve"; period_start?: Date }
  | { kind: "reserve-or-skip" }
  | { kind: "reserved"; period_start: Date; segments: number };

/** What became of one recipient. */
export interface SentMessage {
  id: string;
  status: "queued" | "skipped";
  reason: SkipReason | null;
  segments: number;
}

export interface SendResult {
  queued: number;
  skipped: Partial<Record<SkipReason, number>>;
  /** Of the queued ones; a `reserved` source has this much less left. */
  segments: number;
  /** With `numbers`: one for each, in their order. */
  messages: SentMessage[];
}

/** Sends a batch. 422 `quota_exceeded` with the figures where it does not fit. */
export async function sendMessages(tx: Tx, batch: MessageBatch): Promise<SendResult> {
  const { workspace, source, sender, now } = batch;
  const rule: SuppressionRule = {
    workspaceId: workspace.workspace_id,
    class: batch.class,
    senderId: sender.id,
    consentBit: consentBit(batch),
    sourceType: source.type,
    standIn: await standInFor(tx, workspace.workspace_id, sender),
  };
  const plan = await planBatch(tx, batch, rule);
  if (batch.quota.kind === "reserve-or-skip") await reserveOrSkip(tx, batch, plan);
  const columns: BatchColumns = {
    workspace_id: workspace.workspace_id,
    source_type: source.type,
    source_id: source.id,
    sender_id: sender.id,
    class: batch.class,
    consent_bit: rule.consentBit,
    period_start: await periodStart(tx, batch),
  };
  const known = new Set(await insertBySender(tx, columns, plan.messages));
  if (known.size > 0) await skipDuplicates(tx, batch, plan, known);
  const knownSkips = new Set(await insertSkips(tx, columns, plan.skips));

  const queued = known.size === 0 ? plan.messages : plan.messages.filter((message) => !known.has(message.id));
  const skips = plan.skips.filter((skip) => !knownSkips.has(skip.id));
  await addCounts(tx, workspace.workspace_id, now, countsOf(columns, queued.length, skips));

  const segments = sumSegments(queued);
  await payQuota(tx, batch, plan, segments);
  const skipped: SendResult["skipped"] = {};
  for (const { reason } of skips) skipped[reason] = (skipped[reason] ?? 0) + 1;
  return { queued: queued.length, skipped, segments, messages: plan.answers };
}

/**
 * Answers the ids that were there already. Nearly always all are of the batch's sender; a number stands in for a name in some
 * countries.
 */
async function insertBySender(tx: Tx, columns: BatchColumns, messages: readonly NewMessage[]): Promise<string[]> {
  const known: string[] = [];
  for (const [sender_id, group] of Map.groupBy(messages, (message) => message.sender_id ?? columns.sender_id)) {
    const insert = () => insertMessages(tx, { ...columns, sender_id }, group);
    // The API's ids are new, so there is no answer to wait for.
    if (columns.source_id === null) await atCommit(tx, insert);
    else known.push(...(await insert()));
  }
  return known;
}

/** The subscription type whose consent is asked for. Marketing without any consent does not exist, whatever the type says. */
export function consentBit({
  class: messageClass,
  subscription_type: type,
}: Pick<MessageBatch, "class" | "subscription_type">): number | null {
  if (messageClass === "marketing" && !type) throw new Error("marketing needs a subscription type");
  return type && (type.needs_consent || messageClass === "marketing") ? type.bit : null;
}

async function periodStart(tx: Tx, { workspace, quota, now }: MessageBatch): Promise<Date> {
  if (quota.kind !== "reserve-or-skip" && quota.period_start) return quota.period_start;
  return (await currentPeriod(tx, workspace.workspace_id, now)).period_start;
}

/** Contacts whose number had its message in an earlier chunk become skips. Those whose message it was are done already. */
async function skipDuplicates(tx: Tx, batch: MessageBatch, plan: BatchPlan, known: Set<string>): Promise<void> {
  const owners = await contactsOf(tx, batch.workspace.workspace_id, [...known]);
  for (const message of plan.messages) {
    if (!known.has(message.id) || owners.get(message.id) === message.contact_id) continue;
    plan.skips.push(planSkip(batch, message, "duplicate"));
  }
}

/** Reserves before anything is written; what does not fit becomes skips. */
async function reserveOrSkip(tx: Tx, batch: MessageBatch, plan: BatchPlan): Promise<void> {
  const reserved = await reserveQuota(tx, batch.workspace.workspace_id, batch.now, sumSegments(plan.messages));
  if (!reserved.ok) skipMessages(batch, plan, "quota_exceeded");
}

/** The quota last, because from here to the commit everybody else of the workspace waits. */
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
    return atCommit(tx, () => insistOnQuota(tx, workspace_id, period_start, missing));
  }
  // In the period of the reservation, even if another has begun meanwhile: a source is paid from one.
  const at = quota.kind === "reserved" ? quota.period_start : now;
  const reserved = await reserveQuota(tx, workspace_id, at, missing);
  if (!reserved.ok) throw quotaExceeded(reserved);
}

function countsOf(columns: BatchColumns, queued: number, skips: readonly NewSkip[]) {
  const { add, counts } = counter();
  if (queued > 0) add(columns, "queued", null, queued);
  for (const { reason } of skips) add(columns, "skipped", reason);
  return counts;
}

const sumSegments = (messages: readonly NewMessage[]) => messages.reduce((sum, { segments }) => sum + segments, 0);
