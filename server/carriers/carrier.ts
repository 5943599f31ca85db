/**
 * What a carrier is to Varsla. One vendor is one file that makes a `Carrier`.
 *
 * - submit: submit texts. The carrier answers for each of them, in the same order.
 * - accepted: the carrier took it and will try to deliver; it has given it a reference of its own.
 * - refused: the carrier will never send it (bad number, blocked). Final; `elsewhere`: for this carrier only (no route to
 *   the country, a sender that is not its own), so another may be tried instead.
 * - later: the carrier is busy; the text did not go and may be offered again after a while (throttling). `down`: it takes
 *   nothing at all, so another carrier may be tried instead.
 * - unknown: it cannot be told whether it went, e.g. the connection broke after the request was written.
 * - our reference: workspace and message id. A carrier keeps it, or a map from its own reference to it, because receipts
 *   and lookups speak of our reference only: the ledger has no index on the carrier's.
 * - receipt: what became of an accepted text. May come before `submit` answers, twice, in any order, or never.
 * - inbound text: what a handset sent to one of our senders.
 * - lookup: asks the carrier's own records, after a crash, which texts of a batch it has.
 */
import type { FailureReason, MessageClass } from "../../contract/messages.ts";
import type { SenderKind } from "../../contract/senders.ts";
import type { AddressType } from "../../rules/inbound-address.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import type { Services } from "../kit/services.ts";

/** Our reference, as the carrier's records hold it. */
export interface Reference {
  workspace_id: string;
  message_id: string;
}

/** One text to submit. All texts of one `submit` come from the same sender. */
export interface OutboundText extends Reference {
  from: string;
  /** E.164. */
  to: string;
  text: string;
  encoding: "GSM-7" | "UCS-2";
  segments: number;
  class: MessageClass;
  /** Not to be delivered after this. */
  expires_at: Date | null;
}

/** The carrier's answer for one text. */
export type Outcome =
  | { kind: "accepted"; carrier_reference: string }
  | { kind: "refused"; code: string; reason: FailureReason; elsewhere?: true }
  | { kind: "later"; after_ms: number; down?: true }
  | { kind: "unknown" };

/** The status of a text. `sent` means only that the network took it. */
export interface Receipt extends Reference {
  carrier_reference: string | null;
  status: "sent" | "delivered" | "undelivered" | "failed" | "expired";
  at: Date;
  /** The carrier's code as it came, and our word for it. */
  code: string | null;
  reason: FailureReason | null;
}

/** A text from a handset. */
export interface InboundText {
  /** Whose connection it came through. */
  workspace_id: string;
  /** The connection's id, or `sandbox`: references are its own. */
  carrier: string;
  /** The carrier's own id of it; the same one twice is one text. */
  carrier_reference: string;
  /** The handset, E.164 as far as the carrier knows it. */
  from: string;
  /** The sender it was written to. */
  to: string;
  /** The types of the two addresses where they have no +; unknown by default. */
  from_type?: AddressType;
  to_type?: AddressType;
  text: string;
  /** When it arrived; a START that may have arrived before: when it first did, so that a STOP since then wins. */
  at: Date;
  /** When it first arrived, where the carrier cannot tell whether it is a START. */
  first_at?: Date;
  /** Where pictures that came with it can be seen. */
  media?: string[];
  /** The carrier has read it as this and answered it itself: it is acted upon, and not answered again. */
  handled?: "stop" | "start" | "help";
}

/** A text that the carrier's records hold, with its receipt if there is one already. */
export interface Found {
  carrier_reference: string;
  receipt: Receipt | null;
}

/** Where a carrier delivers what comes back. Each promise resolves when everything in the batch is durable. */
export interface CarrierEvents {
  onReceipts(receipts: Receipt[]): Promise<void>;
  onInbound(texts: InboundText[]): Promise<void>;
}

/** The health of a connection. */
export interface CarrierState {
  state: "up" | "connecting" | "down";
  /** Connections that are established, and how many there should be. */
  bound: number;
  wanted: number;
  last_error: { message: string; at: Date } | null;
}

/** Message ids by the carrier's references, of those that the ledger knows. */
export type OwnersOf = (references: readonly string[]) => Promise<Map<string, string>>;

export interface Carrier {
  /** carriers.id; null: the sandbox. */
  id: string | null;
  /** The value of messages.carrier. */
  name: string;
  limits: {
    /** Texts in one `submit` at most. */
    batch: number;
    /**
     * How long after its beginning a `submit` may still put texts into the carrier's records. Only after this does "not
     * there" from a lookup count.
     */
    reconcile_after_ms: number;
    /** Texts a second for a sender that has no rate of its own; null: as many as it takes. */
    rates: Record<SenderKind, number | null>;
    /** In place of `rates`, where more than the kind decides. */
    rateOf?(sender: { kind: SenderKind; address: string }): number | null;
  };
  /** Answers at once, from memory. */
  state(): CarrierState;
  /**
   * One outcome a text, in their order. Rejects only when nothing is known of any of them: then all are `unknown`. Before each
   * text that it writes a carrier reads `signal.aborted`, which then checks whether the lane still holds its lease: a process
   * that wakes from a suspension reads from its sockets before any timer or event runs.
   */
  submit(texts: OutboundText[], signal: AbortSignal): Promise<Outcome[]>;
  /**
   * The texts among these that the carrier's records hold, by message id. One that is not in the map is certainly not
   * there; null as its value means that the carrier cannot tell. Rejects when it cannot answer at all. `ownersOf` answers
   * which of these references of its own the ledger knows already, by the ids of their messages: a carrier that does not
   * keep our reference tells equal texts apart by it.
   */
  lookup(texts: OutboundText[], since: Date, ownersOf: OwnersOf): Promise<Map<string, Found | null>>;
  /** Begins to deliver receipts and inbound texts. Resolves without waiting for the network. */
  start(events: CarrierEvents): Promise<void>;
  /** Stops delivering; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

/** The carriers that this process has right now. */
export interface Carriers {
  /** By carriers.id, null for the sandbox. Undefined: disabled, not known here yet, or not to be made from its settings. */
  get(workspaceId: string, carrierId: string | null): Carrier | undefined;
  /** Whether it has not been up for a while, so that fallback carriers may be used. One that has only begun to connect is not down. */
  isDown(workspaceId: string, carrierId: string | null): boolean;
}

/** How addresses of inbound texts are read, so that a handset's page shows the same reading. */
export interface AddressReading {
  /** E.164, or as given where it is no number. */
  handset(tx: Tx, workspaceId: string, address: string): Promise<string>;
  /** The workspace's sender, and its connection: null for the sandbox. */
  receiver(
    tx: Tx,
    workspaceId: string,
    address: string,
  ): Promise<{ address: string; can_receive: boolean; carrier_id: string | null } | null>;
}

/** Where texts and receipts that arrive over HTTP are passed on to, and how their addresses are read. */
export interface IncomingServices extends Services, CarrierEvents {
  addresses: AddressReading;
}

/** A row of `carriers`, its secrets opened. */
export interface Connection<Settings = unknown, Secrets = unknown> {
  workspace_id: string;
  id: string;
  name: string;
  settings: Settings;
  secrets: Secrets;
}

/** What a carrier is made with. */
export interface CarrierServices {
  /** The message path's own pool. */
  db: Db;
  clock: Clock;
  log: Logger;
  /** The public URL of this installation, without a trailing slash. */
  public_url: string;
}

/** Makes the carrier of a connection. One maker a kind; only main knows them. */
export type CarrierMaker<Settings, Secrets> = (
  connection: Connection<Settings, Secrets>,
  services: CarrierServices,
) => Carrier;
