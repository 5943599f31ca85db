/**
 * Twilio's error codes and our reasons for them (https://www.twilio.com/docs/api/errors). The codes themselves are stored unchanged.
 *
 * What a refusal of POST Messages means for the text: `refused` for good; `elsewhere`: by Twilio or from this sender only;
 * `later`: it may be offered again; `down`: nothing can be sent until the account is repaired.
 */
import type { FailureReason } from "../../../contract/messages.ts";

type Consequence = "refused" | "elsewhere" | "later" | "down";

/** One line a code. Those of 30000 and more come in receipts. */
const codes: Record<string, readonly [FailureReason, Consequence]> = {
  // The account and the request as a whole.
  "20003": ["unknown", "down"], // credentials are wrong
  "20005": ["unknown", "down"], // the account is not active
  "20006": ["unknown", "down"], // access denied
  "20008": ["unknown", "down"], // not allowed with test credentials
  "20404": ["unknown", "down"], // no such account
  "20409": ["unknown", "later"],
  "20429": ["unknown", "later"], // too many requests
  "10001": ["unknown", "down"],
  "10002": ["unknown", "down"],
  "14107": ["unknown", "later"], // rate limit
  // The recipient.
  "21211": ["unknown_number", "refused"],
  "21214": ["unreachable", "refused"],
  "21217": ["unknown_number", "refused"],
  "21265": ["unknown_number", "refused"], // a short code
  "21610": ["opted_out", "refused"],
  "21614": ["landline", "refused"],
  "21635": ["landline", "refused"],
  "21219": ["blocked", "elsewhere"], // a trial account, and the number is not verified
  "21608": ["blocked", "elsewhere"],
  "21408": ["blocked", "elsewhere"], // the country is switched off
  "21612": ["unreachable", "elsewhere"], // no way from this sender to this recipient
  "21615": ["blocked", "elsewhere"],
  // The sender.
  "21212": ["carrier_violation", "elsewhere"],
  "21266": ["carrier_violation", "elsewhere"], // both are the same
  "21601": ["carrier_violation", "elsewhere"],
  "21603": ["carrier_violation", "elsewhere"],
  "21606": ["carrier_violation", "elsewhere"],
  "21607": ["carrier_violation", "elsewhere"],
  "21611": ["unknown", "later"], // its queue is full
  "21616": ["carrier_violation", "elsewhere"],
  "21654": ["carrier_violation", "elsewhere"],
  "21659": ["carrier_violation", "elsewhere"],
  "21660": ["carrier_violation", "elsewhere"],
  "21661": ["carrier_violation", "elsewhere"],
  "21703": ["carrier_violation", "elsewhere"], // the Messaging Service has no sender
  "21704": ["carrier_violation", "elsewhere"],
  "21705": ["carrier_violation", "elsewhere"],
  "21709": ["carrier_violation", "elsewhere"],
  "21712": ["carrier_violation", "elsewhere"],
  "21910": ["carrier_violation", "elsewhere"],
  // The text.
  "21602": ["unknown", "refused"],
  "21617": ["unknown", "refused"], // longer than 1,600 characters
  "21618": ["spam_filtered", "refused"],
  "21619": ["unknown", "refused"],
  // Receipts.
  "30001": ["expired", "later"], // it waited too long in Twilio's queue
  "30002": ["carrier_violation", "down"], // the account was suspended
  "30003": ["unreachable", "refused"],
  "30004": ["blocked", "refused"],
  "30005": ["unknown_number", "refused"],
  "30006": ["landline", "refused"],
  "30007": ["spam_filtered", "refused"],
  "30008": ["unknown", "refused"],
  "30009": ["unknown", "refused"], // a part is missing
  "30010": ["carrier_violation", "refused"],
  "30011": ["carrier_violation", "refused"],
  "30017": ["unreachable", "refused"], // congestion
  "30018": ["carrier_violation", "refused"], // the sender must be registered
  "30022": ["carrier_violation", "refused"], // rates of A2P 10DLC
  "30023": ["carrier_violation", "refused"],
  "30024": ["carrier_violation", "refused"],
  "30025": ["carrier_violation", "refused"],
  "30026": ["carrier_violation", "refused"],
  "30027": ["carrier_violation", "refused"],
  "30029": ["carrier_violation", "refused"],
  "30032": ["carrier_violation", "refused"], // a toll-free number that is not verified
  "30033": ["carrier_violation", "refused"],
  "30034": ["carrier_violation", "refused"], // an American number that is not registered
  "30035": ["carrier_violation", "refused"],
  "30036": ["expired", "refused"], // the validity period is over
  "30037": ["blocked", "refused"],
  "30038": ["spam_filtered", "refused"],
  "30039": ["spam_filtered", "refused"],
  "30040": ["carrier_violation", "refused"],
  "30041": ["carrier_violation", "refused"],
  "30042": ["carrier_violation", "refused"],
  "30043": ["carrier_violation", "refused"],
  "30044": ["carrier_violation", "refused"],
  "30450": ["blocked", "refused"],
  "30453": ["spam_filtered", "refused"],
  "30454": ["carrier_violation", "refused"],
};

/** Our reason for a code; `unknown` for an unlisted one. */
export function reasonOfCode(code: string | null): FailureReason {
  return (code !== null && codes[code]?.[0]) || "unknown";
}

/** What a refused request means for its text. With an unlisted code it certainly was not sent, so another carrier may take it. */
export function consequenceOf(status: number, code: string | null): Consequence {
  const known = code === null ? undefined : codes[code]?.[1];
  if (known) return known;
  if (status === 429 || status === 408 || status === 409 || status === 425) return "later";
  if (status === 401 || status === 403 || status === 404 || status === 407) return "down";
  return "elsewhere";
}
