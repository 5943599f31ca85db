/**
 * Finds texts that may have gone in Twilio's list of messages. A Message resource does not carry our reference, so a text is
 * recognised by sender, recipient, words and time, and equal texts are told apart by counting: a record whose SID the ledger
 * has for some text is that text's, and each of the others accounts for one text. Which of several equal texts to one number
 * it was makes no difference to the recipient.
 */
import type { FailureReason } from "../../../contract/messages.ts";
import type { Found, OutboundText, OwnersOf, Receipt } from "../carrier.ts";
import type { ListParameters, TwilioApi } from "./api.ts";
import { reasonOfCode } from "./errors.ts";

/** The fields of a Message resource that are used here. */
export interface TwilioRecord {
  sid: string;
  status: string;
  direction: string;
  from: string | null;
  body: string | null;
  messaging_service_sid: string | null;
  date_created: Date | null;
  date_updated: Date | null;
  error_code: string | null;
}

const pageSize = 1_000;
const mostPages = 10;
const listsAtOnce = 5;
const aDay = 24 * 3_600_000;

interface Asking {
  api: TwilioApi;
  since: Date;
  messagingServiceSid: string | null;
  ownersOf: OwnersOf;
}

/**
 * Which of these texts Twilio has; see `Carrier.lookup`. Records that were sent since the day before are listed first. Only
 * texts that are not among them are looked for in the number's whole list, since it is not documented whether a filter by date
 * shows a text that is still queued.
 */
export async function findTexts(asking: Asking, texts: readonly OutboundText[]): Promise<Map<string, Found | null>> {
  const day = new Date(Math.floor((asking.since.getTime() - aDay) / aDay) * aDay);
  const sentSince = { "DateSent>": day.toISOString().replace(".000Z", "Z") };
  const found = await findAmong(asking, texts, sentSince);
  const missing = texts.filter((text) => !found.get(text.message_id));
  // Equal texts are counted together, so all texts to the number are looked for again.
  const numbers = new Set(missing.map((text) => text.to));
  const again = texts.filter((text) => numbers.has(text.to));
  for (const [id, each] of await findAmong(asking, again, {})) found.set(id, each);
  return found;
}

async function findAmong(
  asking: Asking,
  texts: readonly OutboundText[],
  filter: Pick<ListParameters, "DateSent>">,
): Promise<Map<string, Found | null>> {
  const groups = [...Map.groupBy(texts, (text) => text.to)].map(([to, wanted]) => ({
    to,
    wanted,
    candidates: [] as TwilioRecord[],
    complete: true,
  }));
  let next = 0;
  const list = async () => {
    for (let group = groups[next++]; group; group = groups[next++]) {
      const { records, complete } = await listRecords(asking, { To: group.to, ...filter });
      group.candidates = records.filter((record) => mayBe(asking, group.wanted[0] as OutboundText, record));
      group.complete = complete;
    }
  };
  await Promise.all(Array.from({ length: listsAtOnce }, list));
  const sids = groups.flatMap(({ candidates }) => candidates.map(({ sid }) => sid));
  const owners = sids.length === 0 ? new Map<string, string>() : await asking.ownersOf(sids);
  const found = new Map<string, Found | null>();
  for (const { wanted, candidates, complete } of groups) {
    for (const [id, each] of match(wanted, candidates, owners)) found.set(id, each);
    if (!complete) for (const { message_id } of wanted) if (!found.has(message_id)) found.set(message_id, null);
  }
  return found;
}

/** Whether a record can be of a text of this sender. */
function mayBe({ since, messagingServiceSid }: Asking, { from }: OutboundText, record: TwilioRecord): boolean {
  const begun = Math.floor(since.getTime() / 1000) * 1000; // Twilio's dates are in seconds
  if (!record.direction.startsWith("outbound")) return false;
  if (record.date_created !== null && record.date_created.getTime() < begun) return false;
  // A text has no sender until its messaging service has chosen one.
  if (record.from === null) return record.messaging_service_sid === messagingServiceSid;
  return record.from === from;
}

/** Matches texts to one number with records, by their words: there may be thousands of texts to one number. */
function match(
  texts: readonly OutboundText[],
  candidates: readonly TwilioRecord[],
  owners: ReadonlyMap<string, string>,
): Map<string, Found | null> {
  const found = new Map<string, Found | null>();
  const open = new Map(texts.map((text) => [text.message_id, text]));
  const take = (text: OutboundText, record: TwilioRecord) => {
    found.set(text.message_id, { carrier_reference: record.sid, receipt: receiptOf(text, record) });
    open.delete(text.message_id);
  };
  let free: TwilioRecord[] = [];
  for (const record of candidates) {
    const owner = owners.get(record.sid);
    const own = owner === undefined ? undefined : open.get(owner);
    if (own) take(own, record);
    else if (owner === undefined) free.push(record);
  }
  for (const finder of [sameText, prefixed, rewritten]) {
    if (open.size === 0 || free.length === 0) break;
    const find = finder([...open.values()]);
    free = free.filter((record) => {
      const text = find(record.body ?? "");
      if (text) take(text, record);
      return !text;
    });
  }
  // Twilio can be set to redact texts. Such a record may be any of the remaining texts.
  if (free.some((record) => !record.body)) for (const message_id of open.keys()) found.set(message_id, null);
  return found;
}

/** Finds the text of a record's body; each text once, equal ones in their order. */
type Finder = (texts: readonly OutboundText[]) => (body: string) => OutboundText | undefined;

const sameText: Finder = (texts) => {
  const next = byWords(texts, (text) => text.trim());
  return (body) => next(body.trim());
};

/** Trial accounts put a sentence before each text. Of several texts that the body ends with it is the longest. */
const prefixed: Finder = (texts) => {
  const next = byWords(texts, (text) => text.trim());
  const lengths = [...new Set(texts.map(({ text }) => text.trim().length))].sort((a, b) => b - a);
  return (body) => {
    const ended = body.trimEnd();
    for (const length of lengths) {
      const text = length > ended.length ? undefined : next(ended.slice(ended.length - length));
      if (text) return text;
    }
    return undefined;
  };
};

/** A messaging service with smart encoding replaces characters by similar ones. */
const rewritten: Finder = (texts) => {
  const next = byWords(texts, skeleton);
  return (body) => next(skeleton(body));
};

function byWords(texts: readonly OutboundText[], wordsOf: (text: string) => string) {
  const waiting = new Map<string, OutboundText[]>();
  for (const [words, group] of Map.groupBy(texts, ({ text }) => wordsOf(text))) waiting.set(words, group.toReversed());
  return (words: string): OutboundText | undefined => waiting.get(words)?.pop();
}

const skeleton = (text: string) =>
  text
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();

/**
 * All pages that may hold one of our texts: the newest come first, so a page of only old ones is the last. `complete` is false
 * where there are too many pages.
 */
async function listRecords(
  { api, since }: Asking,
  filter: Pick<ListParameters, "To" | "DateSent>">,
): Promise<{ records: TwilioRecord[]; complete: boolean }> {
  const records: TwilioRecord[] = [];
  let answer = await api.listMessages({ ...filter, PageSize: pageSize });
  for (let page = 1; ; page++) {
    if (answer.kind !== "answer") throw new Error(`Twilio does not list its messages: ${answer.message}`);
    const { status, body } = answer;
    if (status !== 200 || !Array.isArray(body.messages))
      throw new Error(`Twilio does not list its messages: ${status} ${String(body.message ?? "")}`.trim());
    const read = body.messages.map(readRecord);
    records.push(...read);
    const begun = since.getTime() - aDay;
    if (read.every(({ date_created }) => date_created !== null && date_created.getTime() < begun))
      return { records, complete: true };
    const next = body.next_page_uri;
    if (typeof next !== "string" || next === "") return { records, complete: true };
    if (page === mostPages) return { records, complete: false };
    answer = await api.nextPage(next);
  }
}

function readRecord(value: Record<string, unknown>): TwilioRecord {
  const text = (name: string) => (typeof value[name] === "string" ? value[name] : null);
  const date = (name: string) => {
    const at = Date.parse(text(name) ?? "");
    return Number.isNaN(at) ? null : new Date(at);
  };
  const code = value.error_code;
  return {
    sid: text("sid") ?? "",
    status: text("status") ?? "",
    direction: text("direction") ?? "",
    from: text("from"),
    body: text("body"),
    messaging_service_sid: text("messaging_service_sid"),
    date_created: date("date_created"),
    date_updated: date("date_updated"),
    error_code: code === null || code === undefined ? null : String(code),
  };
}

function receiptOf({ workspace_id, message_id }: OutboundText, record: TwilioRecord): Receipt | null {
  const outcome = outcomeOf(record.status, record.error_code);
  if (!outcome || outcome.status === "sent") return null;
  const at = record.date_updated ?? record.date_created ?? new Date(0);
  return { workspace_id, message_id, carrier_reference: record.sid, at, ...outcome };
}

/** The outcome that a status of Twilio's means, with its error; null for a status that is no outcome of an outbound text. */
export function outcomeOf(
  status: string,
  errorCode: string | null,
): { status: Receipt["status"]; code: string | null; reason: FailureReason | null } | null {
  const said = statuses[status];
  if (!said) return null;
  if (said === "sent" || said === "delivered") return { status: said, code: null, reason: null };
  const reason = reasonOfCode(errorCode);
  return { status: errorCode === validityOver ? "expired" : said, code: errorCode, reason };
}

const validityOver = "30036";

/** https://www.twilio.com/docs/messaging/api/message-resource#message-status-values */
const statuses: Record<string, Receipt["status"]> = {
  accepted: "sent",
  scheduled: "sent",
  queued: "sent",
  sending: "sent",
  sent: "sent",
  // Of some recipients or parts only: not final.
  partially_delivered: "sent",
  delivered: "delivered",
  read: "delivered",
  undelivered: "undelivered",
  failed: "failed",
  canceled: "failed",
};
