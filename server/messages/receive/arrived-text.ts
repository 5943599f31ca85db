/** A text from a handset on its way into the ledger. */
import type { Keyword } from "../../../rules/keyword-sets.ts";
import type { InboundText } from "../../carriers/carrier.ts";

/** A text as it arrived. Its id is made on arrival, and ids rise: the ledger lists texts in the order of arrival. */
export interface Arrived {
  inbound: InboundText;
  message_id: string;
  text: string;
  /** The text without the lines of pictures. */
  words: string;
  /** By the standard words, until the workspace's own are read. */
  keyword: ReadKeyword;
  /** It certainly arrived before, and could not be stored then. */
  again: boolean;
}

export type ReadKeyword = Keyword | "stop_perhaps" | null;

/** A text to one of the workspace's senders, its keyword read by the workspace's words. */
export interface Received extends Arrived {
  sender: { id: string; address: string };
  /** The name of its connection. */
  carrier: string;
  /** The carrier's own id of it, in a form that can be a key. */
  reference: string;
  /** E.164, or as given where it is no number. */
  number: string;
  /** Where the network's address can be several numbers: the address as it arrived, and the other numbers. */
  unclear: { address: string; others: string[] } | undefined;
  /** When it was sent, as far as the carrier knows, and not in the future. */
  at: Date;
}
