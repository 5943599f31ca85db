/**
 * A test double of Twilio's servers, over HTTP on loopback: it keeps records as Twilio does, refuses what Twilio's published
 * document does not allow (and records it), can be made to give any other answer, and signs its callbacks. The signatures are
 * implemented here from Twilio's description, independently of the code that checks them.
 */
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type OperationName, violationsOf } from "./twilio-document.ts";

/** A Message resource in the records. */
export interface RecordedMessage {
  sid: string;
  to: string;
  from: string | null;
  body: string;
  messaging_service_sid: string | null;
  status: string;
  error_code: number | null;
  date_created: Date;
  date_updated: Date;
  date_sent: Date | null;
  status_callback: string | null;
  validity_period: number | null;
}

/** An answer in place of the usual one. `hang`: none at all. `reset`: the connection breaks. */
export type Behaviour =
  | { status: number; code?: number; message?: string; headers?: Record<string, string>; body?: unknown }
  | "hang"
  | "reset"
  /** Taken into the records, and then the connection breaks before the answer. */
  | "take-and-reset";

export interface TwilioDouble {
  url: string;
  account_sid: string;
  auth_token: string;
  records: RecordedMessage[];
  /** What was received that the document does not allow: "CreateMessage Frm is not in the document". */
  violations: string[];
  /** Requests of each kind so far. */
  requests: Record<OperationName, number>;
  /** Sets a function that may replace the answer to a request, and may delay it; null gives the usual answer. */
  behave(
    decide: (operation: OperationName, parameters: URLSearchParams) => Behaviour | null | Promise<Behaviour | null>,
  ): void;
  /** Sets a function that is called when a message is recorded, before the answer is sent. */
  onMessage(act: (message: RecordedMessage) => Promise<void> | void): void;
  close(): Promise<void>;
}

/** Starts a test double for one account, at any free port unless one is named. */
export async function startTwilio(
  options: {
    port?: number;
    keys?: Record<string, string>;
    account_sid?: string;
    auth_token?: string;
    /** The largest page of a list, whatever is requested. */
    largest_page?: number;
    /** Milliseconds until an accepted message appears in lists. */
    listed_after?: number;
  } = {},
): Promise<TwilioDouble> {
  const { keys = {}, account_sid = `AC${hex()}`, auth_token = hex(), largest_page = 1_000, listed_after = 0 } = options;
  const logins = new Set(
    Object.entries({ [account_sid]: auth_token, ...keys }).map(([user, secret]) => basic(user, secret)),
  );
  let decide: Parameters<TwilioDouble["behave"]>[0] = () => null;
  let act: Parameters<TwilioDouble["onMessage"]>[0] = () => {};
  const records: RecordedMessage[] = [];
  const violations: string[] = [];
  const requests: TwilioDouble["requests"] = { CreateMessage: 0, ListMessage: 0, FetchAccount: 0 };
  const root = `/2010-04-01/Accounts/${account_sid}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request);
    const url = new URL(request.url ?? "/", "http://twilio");
    const operation = operationOf(request.method, url.pathname, root);
    if (!operation) {
      violations.push(`${request.method} ${url.pathname} is no call that a carrier makes`);
      return fail(response, 404, 20404, "The requested resource was not found");
    }
    requests[operation]++;
    const parameters = operation === "CreateMessage" ? new URLSearchParams(body) : url.searchParams;
    if (operation === "CreateMessage") {
      const type = request.headers["content-type"];
      if (type !== "application/x-www-form-urlencoded") violations.push(`${operation} has Content-Type ${type}`);
      if (url.search !== "") violations.push(`${operation} has the query ${url.search}`);
    } else if (body !== "") violations.push(`${operation} has a body`);
    const found = violationsOf(operation, parameters);
    violations.push(...found.map(({ parameter, problem }) => `${operation} ${parameter} ${problem}`));
    if (!logins.has(request.headers.authorization ?? "")) return fail(response, 401, 20003, "Authenticate");
    const behaviour = await decide(operation, parameters);
    if (behaviour === "hang") return;
    if (behaviour === "reset") return void request.socket.resetAndDestroy();
    if (behaviour && behaviour !== "take-and-reset") {
      const { status, code, message = "set by the test", headers = {} } = behaviour;
      if (behaviour.body !== undefined) return send(response, status, behaviour.body, headers);
      return fail(response, status, code ?? null, message, headers);
    }
    if (found[0]) return fail(response, 400, 21604, `${found[0].parameter} ${found[0].problem}`);
    if (operation === "FetchAccount")
      return send(response, 200, { sid: account_sid, status: "active", type: "Full", friendly_name: "Test double" });
    if (operation === "ListMessage") return send(response, 200, page(url));
    const message = record(parameters);
    await act(message);
    if (behaviour === "take-and-reset") return void request.socket.resetAndDestroy();
    send(response, 201, present(message));
  }

  function record(parameters: URLSearchParams): RecordedMessage {
    const validity = parameters.get("ValidityPeriod");
    const now = new Date();
    const message: RecordedMessage = {
      sid: `SM${hex()}`,
      to: parameters.get("To") ?? "",
      from: parameters.get("From"),
      body: parameters.get("Body") ?? "",
      messaging_service_sid: parameters.get("MessagingServiceSid"),
      status: "queued",
      error_code: null,
      date_created: now,
      date_updated: now,
      date_sent: now,
      status_callback: parameters.get("StatusCallback"),
      validity_period: validity === null ? null : Number(validity),
    };
    records.push(message);
    return message;
  }

  /** Newest first. Twilio filters by the day; texts that are not sent yet may be missing where it does. */
  function page(url: URL): object {
    const size = Math.min(largest_page, Number(url.searchParams.get("PageSize") ?? 50));
    const number = Number(url.searchParams.get("Page") ?? 0);
    const to = url.searchParams.get("To");
    const since = url.searchParams.get("DateSent>");
    const found = records
      .filter((each) => to === null || each.to === to)
      .filter((each) => each.date_created.getTime() <= Date.now() - listed_after)
      .filter((each) => since === null || (each.date_sent !== null && each.date_sent.getTime() >= Date.parse(since)))
      .toReversed();
    const next = new URL(url);
    next.searchParams.set("Page", String(number + 1));
    next.searchParams.set("PageToken", `PA${number + 1}`);
    const messages = found.slice(number * size, (number + 1) * size).map(present);
    const more = (number + 1) * size < found.length;
    return {
      messages,
      page: number,
      page_size: size,
      next_page_uri: more ? next.pathname + next.search : null,
      uri: url.pathname + url.search,
    };
  }

  function present(message: RecordedMessage): object {
    const { date_created, date_updated, date_sent, status_callback, validity_period, ...rest } = message;
    void [status_callback, validity_period];
    const dates = { date_created: rfc2822(date_created), date_updated: rfc2822(date_updated) };
    return {
      ...rest,
      ...dates,
      date_sent: date_sent && rfc2822(date_sent),
      account_sid,
      api_version: "2010-04-01",
      direction: "outbound-api",
      error_message: null,
      num_media: "0",
      num_segments: "1",
      price: null,
      price_unit: null,
      uri: `${root}/Messages/${message.sid}.json`,
    };
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((done) => server.listen(options.port ?? 0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    account_sid,
    auth_token,
    records,
    violations,
    requests,
    behave: (decider) => (decide = decider),
    onMessage: (actor) => (act = actor),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function operationOf(method: string | undefined, path: string, root: string): OperationName | null {
  if (method === "POST" && path === `${root}/Messages.json`) return "CreateMessage";
  if (method === "GET" && path === `${root}/Messages.json`) return "ListMessage";
  if (method === "GET" && path === `${root}.json`) return "FetchAccount";
  return null;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function fail(
  response: ServerResponse,
  status: number,
  code: number | null,
  message: string,
  headers: Record<string, string> = {},
): void {
  const info = code === null ? {} : { code, more_info: `https://www.twilio.com/docs/errors/${code}` };
  send(response, status, { ...info, message, status }, headers);
}

const hex = () => randomBytes(16).toString("hex");
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
/** "Fri, 24 May 2019 17:44:46 +0000" */
const rfc2822 = (at: Date) => at.toUTCString().replace("GMT", "+0000");

/** A request as Twilio signs it. */
export interface Callback {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** A form to a URL, signed: the URL as it was given (without fragment), then names and values in order of the names. */
export function signedForm(authToken: string, url: string, form: Record<string, string | string[]>): Callback {
  const body = new URLSearchParams();
  let signed = url.split("#")[0] ?? "";
  for (const name of Object.keys(form).sort()) {
    const values = [form[name] ?? []].flat();
    for (const value of values) body.append(name, value);
    for (const value of [...new Set(values)].sort()) signed += name + value;
  }
  return {
    url,
    headers: {
      "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
      "x-twilio-signature": createHmac("sha1", authToken).update(signed, "utf8").digest("base64"),
    },
    body: body.toString(),
  };
}

/** JSON to a URL, signed by the hash that is put into the URL. */
export function signedJson(authToken: string, url: string, value: object): Callback {
  const body = JSON.stringify(value);
  const hashed = new URL(url);
  hashed.searchParams.set("bodySHA256", createHash("sha256").update(body).digest("hex"));
  return {
    url: hashed.href,
    headers: {
      "content-type": "application/json",
      "x-twilio-signature": createHmac("sha1", authToken).update(hashed.href).digest("base64"),
    },
    body,
  };
}
