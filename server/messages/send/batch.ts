/** The door's input and result: a batch of texts of one source, and the outcome of each. */
import type { RawBuilder } from "kysely";
import type { MessageClass, SkipReason } from "../../../contract/messages.ts";
import type { Template, TemplateValues } from "../../../rules/placeholders.ts";
import type { Secret } from "../../../rules/secrets.ts";
import type { Seal } from "../../kit/seal.ts";
import type { ShortLinks } from "../../links/short-links.ts";
import type { WorkspaceRow } from "../../workspaces/workspace.ts";
import type { Addressee, Recipient } from "./recipients.ts";

/** The source of a text. With `id` null (the API) every message is independent. */
export interface Source {
  /** A registered one (quota/source-types.ts). */
  type: string;
  id: string | null;
  /** Must never change once anything was sent: the time within the ids of its messages. */
  at: Date;
}

/** A recipient with what the source knows of the occasion. */
export type Person = Addressee & {
  /** Values by scope, such as those of a booking. The contact's are read, unless they are given: a text may be about somebody else. */
  values?: TemplateValues;
  /** Distinguishes several texts that one source sends one recipient on purpose: the occurrence, such as a booking and its time. */
  key?: string;
  /**
   * The moment of the occurrence, the time within the message's id, in place of the source's: a reminder is in the month that it is
   * for. Must never change for a key.
   */
  at?: Date;
  /** The message's id, for sources without an id; otherwise it is derived from source, number and key. */
  id?: string;
  /** Instead of the batch's. */
  template?: Template;
  /** Instead of the batch's, and whatever moment the text is for. */
  expires_at?: Date;
  /**
   * What of the values only the recipient may read: it is sent, and everything else that has the text, the ledger first, has what is
   * shown in its place.
   */
  secrets?: readonly Secret[];
};

export interface MessageBatch {
  workspace: Pick<
    WorkspaceRow,
    "workspace_id" | "name" | "country" | "time_zone" | "quiet_hours" | "frequency_cap_messages" | "frequency_cap_days"
  >;
  source: Source;
  class: MessageClass;
  sender: { id: string; address: string };
  /** Marketing needs one; consent to it is required where it `needs_consent`. */
  subscription_type: { bit: number; needs_consent: boolean } | null;
  template: Template;
  /** What shortens the links of a template that has any (`parseLinkedTemplate`); only for sources with an id. */
  short_links?: ShortLinks;
  /** Seals the texts of people with secrets; without any it is not needed. */
  seal?: Pick<Seal, "close">;
  /** Added to the rendered text; null for none. */
  opt_out_text: string | null;
  /** Not submitted after this; by default 48 hours (marketing: 24) from now. */
  expires_at?: Date;
  /**
   * The moment that a recipient's text is for, if that is not now: it is parked until then, and valid for as long from then on as
   * `expires_at` is after the source's moment.
   */
  moment?: (recipient: Recipient) => Date | null;
  /** `contacts`: a query that yields contact ids in its one column. */
  recipients: { contacts: RawBuilder<unknown> } | { people: Person[] };
  quota: QuotaTerms;
  now: Date;
}

/**
 * How the segments are paid. `reserve`: now, all or nothing; where the caller knows the current period's start, with the
 * commit, which then fails with `isQuotaInsufficient`. `reserve-or-skip`: now, and where they are not left the messages are
 * skips (quota_exceeded). `reserve-what-fits`: now; in the order of people those get their text for whom segments are left, and the
 * others are skips (quota_exceeded), also where a shorter text of a later one still fits. The period's row is locked from the batch's
 * end to the commit, so such a batch is the last of its transaction. `reserved`: drawn from what the source has reserved; what is
 * needed beyond `segments` is reserved now, all or nothing.
 */
export type QuotaTerms =
  | { kind: "reserve"; period_start?: Date }
  | { kind: "reserve-or-skip" }
  | { kind: "reserve-what-fits" }
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
  /** With `people`: one for each, in their order. */
  messages: SentMessage[];
}
