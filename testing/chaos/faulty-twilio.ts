/**
 * A test double of Twilio with faults: answers are lost before and after a text was accepted; its list of messages is sometimes fast,
 * sometimes slower than a lane's turn, sometimes unavailable, and always in small pages and delayed; receipts come early, twice or never.
 */
import { setTimeout as delay } from "node:timers/promises";
import { seeded } from "../random.ts";
import { type Behaviour, type RecordedMessage, signedForm, startTwilio, type TwilioDouble } from "../twilio.ts";
import { type CarrierRecords, nameOf } from "./carrier-records.ts";

/** Numbers whose texts fail, with the error code. */
export interface Handsets {
  /** The request is answered with 400 and this code. */
  refused: ReadonlyMap<string, number>;
  /** Accepted, then undelivered with this code. */
  undelivered: ReadonlyMap<string, number>;
}

export interface FaultyTwilio extends Pick<TwilioDouble, "url" | "account_sid" | "auth_token"> {
  /** From now on receipts are sent to these API processes, and handsets behave so. */
  attach(urls: readonly string[], handsets: Handsets): void;
  /** Number of receipts that are still to be delivered. */
  undelivered(): number;
  /** Requests that Twilio's document does not allow. */
  violations: readonly string[];
  records(): CarrierRecords;
  /** Clears its records. */
  clear(): void;
  stop(): Promise<void>;
}

/** Shares of requests to send: the text is accepted and the answer lost; the request is lost; errors. */
const lostAnswers = 0.003;
const lostRequests = 0.002;
const failed = 0.002;
const throttled = 0.002;
const earlyReceipts = 0.01;
const doubleReceipts = 0.01;
const lostReceipts = 0.01;
const receiptAfter_ms = 60;
const answerAfter_ms = 15;

/**
 * The list of messages, in rounds: unavailable, then slower than a lane's turn of a second, then normal. Failures come in phases and
 * not as a share of requests, because a look-up makes many requests and would nearly always fail.
 */
const listRound_ms = 20_000;
const listFails_ms = 2_000;
const listSlow_ms = 8_000;
const slowList_ms = 750;
const pageSize = 3;
const listedAfter_ms = 1_000;

const attemptsAtOnce = 3;
const nextAttempt_ms = 300;

/** Starts one; its faults follow from `seed` and the order of the requests. */
export async function startFaultyTwilio(seed: number): Promise<FaultyTwilio> {
  const random = seeded(seed + 77);
  const twilio = await startTwilio({ largest_page: pageSize, listed_after: listedAfter_ms });
  const mute = new Set<string>();
  const ending = new AbortController();
  const began = Date.now();
  let urls: readonly string[] = [];
  let handsets: Handsets = { refused: new Map(), undelivered: new Map() };
  let pending = 0;

  async function decide(operation: string, parameters: URLSearchParams): Promise<Behaviour | null> {
    if (operation === "FetchAccount") return null;
    if (operation === "ListMessage") {
      const at = (Date.now() - began) % listRound_ms;
      if (at < listFails_ms) return { status: 503, code: 20503, message: "Service unavailable" };
      if (at < listFails_ms + listSlow_ms) await delay(slowList_ms);
      return null;
    }
    await delay(answerAfter_ms);
    const code = handsets.refused.get(parameters.get("To") ?? "");
    if (code !== undefined) return { status: 400, code, message: "Invalid 'To' Phone Number" };
    let chance = random.next();
    const within = (share: number) => (chance -= share) < 0;
    if (within(lostAnswers)) return "take-and-reset";
    if (within(lostRequests)) return "reset";
    if (within(failed)) return { status: 500, code: 20500, message: "Internal server error" };
    if (within(throttled)) return { status: 429, code: 20429, headers: { "retry-after": "1" } };
    return null;
  }

  async function take(message: RecordedMessage): Promise<void> {
    if (random.next() < lostReceipts) return void mute.add(nameOf(message.to, message.body));
    const early = random.next() < earlyReceipts;
    const twice = random.next() < doubleReceipts;
    const delivery = deliverReceipt(message, early ? 0 : receiptAfter_ms, twice ? 2 : 1);
    if (early) await delivery;
  }

  /** Repeats it until it is accepted, as Twilio does within its connection overrides. */
  async function deliverReceipt(message: RecordedMessage, after: number, times: number): Promise<void> {
    const { status_callback } = message;
    if (status_callback === null) return;
    pending++;
    try {
      if (after > 0) await delay(after, undefined, { signal: ending.signal });
      const error = handsets.undelivered.get(message.to);
      message.status = error === undefined ? "delivered" : "undelivered";
      message.error_code = error ?? null;
      const form = {
        MessageSid: message.sid,
        MessageStatus: message.status,
        To: message.to,
        From: message.from ?? "",
        ...(error !== undefined && { ErrorCode: String(error) }),
      };
      const callback = signedForm(twilio.auth_token, status_callback, form);
      for (let time = 0; time < times; time++) await post(callback);
    } catch (error) {
      if (!ending.signal.aborted) throw error;
    } finally {
      pending--;
    }
  }

  async function post({ url, headers, body }: ReturnType<typeof signedForm>): Promise<void> {
    const { pathname, search } = new URL(url);
    for (let attempt = 0; ; attempt++) {
      const response = await fetch(`${urls[attempt % urls.length]}${pathname}${search}`, {
        method: "POST",
        headers,
        body,
        signal: AbortSignal.any([ending.signal, AbortSignal.timeout(15_000)]),
      }).catch(() => null);
      ending.signal.throwIfAborted();
      if (response?.ok) return;
      // Would be refused again: the run reports it as a text without a final status.
      if (response && response.status < 500 && response.status !== 429) {
        twilio.violations.push(`a receipt was answered with ${response.status}: ${await response.text()}`);
        return;
      }
      if (attempt >= attemptsAtOnce) await delay(nextAttempt_ms, undefined, { signal: ending.signal });
    }
  }

  twilio.behave(decide);
  twilio.onMessage(take);
  return {
    url: twilio.url,
    account_sid: twilio.account_sid,
    auth_token: twilio.auth_token,
    violations: twilio.violations,
    attach(to, kinds) {
      urls = to;
      handsets = kinds;
    },
    undelivered: () => pending,
    records() {
      const taken = new Map<string, number>();
      const at: CarrierRecords["at"] = new Map();
      for (const { to, body, date_created } of twilio.records) {
        const name = nameOf(to, body);
        taken.set(name, (taken.get(name) ?? 0) + 1);
        at.getOrInsert(name, []).push(date_created.getTime());
      }
      return { taken, at, pieces: [], mute };
    },
    clear() {
      twilio.records.length = 0;
      mute.clear();
    },
    async stop() {
      ending.abort();
      await twilio.close();
    },
  };
}
