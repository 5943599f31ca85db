/** The door's input and result: a batch of texts of one source, and the outcome of each. */
import type { RawBuilder } from "kysely";
import type { MessageClass, SkipReason, SourceType } from "../../../contract/messages.ts";
import type { Template } from "../../../rules/placeholders.ts";
import type { ShortLinks } from "../../links/short-links.ts";
import type { WorkspaceRow } from "../../workspaces/workspace.ts";
import type { Recipient } from "./recipients.ts";

/** The source of a text. With `id` null (the API) every message is independent. */
export interface Source {
  type: SourceType;
  id: string | null;
  /** Must never change once anything was sent: the time within the ids of its messages. */
  at: Date;
}

/** A recipient by number. */
export interface NumberRecipient {
  /** As given; read by the workspace's country. */
  number: string;
  /** The message's id, for sources without an id; otherwise it is derived from source, number and occurrence. */
  id?: string;
  /** Instead of the batch's. */
  template?: Template;
  /** Instead of the batch's. */
  expires_at?: Date;
}

export interface MessageBatch {
  workspace: Pick<WorkspaceRow, "workspace_id" | "name" | "country">;
  source: Source;
  class: MessageClass;
  sender: { id: string; address: string };
  /** Marketing needs one; consent to it is required where it `needs_consent`. */
  subscription_type: { bit: number; needs_consent: boolean } | null;
  template: Template;
  /** What shortens the links of a template that has any (`parseLinkedTemplate`); only for sources with an id. */
  short_links?: ShortLinks;
  /** Added to the rendered text; null for none. */
  opt_out_text: string | null;
  /** Not submitted after this; by default 48 hours (marketing: 24) from now. */
  expires_at?: Date;
  /**
   * The moment that a recipient's text is for, if that is not now: it is parked until then, and valid for as long from then on as
   * `expires_at` is after the source's moment.
   */
  moment?: (recipient: Recipient) => Date | null;
  /** Distinguishes several texts that one source sends one recipient on purpose. */
  occurrence?: string;
  /** `contacts`: a query that yields contact ids in its one column. */
  recipients: { contacts: RawBuilder<unknown> } | { numbers: NumberRecipient[] };
  quota: QuotaTerms;
  now: Date;
}

/**
 * How the segments are paid. `reserve`: now, all or nothing; where the caller knows the current period's start, with the
 * commit, which then fails with `isQuotaInsufficient`. `reserve-or-skip`: now, and where they are not left the messages are
 * skips (quota_exceeded). `reserved`: drawn from what the source has reserved; what is needed beyond `segments` is
 * reserved now, all or nothing.
 */
export type QuotaTerms =
  | { kind: "reserve"; period_start?: Date }
  | { kind: "reserve-or-skip" }
  | { kind: "reserved"; period_start: Date; segments: number };

/** The outcome of one recipient. */
export interface SentMessage {
  id: string;
  status: "queued" | "skipped";
  reason: SkipReason | null;
  segments: number;
}

export interface SendResult {
  queued: number;
  skipped: Partial<Record<SkipReason, number>>;
  /** Segments of the queued ones; a `reserved` source has this many less left. */
  segments: number;
  /** With `numbers`: one for each, in their order. */
  messages: SentMessage[];
}
