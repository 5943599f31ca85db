/**
 * Receipts as providers write them (SMPP 3.4, appendix B, and what they make of it): in the text of a deliver_sm, in its
 * optional parameters, or in both. The parameters are believed first.
 */
import type { FailureReason } from "../../contract/messages.ts";
import type { Receipt } from "./carrier.ts";
import { type Deliver, tag } from "./smpp-pdu.ts";
import { decodeText } from "./smpp-text.ts";

/** What a receipt says of the part that it names. */
export interface PartReceipt {
  /** As in smpp_references: `referenceKey` of the provider's id. */
  key: string;
  status: Receipt["status"];
  code: string | null;
  reason: FailureReason | null;
}

/** What a setting says of ids in receipts. */
export type ReceiptIds = "same" | "decimal_to_hex" | "hex_to_decimal";

/** esm_class, bits 5 to 2 (5.2.12). */
const messageType = 0x3c;
const receiptType = 0x04;
const notificationType = 0x20;

/** By message_state (5.2.28). What nobody knows says nothing of ours. */
const byState: Record<number, Said> = {
  1: ["sent", null], // ENROUTE
  2: ["delivered", null],
  3: ["expired", "expired"],
  4: ["failed", "unknown"], // DELETED
  5: ["undelivered", "unknown"],
  6: ["sent", null], // ACCEPTED: read on the recipient's behalf, which no handset has shown yet
  7: ["sent", null], // UNKNOWN
  8: ["failed", "blocked"], // REJECTED
};
type Said = [status: Receipt["status"], reason: FailureReason | null];

/** By the first letters of stat: DELIVRD, but also DELIVERED; UNDELIV, UNDELIVERABLE. */
const byWord: readonly (readonly [start: string, state: number])[] = [
  ["DELIV", 2],
  ["EXPIR", 3],
  ["DELETE", 4],
  ["UNDEL", 5],
  ["FAIL", 5],
  ["ACCEP", 6],
  ["REJEC", 8],
];

/** A receipt that a provider sent without saying so in esm_class. Nobody types the whole of it on a handset by accident. */
const wholeForm = /^\s*id:\s*\S+\s+sub:\s*\d+\s+dlvrd:\s*\d+\s+submit date:\s*\d+\s+done date:\s*\d+\s+stat:\s*\w+/i;

/**
 * Whether a deliver_sm is about a text of ours: a receipt, or word of what the network is still doing; null: it is a text
 * from a handset.
 */
export function aboutOurs(pdu: Deliver): "receipt" | "notification" | null {
  const type = pdu.esm_class & messageType;
  if (type & notificationType) return "notification";
  if (type & receiptType) return "receipt";
  if (type !== 0) return "notification"; // acknowledgements by a handset's user, and what is reserved
  if (pdu.tlvs.has(tag.receipted_message_id) && pdu.tlvs.has(tag.message_state)) return "receipt";
  return wholeForm.test(pdu.octets.toString("latin1")) ? "receipt" : null;
}

/** What a receipt says; null where it names no text or says nothing that can be read. */
export function readReceipt(pdu: Deliver, ids: ReceiptIds): PartReceipt | null {
  const text = textOf(pdu);
  const id = stringIn(pdu.tlvs.get(tag.receipted_message_id)) || fieldIn(text, "id");
  const said = saidIn(pdu, text);
  if (!id || !said) return null;
  const [status, reason] = said;
  const failed = status !== "sent" && status !== "delivered";
  return { key: keyOfReceipt(id, ids), status, reason, code: failed ? codeIn(pdu, text) : null };
}

/** Without what PostgreSQL cannot hold: one receipt that cannot be written keeps all others of its batch back. */
function textOf({ octets, data_coding }: Deliver): string {
  if (octets.length === 0) return "";
  const text = decodeText(octets, data_coding, "latin1").replaceAll("\0", "");
  // Some receipts carry the data_coding of the text that they are about, and are ASCII all the same.
  return fields.stat.test(text) ? text : octets.toString("latin1").replaceAll("\0", "");
}

function saidIn(pdu: Deliver, text: string): Said | null {
  const state = pdu.tlvs.get(tag.message_state)?.[0];
  if (state !== undefined && byState[state]) return byState[state];
  const stat = fieldIn(text, "stat")?.toUpperCase();
  if (stat === undefined) return null;
  const known = byWord.find(([start]) => stat.startsWith(start));
  return byState[known?.[1] ?? 7] ?? null;
}

const longestCode = 40;

/** The network's error; without one, the provider's word for what happened. */
function codeIn(pdu: Deliver, text: string): string | null {
  const err = fieldIn(text, "err");
  if (err && !/^0*$/.test(err)) return err.slice(0, longestCode).toWellFormed();
  const network = pdu.tlvs.get(tag.network_error_code);
  if (network?.length === 3 && network.readUInt16BE(1) !== 0) return `${network[0]}-${network.readUInt16BE(1)}`;
  return fieldIn(text, "stat")?.slice(0, longestCode).toWellFormed() ?? null;
}

const fields = {
  id: /(?:^|[\s,;])id:\s*(?!\w+:)([^\s,;]+)/i,
  stat: /(?:^|[\s,;])stat(?:us)?:\s*(?!\w+:)([^\s,;]+)/i,
  err: /(?:^|[\s,;])err(?:or)?:\s*(?!\w+:)([^\s,;]+)/i,
};

function fieldIn(text: string, name: keyof typeof fields): string | null {
  // "text:" quotes the beginning of what was sent, which may hold anything.
  const quoted = text.search(/(?:^|\s)text:/i);
  const own = quoted === -1 ? text : text.slice(0, quoted);
  return fields[name].exec(own)?.[1] ?? null;
}

function stringIn(octets: Buffer | undefined): string {
  if (!octets) return "";
  const end = octets.indexOf(0);
  return octets.toString("latin1", 0, end === -1 ? octets.length : end).trim();
}

/**
 * A provider's id as ids are compared: some write hexadecimal digits small in the answer and large in the receipt, or pad a
 * number with zeros in one of them.
 */
export function referenceKey(id: string): string {
  const key = id.trim().toLowerCase();
  return key
    .replace(/^0+(?=.)/, "")
    .slice(0, 200)
    .toWellFormed();
}

function keyOfReceipt(id: string, ids: ReceiptIds): string {
  const digits = id.replace(/^0x/i, "");
  if (ids === "decimal_to_hex" && /^[0-9a-f]{1,40}$/i.test(digits))
    return referenceKey(BigInt(`0x${digits}`).toString());
  if (ids === "hex_to_decimal" && /^\d{1,40}$/.test(id)) return referenceKey(BigInt(id).toString(16));
  return referenceKey(id);
}
