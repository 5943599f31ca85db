/**
 * Twilio: one request a text, receipts and inbound texts by webhook (twilio-webhooks.ts), lookup by its list of messages.
 */
import type { TwilioSecrets, TwilioSettings } from "../../contract/carriers.ts";
import { rateByConnection } from "../../rules/sender-rate.ts";
import type {
  Carrier,
  CarrierMaker,
  CarrierServices,
  CarrierState,
  Connection,
  OutboundText,
  Outcome,
} from "./carrier.ts";
import { type Answered, type ApiAnswer, concurrency, createTwilioApi, type MessageParameters } from "./twilio-api.ts";
import { consequenceOf, reasonOfCode } from "./twilio-errors.ts";
import { findTexts } from "./twilio-records.ts";
import { callbackUrl, isReachable } from "./twilio-urls.ts";

/** Texts of one submit: at 20 requests at once they take a second or two. */
const batch = 100;

/** What is waited for, in ms. */
export interface TwilioTiming {
  /** No request of a submit begins later than this after it. */
  begin_within: number;
  /** A request without an answer after this is given up. */
  patience: number;
  /** From its last request's end until Twilio's list shows what it has taken. */
  listed_after: number;
}

const usual: TwilioTiming = { begin_within: 15_000, patience: 20_000, listed_after: 10_000 };

const firstPause = 1_000;
const longestPause = 30_000;
/** A full queue of one sender, which holds hours of texts, is not worth a look every second. */
const queueFull_ms = 10_000;
/** While nothing can be sent at all. */
const downFor_ms = 15_000;
const unreachableFor_ms = 5_000;

/** How often Twilio is asked whether it still knows us: while it does, and while it does not. */
const checkUp_ms = 10 * 60_000;
const checkDown_ms = 30_000;

const queueFull = "21611";
const badCallback = "21609";
/** Texts go without a callback for so long after Twilio refused it: a name may have been unknown for a moment only. */
const withoutCallbacks_ms = 10 * 60_000;
const longestValidity = 36_000;

/** The maker for Twilio at this URL, or at a stand-in's. */
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
    patience_ms: timing.patience,
    account_sid: settings.account_sid,
    user: withKey ? (settings.api_key_sid as string) : settings.account_sid,
    password: withKey ? (secrets.api_key_secret as string) : secrets.auth_token,
  });
  const turns = createTurns(concurrency);
  let standing: CarrierState["state"] = "connecting";
  let lastError: CarrierState["last_error"] = null;
  const reachable = isReachable(public_url, apiUrl);
  let callbacksFrom = 0;
  let pausedUntil = 0;
  let pauses = 0;
  let timer: NodeJS.Timeout | null = null;
  let checking: Promise<void> | null = null;
  let stopped = false;

  const note = (message: string) => (lastError = { message, at: clock.now() });

  function isUp(): void {
    standing = "up";
    pauses = 0;
  }

  function isDown(message: string): void {
    if (standing !== "down") {
      log.warn(
        { carrier: connection.name, workspace: connection.workspace_id, said: message },
        "Twilio takes no texts",
      );
      if (!stopped && !checking) schedule(checkDown_ms);
    }
    standing = "down";
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

  /** Nothing more is begun for a while; the longer the more often in a row. */
  function pause(said: number | null): number {
    const wait = said ?? Math.min(longestPause, firstPause * 2 ** pauses++);
    pausedUntil = Math.max(pausedUntil, clock.now().getTime() + wait);
    return wait;
  }

  function outcomeOf(answer: ApiAnswer, asked: MessageParameters): Outcome {
    if (answer.kind === "lost") {
      note(answer.message);
      return { kind: "unknown" };
    }
    if (answer.kind === "unsent") {
      isDown(answer.message);
      return { kind: "later", after_ms: unreachableFor_ms, down: true };
    }
    const { status, body } = answer;
    if (status >= 200 && status < 300) {
      isUp();
      return typeof body.sid === "string" ? { kind: "accepted", carrier_reference: body.sid } : { kind: "unknown" };
    }
    const said = sayingOf(answer);
    if (status >= 500) {
      note(said);
      return { kind: "unknown" };
    }
    const code = codeOf(body);
    if (code === badCallback && asked.StatusCallback !== undefined) {
      // Better without receipts than not at all.
      callbacksFrom = clock.now().getTime() + withoutCallbacks_ms;
      note(`${said} (PUBLIC_URL is ${public_url}); for ten minutes texts go out without receipts`);
      return { kind: "later", after_ms: 0 };
    }
    switch (status < 400 ? "down" : consequenceOf(status, code)) {
      case "down":
        isDown(said);
        return { kind: "later", after_ms: downFor_ms, down: true };
      case "later":
        note(said);
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
    /** What keeps the rest from being tried: they are all of one sender. */
    let halted: Outcome | null = null;

    async function work(most = Number.POSITIVE_INFINITY): Promise<void> {
      for (let done = 0; done < most && next < texts.length && !halted; done++) {
        const index = next++;
        outcomes[index] = await turns.take(async () => {
          const now = clock.now().getTime();
          if (halted) return halted;
          // Once stopped, only what was under way is waited for: a request begun later would be cut off, and unknown.
          if (stopped || signal.aborted || now > deadline) return { kind: "later", after_ms: 0 };
          if (now < pausedUntil) return { kind: "later", after_ms: pausedUntil - now };
          const asked = parametersOf(texts[index] as OutboundText);
          return outcomeOf(await api.createMessage(asked), asked);
        });
        const outcome = outcomes[index] as Outcome;
        if (outcome.kind === "later") halted ??= outcome;
      }
    }

    // While nobody knows whether Twilio takes texts, one shows it.
    if (standing !== "up") await work(1);
    await Promise.all(Array.from({ length: Math.min(concurrency, texts.length) }, () => work()));
    return texts.map((_, i) => outcomes[i] ?? halted ?? { kind: "later", after_ms: 0 });
  }

  async function check(): Promise<void> {
    // Most API keys may not read the account; its messages they may.
    const answer = withKey ? await api.listMessages({ PageSize: 1 }) : await api.fetchAccount();
    if (stopped) return;
    if (answer.kind !== "answer") isDown(answer.message);
    else if (answer.status !== 200) {
      if (answer.status === 429 || answer.status >= 500) note(sayingOf(answer));
      else isDown(sayingOf(answer));
    } else if (answer.body.status !== undefined && answer.body.status !== "active")
      isDown(`the account is ${String(answer.body.status)}`);
    else isUp();
  }

  function schedule(after: number): void {
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      checking = check()
        .catch((error) => isDown((error as Error).message))
        .finally(() => {
          checking = null;
          if (!stopped) schedule(standing === "up" ? checkUp_ms : checkDown_ms);
        });
    }, after);
    timer.unref();
  }

  return {
    id: connection.id,
    name: connection.name,
    limits: {
      batch,
      settled_after_ms: timing.begin_within + timing.patience + timing.listed_after,
      rates: settings.rates,
      rateOf: (sender) => rateByConnection(settings.rates, sender),
    },
    state: () => ({ state: standing, bound: standing === "up" ? 1 : 0, wanted: 1, last_error: lastError }),
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

/** Twilio's own words. */
function sayingOf({ status, body }: Answered): string {
  const code = codeOf(body);
  const message =
    typeof body.message === "string" && body.message !== "" ? body.message.slice(0, 300) : `HTTP ${status}`;
  return code === null ? message : `${message} (${code})`;
}

interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

/** So many at once, in the order they came. Each hands its turn on, so that between two nobody takes them for idle. */
function createTurns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let idlers: (() => void)[] = [];
  let busy = 0;

  function pass(): void {
    const next = waiting.shift();
    if (next) return next();
    if (--busy > 0) return;
    for (const done of idlers) done();
    idlers = [];
  }

  return {
    async take(work) {
      if (busy < most) busy++;
      else await new Promise<void>((go) => waiting.push(go));
      try {
        return await work();
      } finally {
        pass();
      }
    },
    async idle() {
      if (busy > 0) await new Promise<void>((done) => idlers.push(done));
    },
  };
}
