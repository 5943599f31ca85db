/**
 * The calls of Twilio's REST API that a carrier makes. Names and types of all parameters are those of Twilio's OpenAPI document
 * (twilio-oai, twilio_api_v2010: CreateMessage, ListMessage, FetchAccount).
 */
import { type ClientRequest, Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface TwilioAccount {
  /** Without a trailing slash. */
  api_url: string;
  /** A request without an answer after this is aborted, in ms. */
  timeout_ms: number;
  account_sid: string;
  /** The account's SID with its token, or an API key's with its secret. */
  user: string;
  password: string;
}

/**
 * The result of a request. `unsent`: nothing of it has left this machine. `lost`: it was written, and it is unknown whether it
 * was processed.
 */
export type ApiAnswer = Answered | { kind: "unsent"; message: string } | { kind: "lost"; message: string };

export interface Answered {
  kind: "answer";
  status: number;
  body: Record<string, unknown>;
  retry_after_ms: number | null;
}

/** Parameters of CreateMessage. */
export interface MessageParameters {
  To: string;
  From?: string;
  MessagingServiceSid?: string;
  Body: string;
  StatusCallback?: string;
  /** Seconds, 1 to 36,000. */
  ValidityPeriod?: number;
}

/** Parameters of ListMessage. */
export interface ListParameters {
  To?: string;
  /** Sent at or after this. */
  "DateSent>"?: string;
  PageSize?: number;
}

export interface TwilioApi {
  createMessage(parameters: MessageParameters): Promise<ApiAnswer>;
  listMessages(parameters: ListParameters): Promise<ApiAnswer>;
  /** The next page, as an answer of `listMessages` names it. */
  nextPage(uri: string): Promise<ApiAnswer>;
  fetchAccount(): Promise<ApiAnswer>;
  /** Closes idle connections. */
  close(): void;
}

/** Requests under way at once, for each connection to Twilio of a process. */
export const concurrency = 20;
/** A server that closes an idle connection just as a request is written makes it `lost`, so ours are closed first. */
const idle_ms = 4_000;
const largestAnswer = 16 * 1024 * 1024;

/** An API client with connections of its own. */
export function createTwilioApi(account: TwilioAccount): TwilioApi {
  const base = new URL(account.api_url);
  const secure = base.protocol === "https:";
  const kept = { keepAlive: true, maxSockets: concurrency, maxFreeSockets: concurrency, timeout: idle_ms };
  const agent = secure ? new HttpsAgent(kept) : new HttpAgent(kept);
  const authorization = `Basic ${Buffer.from(`${account.user}:${account.password}`).toString("base64")}`;
  const prefix = base.pathname.replace(/\/+$/, "");
  const accountPath = `/2010-04-01/Accounts/${account.account_sid}`;

  function send(method: "GET" | "POST", path: string, form?: URLSearchParams): Promise<ApiAnswer> {
    const body = form?.toString();
    return new Promise((done) => {
      let written = false;
      const fail = (error: Error) =>
        done({ kind: written ? "lost" : "unsent", message: describe(error, account.timeout_ms) });
      const request: ClientRequest = (secure ? httpsRequest : httpRequest)(
        {
          agent,
          method,
          hostname: base.hostname.replace(/^\[|\]$/g, ""),
          port: base.port || undefined,
          path: prefix + path,
          signal: AbortSignal.timeout(account.timeout_ms),
          headers: {
            accept: "application/json",
            authorization,
            "user-agent": "varsla",
            ...(body === undefined
              ? {}
              : {
                  "content-type": "application/x-www-form-urlencoded",
                  "content-length": Buffer.byteLength(body),
                }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on("data", (chunk: Buffer) => {
            chunks.push(chunk);
            length += chunk.length;
            if (length > largestAnswer) request.destroy(new Error("the answer is too large"));
          });
          response.on("error", fail);
          response.on("end", () =>
            done({
              kind: "answer",
              status: response.statusCode ?? 0,
              body: readBody(Buffer.concat(chunks).toString("utf8")),
              retry_after_ms: readRetryAfter(response.headers["retry-after"], response.headers.date),
            }),
          );
        },
      );
      request.on("socket", (socket) => {
        if (!socket.connecting) written = true;
        else socket.once(secure ? "secureConnect" : "connect", () => (written = true));
      });
      request.on("error", fail);
      request.end(body);
    });
  }

  return {
    createMessage: (parameters) => send("POST", `${accountPath}/Messages.json`, encode(parameters)),
    listMessages: (parameters) => send("GET", `${accountPath}/Messages.json?${encode(parameters)}`),
    // Only its path is used: credentials are sent to no other server.
    nextPage: (uri) => send("GET", pathOf(uri, prefix)),
    fetchAccount: () => send("GET", `${accountPath}.json`),
    close: () => agent.destroy(),
  };
}

function encode(parameters: object): URLSearchParams {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) form.append(name, String(value));
  return form;
}

function pathOf(uri: string, prefix: string): string {
  const { pathname, search } = new URL(uri, "https://api.twilio.com");
  const path = pathname + search;
  return prefix && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
}

function readBody(text: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {}; // a proxy's page; the status is enough
  }
}

/** The longest Retry-After that is kept: a wrong figure must not silence a connection for days. */
const longestRetryAfter = 600_000;

/** Seconds, or a date relative to the answer's own (RFC 9110, 10.2.3). */
function readRetryAfter(header: string | undefined, now: string | undefined): number | null {
  if (!header) return null;
  const seconds = Number(header);
  const wait = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.parse(now ?? "");
  return Number.isNaN(wait) ? null : Math.min(longestRetryAfter, Math.max(0, wait));
}

function describe(error: Error, timeout_ms: number): string {
  if (error.name === "TimeoutError" || error.name === "AbortError") return `no answer within ${timeout_ms / 1000} s`;
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
