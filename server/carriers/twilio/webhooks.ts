/**
 * Twilio's webhooks: receipts and texts from handsets. Nothing is written before the signature is checked, and nothing is
 * acknowledged before it is on disk; after any failure in between Twilio sends it again. A request for an unknown connection is
 * checked against a random token, so that its answer is that of a wrong signature. An address may send some of those a minute (403)
 * and then gets 429; they cost no more queries than others.
 */
import { randomBytes } from "node:crypto";
import type { carrierWebhooks } from "../../../contract/carrier-webhooks.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db } from "../../kit/db.ts";
import { forbidden, Problem } from "../../kit/errors.ts";
import type { Handlers } from "../../kit/http.ts";
import { isId } from "../../kit/id.ts";
import type { Logger } from "../../kit/log.ts";
import type { Seal } from "../../kit/seal.ts";
import type { CarrierEvents, InboundText, Receipt } from "../carrier.ts";
import { outcomeOf } from "./records.ts";
import { readSigned } from "./signature.ts";
import { createTwilioTokens, type TwilioToken } from "./tokens.ts";
import { createWrongSignatures } from "./wrong-signatures.ts";

interface Services extends CarrierEvents {
  db: Db;
  clock: Clock;
  seal: Seal;
  log: Logger;
  config: { public_url: string };
}

/** The greatest age of a token. */
const trusted_ms = 2_000;

const emptyTwiml = '<?xml version="1.0" encoding="UTF-8"?><Response/>';

type SignedCall = Pick<
  Parameters<Handlers<typeof carrierWebhooks>["twilioInbound"]>[0],
  "params" | "headers" | "raw" | "ip"
>;

/** Wrong signatures from one address, for one connection, in a minute. Twilio's own occur while a token is being changed; it sends them again. */
const mostWrong = 60;

/**
 * The webhook endpoints. After a wrong signature the token may have just been changed: it is looked up again unless that was
 * done less than `doubted_ms` ago.
 */
export function twilioWebhooks(
  services: Services,
  { doubted_ms = 500, most_wrong = mostWrong }: { doubted_ms?: number; most_wrong?: number } = {},
): Handlers<typeof carrierWebhooks> {
  const { clock, config, onReceipts, onInbound } = services;
  const tokens = createTwilioTokens(services);
  const unknownConnection = randomBytes(16).toString("hex");
  const wrong = createWrongSignatures(most_wrong);

  async function check({
    params,
    headers,
    raw,
    ip,
  }: SignedCall): Promise<{ token: TwilioToken; form: URLSearchParams }> {
    const request = {
      origins: [config.public_url, raw.origin],
      url: raw.url,
      body: raw.body,
      signature: single(headers["x-twilio-signature"]),
      settings: single(headers["x-twilio-webhooks-signature-settings"]),
      signature256: single(headers["x-twilio-signature-256"]),
      contentType: single(headers["content-type"]),
    };
    let tried: TwilioToken | null | undefined = null;
    for (const age of [trusted_ms, doubted_ms]) {
      const token = await tokens.find(params.id, age);
      if (token === tried) break;
      tried = token;
      const form = readSigned(token?.auth_token ?? unknownConnection, request, token?.shared_keys);
      if (token && form) return { token, form };
      // A caller with many wrong signatures cannot cause look-ups; a token that was just changed is found a little later.
      if (wrong.exhausted(ip, token?.id ?? unknownConnection)) break;
    }
    // Unknown connections count together: otherwise each invented id would have an allowance of its own.
    wrong.count(ip, tried?.id ?? unknownConnection);
    throw forbidden("wrong_signature", "This request is not signed by the carrier that it names.", {
      field: "X-Twilio-Signature",
    });
  }

  return {
    async twilioStatus(call) {
      const { token, form } = await check(call);
      const receipt = readStatus(token, call.query.message, form, clock.now());
      if (receipt) await onReceipts([receipt]);
      return undefined;
    },
    async twilioInbound(call) {
      const { token, form } = await check(call);
      const text = readInbound(token, form, clock.now());
      if (!text) throw new Problem(400, "incomplete", "A text needs MessageSid, From and To.", { field: "MessageSid" });
      await onInbound([text]);
      return emptyTwiml;
    },
  };
}

type Owner = Pick<TwilioToken, "workspace_id" | "id">;

/** The receipt in a status callback; null where it adds nothing to the ledger, or names no text. */
export function readStatus(
  { workspace_id }: Owner,
  message: string | undefined,
  form: URLSearchParams,
  at: Date,
): Receipt | null {
  if (!message || !isId(message)) return null;
  const code = wordOf(form.get("ErrorCode"));
  const outcome = outcomeOf(form.get("MessageStatus") ?? form.get("SmsStatus") ?? "", code === "0" ? null : code);
  if (!outcome || outcome.status === "sent") return null;
  return { workspace_id, message_id: message.toLowerCase(), carrier_reference: sidOf(form), at, ...outcome };
}

const optOutTypes: Record<string, InboundText["handled"]> = { STOP: "stop", START: "start", HELP: "help" };
const mostMedia = 10;

/** The text from a handset, or null. Pictures are given by their URLs: Twilio stores them. */
export function readInbound({ workspace_id, id }: Owner, form: URLSearchParams, at: Date): InboundText | null {
  const carrier_reference = sidOf(form);
  const from = form.get("From")?.trim();
  const to = form.get("To")?.trim();
  if (carrier_reference === null || !from || !to) return null;
  const media = Array.from({ length: mostMedia }, (_, i) => form.get(`MediaUrl${i}`) ?? "").filter((url) => url !== "");
  // Set by a Messaging Service's Advanced Opt-Out, which has answered already.
  const handled = optOutTypes[form.get("OptOutType")?.toUpperCase() ?? ""];
  return {
    workspace_id,
    carrier: id,
    carrier_reference,
    from,
    to,
    text: form.get("Body") ?? "",
    at,
    ...(media.length > 0 && { media }),
    ...(handled && { handled }),
  };
}

/** The SID, under its current name or an older one. */
function sidOf(form: URLSearchParams): string | null {
  return wordOf(form.get("MessageSid") ?? form.get("SmsMessageSid") ?? form.get("SmsSid"));
}

const wordOf = (value: string | null) => (value !== null && /^\w{1,64}$/.test(value) ? value : null);
const single = (header: string | string[] | undefined) => (Array.isArray(header) ? header[0] : header);
