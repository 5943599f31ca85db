/**
 * The only door: every outbound text of every source comes in here.
 *
 * suppress → render → normalise → count → ledger and queue → counts → quota, in the caller's transaction. All or nothing: where the
 * quota does not suffice a Problem is thrown, and with the transaction everything is undone.
 */
import type { RawBuilder } from "kysely";
import type { MessageClass, SkipReason } from "../../contract/messages.ts";
import type { Template } from "../../rules/placeholders.ts";
import type { Tx } from "../kit/db.ts";
import type { WorkspaceRow } from "../workspaces/workspace.ts";

/** What a text comes from. With `type` and `id` null (the API) every message is one of its own. */
export interface Source {
  /** campaign, api, opt_out_confirmation … */
  type: string;
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
 * How the segments are paid. `reserve`: now, all or nothing. `reserve-or-skip`: now, and where they are not left the messages are
 * skips (quota_exceeded). `reserved`: drawn from what the source has reserved; what is needed beyond `segments` is
 * reserved now, all or nothing.
 */
export type QuotaTerms =
  | { kind: "reserve" }
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
  void tx;
  void batch;
  throw new Error("sendMessages is under construction");
}
