/**
 * Receipts as providers write them (SMPP 3.4, appendix B, and their variations of it): in the text of a deliver_sm, in its
 * optional parameters, or in both. The parameters take precedence.
 */
import type { FailureReason } from "../../../contract/messages.ts";
import type { Receipt } from "../carrier.ts";
import { type Deliver, tag } from "./pdu.ts";
import { type Fields, type ReceiptText, readReceiptText } from "./receipt-text.ts";
import { decodeText } from "./text.ts";

/** The status that a receipt gives the part that it names. */
export interface PartReceipt {
  /** As in smpp_references: `referenceKey` of the provider's id. */
  key: string;
  /** Other readings of the id, likely ones first; tried once `key` has been unknown for a while. */
  others?: string[] | null;
  status: Receipt["status"];
  code: string | null;
  reason: FailureReason | null;
}

/** The setting of how ids are written in receipts. */
export type ReceiptIds = "same" | "decimal_to_hex" | "hex_to_decimal";

/** esm_class, bits 5 to 2 (5.2.12), and the bit of a header before the text. */
const messageType = 0x3c;
const receiptType = 0x04;
const notificationType = 0x20;
const withHeader = 0x40;

type Ending = [status: Receipt["status"], reason: FailureReason | null];

/** By message_state (5.2.28; 0 and 9 are SMPP 5.0's), each with its word in `stat`. */
const byState: Record<number, readonly [word: string, ...Ending]> = {
  0: ["SCHEDULED", "sent", null],
  1: ["ENROUTE", "sent", null],
  2: ["DELIVRD", "delivered", null],
  3: ["EXPIRED", "expired", "expired"],
  4: ["DELETED", "failed", "unknown"],
  5: ["UNDELIV", "undelivered", "unknown"],
  6: ["ACCEPTD", "sent", null], // read on the recipient's behalf; no handset has shown it yet
  7: ["UNKNOWN", "sent", null],
  8: ["REJECTD", "failed", "blocked"],
  9: ["SKIPPED", "failed", "unknown"], // never sent, by a rule of the network's own
};
const unknownState = 7;
const notListed: Ending = ["failed", "unknown"];

/** By the word in `stat`: mostly its first letters, since each vendor has its own ending. UNKNOWN_SUBSCRIBER is not UNKNOWN. */
const byWord: readonly (readonly [word: RegExp, state: number])[] = [
  [/^SCHED/, 0],
  [/^EN_?ROUTE/, 1],
  [/^(DELIV(E?RE?D)?|SUCCESS|SUCCESSFUL|READ|SEEN)(?![A-Z])/, 2],
  [/^EXPIR/, 3],
  [/^DELETE/, 4],
  [/^(UNDEL|FAIL)/, 5],
  [/^ACCEP/, 6],
  [/^UNKN(OWN)?$/, unknownState],
  [/^REJEC/, 8],
  [/^SKIP/, 9],
];
/** Words of no standard for a text that is still on its way; and numbers, whose meaning differs by vendor. */
const stillOpen =
  /^(SENT|SENDING|SUBMIT(TE?)?D?|BUFFE?RE?D|QUEUED?|PENDING|DELIVERY_PENDING|DELIVERING|PROCESSING|IN_?PROGRESS|RETRY(ING)?|WAITING|IN_?TRANSIT|STORED|HELD|\d+)$/;

/**
 * Whether a deliver_sm is about a text of ours: a receipt, or an intermediate notification of the network; null: it is a text
 * from a handset.
 */
export function aboutOurs(pdu: Deliver): "receipt" | "notification" | null {
  const type = pdu.esm_class & messageType;
  if (type & notificationType) return "notification";
  if (type & receiptType) return "receipt";
  if (type !== 0) return "notification"; // acknowledgements by a handset's user, and what is reserved
  return isReceiptUnsaid(pdu) ? "receipt" : null;
}

const beginsAsReceipt = /^\s*["']?(id|sub|dlvrd|submit|done|stat|err)/i;

/** A receipt that esm_class does not mark as one. A person does not type one on a handset by accident. */
function isReceiptUnsaid(pdu: Deliver): boolean {
  const named = pdu.tlvs.has(tag.receipted_message_id);
  const state = pdu.tlvs.has(tag.message_state);
  if (named && state) return true;
  if (named && pdu.octets.length === 0) return true;
  const { text, fields } = readText(pdu);
  if (state) return fields.id !== undefined;
  if (fields.stat === undefined) return false;
  const word = fields.stat.toUpperCase();
  const listed = byWord.some(([listing]) => listing.test(word));
  const others = (["sub", "dlvrd", "submit", "done", "err"] as const).filter(
    (name) => fields[name] !== undefined,
  ).length;
  // Gateways put an id of their own into this parameter of ordinary texts too, so it is not enough by itself.
  if (named) return listed || others > 0 || fields.id !== undefined;
  return fields.id !== undefined && others >= (listed ? 1 : 2) && beginsAsReceipt.test(text);
}

/** The content of a receipt; null where it names no text or cannot be read. */
export function readReceipt(pdu: Deliver, ids: ReceiptIds): PartReceipt | null {
  const { fields, certain } = readText(pdu);
  const named = stringIn(pdu.tlvs.get(tag.receipted_message_id));
  const [key, ...others] = readingsOf(named, named ? certain.id : fields.id, ids);
  const ending = readEnding(pdu, fields);
  if (!key || !ending) return null;
  const [status, reason] = ending;
  const failed = status !== "sent" && status !== "delivered";
  const code = failed ? codeIn(pdu, fields) : null;
  return { key, ...(others.length > 0 && { others }), status, reason, code };
}

/**
 * The text and its fields. Some receipts carry the data_coding of the text that they are about, although they are ASCII; some
 * carry its header, some only the bit that announces one: the reading that has fields is taken.
 */
function readText(pdu: Deliver): ReceiptText & { text: string } {
  const { octets, esm_class, data_coding } = pdu;
  const end = esm_class & withHeader ? (octets[0] ?? 0) + 1 : 0;
  const bodies = end > 0 && end <= octets.length ? [octets.subarray(end), octets] : [octets];
  let first: (ReceiptText & { text: string }) | null = null;
  for (const body of bodies) {
    for (const decoded of [decodeText(body, data_coding, "latin1"), body.toString("latin1")]) {
      // Without characters that PostgreSQL cannot store: one such receipt would block all others of its batch.
      const text = decoded.replaceAll("\0", "");
      const read = { text, ...readReceiptText(text) };
      if (read.fields.stat !== undefined) return read;
      first ??= read;
    }
  }
  return first as ReceiptText & { text: string };
}

function readEnding(pdu: Deliver, { stat }: Fields): Ending | null {
  const state = pdu.tlvs.get(tag.message_state)?.[0];
  const listed = state === undefined ? undefined : byState[state];
  // States without a number of their own are sent as "unknown" too; then the word is more precise.
  if (listed && state !== unknownState) return [listed[1], listed[2]];
  if (stat !== undefined) return readWord(stat.toUpperCase());
  if (listed) return [listed[1], listed[2]];
  return state === undefined ? null : notListed;
}

/** A receipt says how a text ended (5.2.12), so an unknown word counts as a failure. */
function readWord(word: string): Ending {
  const known = byWord.find(([listing]) => listing.test(word));
  const state = known && byState[known[1]];
  if (state) return [state[1], state[2]];
  return stillOpen.test(word) ? ["sent", null] : notListed;
}

const longestCode = 40;

/** The network's error code; without one, the provider's word. */
function codeIn(pdu: Deliver, { err, stat }: Fields): string {
  if (err && !/^(0x)?0*$/i.test(err)) return err.slice(0, longestCode).toWellFormed();
  const network = pdu.tlvs.get(tag.network_error_code);
  if (network?.length === 3 && network.readUInt16BE(1) !== 0) return `${network[0]}-${network.readUInt16BE(1)}`;
  if (stat !== undefined) return stat.slice(0, longestCode).toWellFormed();
  const state = pdu.tlvs.get(tag.message_state)?.[0] as number;
  return byState[state]?.[0] ?? `message_state ${state}`;
}

function stringIn(octets: Buffer | undefined): string {
  if (!octets) return "";
  const end = octets.indexOf(0);
  return octets
    .toString("latin1", 0, end === -1 ? octets.length : end)
    .trim()
    .replace(/^(["'])(.*)\1$/, "$2");
}

/**
 * A provider's id in the form in which ids are compared: some providers write hexadecimal digits in lower case in the response
 * and in upper case in the receipt, mark them with 0x in one of them, or pad a number with zeros.
 */
export function referenceKey(id: string): string {
  return id
    .trim()
    .toLowerCase()
    .replace(/^0x(?=[0-9a-f]+$)/, "")
    .replace(/^0+(?=.)/, "")
    .slice(0, 200)
    .toWellFormed();
}

/**
 * The readings of a receipt's id, the likeliest first. In the text it is written as the setting says. receipted_message_id is
 * "the message_id of the message, as returned in the submit_sm_resp" (5.3.2.12), so it is as in the response; yet some
 * providers write it as they do in the text. Where both are present, comparing them shows which.
 */
function readingsOf(named: string, written: string | undefined, ids: ReceiptIds): string[] {
  const byText = written === undefined ? [] : [converted(written, ids) ?? referenceKey(written)];
  if (!named) return [...new Set([...byText, ...(written ? olderKeys(written) : [])])];
  const asAnswered = referenceKey(named);
  const asInText = converted(named, ids);
  if (byText[0] === asAnswered) return [asAnswered];
  const alike = written !== undefined && referenceKey(written) === asAnswered;
  const likely =
    alike && asInText !== null ? [asInText, asAnswered] : [asAnswered, ...(asInText === null ? [] : [asInText])];
  return [...new Set([...likely, ...byText, ...olderKeys(named)])];
}

/** The id in the base of the response; null where the setting does not apply to it. */
function converted(id: string, ids: ReceiptIds): string | null {
  const digits = id.replace(/^0x/i, "");
  if (ids === "decimal_to_hex" && /^[0-9a-f]{1,65}$/i.test(digits))
    return referenceKey(BigInt(`0x${digits}`).toString());
  if (ids === "hex_to_decimal" && /^\d{1,65}$/.test(id)) return referenceKey(BigInt(id).toString(16));
  return null;
}

/** Keys that an earlier version stored, which left an x of the prefix 0x in them; such ids stay for some days. */
function olderKeys(id: string): string[] {
  return /^0x[0-9a-f]+$/i.test(id) ? [id.toLowerCase().slice(1)] : [];
}
