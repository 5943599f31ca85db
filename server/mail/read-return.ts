/** Reads what comes back: delivery reports (RFC 3464) and feedback reports (RFC 5965). Anything else is no report. */
import { type ParsedMail, simpleParser } from "mailparser";

export type Returned =
  /** It did not arrive. `status` is of RFC 3463: 5.… for good, 4.… not in time. */
  | { kind: "bounce"; status: string; answer: string }
  /** The recipient reported it. `addresses` may be return paths and Message-IDs of the mail that it is about. */
  | { kind: "complaint"; addresses: string[] }
  /** A report that changes nothing: of a delay, of a delivery, of "not spam". */
  | { kind: "news" }
  | { kind: "other" };

/** The longest answer that is kept. */
const longestAnswer = 500;

/** Reads a mail as it was received. Never throws: what cannot be read is "other". */
export async function readReturned(source: Buffer): Promise<Returned> {
  let mail: ParsedMail;
  try {
    mail = await simpleParser(source, {
      keepDeliveryStatus: true,
      skipHtmlToText: true,
      skipTextToHtml: true,
      skipImageLinks: true,
      maxHtmlLengthToParse: 100_000,
    });
  } catch {
    return { kind: "other" };
  }
  const type = mail.headers.get("content-type") as { value?: string; params?: Record<string, string> } | undefined;
  if (type?.value?.toLowerCase() !== "multipart/report") return { kind: "other" };
  const part = (name: string) =>
    mail.attachments.find(({ contentType }) => contentType.toLowerCase() === name)?.content.toString("utf8");
  // The second is of mails to addresses beyond ASCII (RFC 6533).
  const delivery = part("message/delivery-status") ?? part("message/global-delivery-status");
  if (delivery !== undefined) return readDelivery(delivery);
  const feedback = part("message/feedback-report");
  if (feedback === undefined) return { kind: "other" };
  const original = part("message/rfc822") ?? part("text/rfc822-headers") ?? "";
  return readFeedback(readFields(feedback), readFields(original.split(/\r?\n\r?\n/)[0] ?? ""));
}

/** The groups of fields: one of the message, then one for each recipient. A mail of ours has one recipient. */
function readDelivery(text: string): Returned {
  for (const group of text.split(/\r?\n[ \t]*\r?\n/)) {
    const fields = readFields(group);
    const action = fields.get("action")?.toLowerCase();
    if (action === undefined) continue;
    if (action !== "failed") return { kind: "news" };
    // A comment may follow: "5.1.1 (bad destination mailbox address)".
    const status = /^([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get("status") ?? "")?.[1];
    if (status === undefined || status.startsWith("2")) return { kind: "other" };
    const answer = (fields.get("diagnostic-code") ?? "").replace(/^\s*smtp\s*;\s*/i, "");
    // Some servers report every refusal as 5.0.0, and what the other one said in its answer only.
    const said = status === "5.0.0" ? /^5\d\d[ -]#?(5\.\d{1,3}\.\d{1,3})\b/.exec(answer)?.[1] : undefined;
    return { kind: "bounce", status: said ?? status, answer: storable(answer === "" ? status : answer) };
  }
  return { kind: "other" };
}

function readFeedback(report: Map<string, string>, original: Map<string, string>): Returned {
  const type = report.get("feedback-type")?.toLowerCase();
  if (type === undefined) return { kind: "other" };
  if (type === "not-spam" || type.startsWith("auth-failure")) return { kind: "news" };
  const texts = [report.get("original-mail-from"), original.get("return-path"), original.get("message-id")];
  const addresses = texts.flatMap((text) => text?.match(/[^\s<>]+@[^\s<>]+/g) ?? []);
  return { kind: "complaint", addresses: addresses.slice(0, 10) };
}

/** Fields by their names in lower case, the first of each; folded lines are joined. */
function readFields(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\r?\n[ \t]+/g, " ").split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    if (!fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

const storable = (text: string) =>
  text
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim()
    .slice(0, longestAnswer)
    .toWellFormed();
