/**
 * Twilio: one request a text, receipts and inbound texts by webhook (webhooks.ts), lookup by its list of messages.
 */
import type { TwilioSecrets, TwilioSettings } from "../../../contract/carriers.ts";
import { rateByConnection } from "../../../rules/sender-rate.ts";
import type {
  Carrier,
  CarrierMaker,
  CarrierServices,
  CarrierState,
  Connection,
  OutboundText,
  Outcome,
} from "../carrier.ts";
import { type Answered, type ApiAnswer, concurrency, createTwilioApi, type MessageParameters } from "./api.ts";
import { consequenceOf, reasonOfCode } from "./errors.ts";
import { findTexts } from "./records.ts";
import { connectionOverrides } from "./signature.ts";
import { createTurns } from "./turns.ts";

/** Texts of one submit: at 20 requests at once they take a second or two. */
const batch = 100;

/** Timeouts and delays, in ms. */
export interface TwilioTiming {
  /** No request of a submit begins later than this after it. */
  begin_within: number;
  /** A request without an answer after this is aborted. */
  request_timeout: number;
  /** From the end of its last request until Twilio's list shows the texts that it accepted. */
  listed_after: number;
}

const usual: TwilioTiming = { begin_within: 15_000, request_timeout: 20_000, listed_after: 10_000 };

const firstPause = 1_000;
const longestPause = 30_000;
/** A sender's full queue at Twilio holds hours of texts, so it need not be tried every second. */
const queueFull_ms = 10_000;
/** While nothing can be sent at all. */
const downFor_ms = 15_000;
const unreachableFor_ms = 5_000;

/** How often the account is checked: while Twilio accepts it, and while it does not. */
const checkUp_ms = 10 * 60_000;
const checkDown_ms = 30_000;

const queueFull = "21611";
const badCallback = "21609";
/** After Twilio refused the callback URL, texts go without one for so long: its host name may have failed to resolve only for a moment. */
const withoutCallbacks_ms = 10 * 60_000;
const longestValidity = 36_000;

/** The maker for Twilio at this URL, or at a test double's. */
export function twilioCarrier(options: {
  api_url: string;
  timing?: Partial<TwilioTiming>;
}): CarrierMaker<TwilioSettings, TwilioSecrets> {
  const timing = { ...usual, ...options.timing };
  return (connection, services) => createTwilio(connection, services, options.api_url, timing);
}

function createTwilio(
  connection: Connection<TwilioSettings, TwilioSecrets>,
  services: CarrierServices,
  apiUrl: string,
  timing: TwilioTiming,
): Carrier {
  const { settings, secrets } = connection;
  const { clock, log, public_url } = services;
  const withKey = settings.api_key_sid !== null && secrets.api_key_secret !== null;
  const api = createTwilioApi({
    api_url: apiUrl,
    timeout_ms: timing.request_timeout,
    account_sid: settings.account_sid,
    user: withKey ? (settings.api_key_sid as string) : settings.account_sid,
    password: withKey ? (secrets.api_key_secret as string) : secrets.auth_token,
  });
  const turns = createTurns(concurrency);
  let state: CarrierState["state"] = "connecting";
  let lastError: CarrierState["last_error"] = null;
  const reachable = isReachable(public_url, apiUrl);
  let callbacksFrom = 0;
  let pausedUntil = 0;
  let pauses = 0;
  let timer: NodeJS.Timeout | null = null;
  let checking: Promise<void> | null = null;
  let stopped = false;

  const note = (message: string) => (lastError = { message, at: clock.now() });

  function markUp(): void {
    state = "up";
    pauses = 0;
  }

  function markDown(message: string): void {
    if (state !== "down") {
      log.warn(
        { carrier: connection.name, workspace: connection.workspace_id, reason: message },
        "Twilio accepts no texts",
      );
      if (!stopped && !checking) schedule(checkDown_ms);
    }
    state = "down";
    note(message);
  }

  function parametersOf(text: OutboundText): MessageParameters {
    const seconds = text.expires_at ? Math.floor((text.expires_at.getTime() - clock.now().getTime()) / 1000) : null;
    return {
      To: text.to,
      From: text.from,
      ...(settings.messaging_service_sid && { MessagingServiceSid: settings.messaging_service_sid }),
      Body: text.text,
      ...(reachable &&
        clock.now().getTime() >= callbacksFrom && {
          StatusCallback: callbackUrl(public_url, connection.id, text.message_id),
        }),
      ...(seconds !== null && { ValidityPeriod: Math.min(longestValidity, Math.max(1, seconds)) }),
    };
  }

  /** Begins no request for a while: as Twilio asked, else longer with each time in a row. */
  function pause(retryAfter: number | null): number {
    const wait = retryAfter ?? Math.min(longestPause, firstPause * 2 ** pauses++);
    pausedUntil = Math.max(pausedUntil, clock.now().getTime() + wait);
    return wait;
  }

  function outcomeOf(answer: ApiAnswer, asked: MessageParameters): Outcome {
    if (answer.kind === "lost") {
      note(answer.message);
      return { kind: "unknown" };
    }
    if (answer.kind === "unsent") {
      markDown(answer.message);
      return { kind: "later", after_ms: unreachableFor_ms, down: true };
    }
    const { status, body } = answer;
    if (status >= 200 && status < 300) {
      markUp();
      return typeof body.sid === "string" ? { kind: "accepted", carrier_reference: body.sid } : { kind: "unknown" };
    }
    const message = messageOf(answer);
    if (status >= 500) {
      note(message);
      return { kind: "unknown" };
    }
    const code = codeOf(body);
    if (code === badCallback && asked.StatusCallback !== undefined) {
      // Texts without receipts are better than none.
      callbacksFrom = clock.now().getTime() + withoutCallbacks_ms;
      note(`${message} (PUBLIC_URL is ${public_url}); for ten minutes texts go out without receipts`);
      return { kind: "later", after_ms: 0 };
    }
    switch (status < 400 ? "down" : consequenceOf(status, code)) {
      case "down":
        markDown(message);
        return { kind: "later", after_ms: downFor_ms, down: true };
      case "later":
        note(message);
        return {
          kind: "later",
          after_ms: code === queueFull ? (answer.retry_after_ms ?? queueFull_ms) : pause(answer.retry_after_ms),
        };
      case "elsewhere":
        return { kind: "refused", code: code ?? String(status), reason: reasonOfCode(code), elsewhere: true };
      default:
        return { kind: "refused", code: code ?? String(status), reason: reasonOfCode(code) };
    }
  }

  async function submit(texts: OutboundText[], signal: AbortSignal): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const deadline = clock.now().getTime() + timing.begin_within;
    let next = 0;
    /** The outcome after which the rest is not tried: all texts are of one sender. */
    let halted: Outcome | null = null;

    async function work(most = Number.POSITIVE_INFINITY): Promise<void> {
      for (let done = 0; done < most && next < texts.length && !halted; done++) {
        const index = next++;
        outcomes[index] = await turns.take(async () => {
          const now = clock.now().getTime();
          if (halted) return halted;
          // Once stopped, no request is begun: it would be aborted, and its outcome unknown.
          if (stopped || signal.aborted || now > deadline) return { kind: "later", after_ms: 0 };
          if (now < pausedUntil) return { kind: "later", after_ms: pausedUntil - now };
          const asked = parametersOf(texts[index] as OutboundText);
          return outcomeOf(await api.createMessage(asked), asked);
        });
        const outcome = outcomes[index] as Outcome;
        if (outcome.kind === "later") halted ??= outcome;
      }
    }

    // While it is unknown whether Twilio accepts texts, one is tried first.
    if (state !== "up") await work(1);
    await Promise.all(Array.from({ length: Math.min(concurrency, texts.length) }, () => work()));
    return texts.map((_, i) => outcomes[i] ?? halted ?? { kind: "later", after_ms: 0 });
  }

  async function check(): Promise<void> {
    // Most API keys may read the account's messages but not the account.
    const answer = withKey ? await api.listMessages({ PageSize: 1 }) : await api.fetchAccount();
    if (stopped) return;
    if (answer.kind !== "answer") markDown(answer.message);
    else if (answer.status !== 200) {
      if (answer.status === 429 || answer.status >= 500) note(messageOf(answer));
      else markDown(messageOf(answer));
    } else if (answer.body.status !== undefined && answer.body.status !== "active")
      markDown(`the account is ${String(answer.body.status)}`);
    else markUp();
  }

  function schedule(after: number): void {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      checking = check()
        .catch((error) => markDown((error as Error).message))
        .finally(() => {
          checking = null;
          if (!stopped) schedule(state === "up" ? checkUp_ms : checkDown_ms);
        });
    }, after);
    timer.unref();
  }

  return {
    id: connection.id,
    name: connection.name,
    limits: {
      batch,
      reconcile_after_ms: timing.begin_within + timing.request_timeout + timing.listed_after,
      rates: settings.rates,
      rateOf: (sender) => rateByConnection(settings.rates, sender),
    },
    state: () => ({ state, bound: state === "up" ? 1 : 0, wanted: 1, last_error: lastError }),
    submit,
    lookup: (texts, since, ownersOf) =>
      findTexts({ api, since, messagingServiceSid: settings.messaging_service_sid, ownersOf }, texts),
    async start() {
      stopped = false;
      if (!reachable)
        note(`Twilio cannot reach PUBLIC_URL (${public_url}): texts go out, but no receipts and no replies come in`);
      schedule(0);
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await checking;
      await turns.idle();
      api.close();
    },
  };
}

const codeOf = (body: Record<string, unknown>): string | null =>
  typeof body.code === "number" || typeof body.code === "string" ? String(body.code) : null;

/** Twilio's own message. */
function messageOf({ status, body }: Answered): string {
  const code = codeOf(body);
  const message =
    typeof body.message === "string" && body.message !== "" ? body.message.slice(0, 300) : `HTTP ${status}`;
  return code === null ? message : `${message} (${code})`;
}

/** Where Twilio reports the status of one text; it names the connection and the text. */
function callbackUrl(publicUrl: string, carrierId: string, messageId: string): string {
  return `${publicUrl}/api/v1/carriers/${carrierId}/twilio/status?message=${messageId}${connectionOverrides}`;
}

/**
 * Whether the server of the API can reach us. Twilio refuses URLs outside of the public internet (21609), while a test double
 * on this machine reaches any URL.
 */
function isReachable(publicUrl: string, apiUrl: string): boolean {
  return isPublic(new URL(publicUrl).hostname) || !isPublic(new URL(apiUrl).hostname);
}

/** Whether it is not, by its form, a name or address of this machine or its network. */
function isPublic(host: string): boolean {
  if (/(^|\.)(localhost|local|internal|lan|home\.arpa|test)$/i.test(host)) return false;
  if (host.startsWith("[")) return !/^\[(::1?\]|f[cd]|fe[89ab])/i.test(host);
  if (!host.includes(".")) return false;
  return !/^(127\.|10\.|0\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host);
}
