/**
 * What a body may be and how long it may take, by who sends it. That is decided before a byte of it is read: who may call at all
 * (gate.ts) first, then the length it says it has; who asks before sending is told to go on only after both.
 */
import type { IncomingMessage } from "node:http";
import { type Readable, Transform } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Endpoint } from "../../contract/endpoint.ts";
import { Problem } from "../kit/errors.ts";
import { bodyTooLarge, impossibleCharacter, malformedJson } from "./failures.ts";
import { findImpossible } from "./validation.ts";

export interface BodyLimit {
  /** Null: nothing is too large, since it is handed on as a stream and never held. */
  bytes: number | null;
  /** From the headers to the last byte. Null: as long as a request may take at all, see kit/http-server.ts. */
  seconds: number | null;
}

const kib = 1024;

export const bodyLimits = {
  /** Nobody has said who they are: a form to sign in with, or an invitation. */
  anonymous: { bytes: 16 * kib, seconds: 30 },
  /** Carriers. A text of 1,600 emoji with ten links to pictures has two thirds of that. */
  signed: { bytes: 32 * kib, seconds: 30 },
  /** Other systems, signed: an order with its lines, what somebody booked. */
  hook: { bytes: 256 * kib, seconds: 30 },
  known: { bytes: 1024 * kib, seconds: 60 },
  /** Files of which a megabyte is read; who sends more of it need not wait for an answer, but is not listened to for ever. */
  sample: { bytes: 16 * 1024 * kib, seconds: 60 },
  /** Imports. */
  file: { bytes: null, seconds: null },
} satisfies Record<string, BodyLimit>;

export type BodyLimits = Record<keyof typeof bodyLimits, BodyLimit>;

/** The limit of an endpoint's bodies. */
export function bodyLimitOf(
  endpoint: Pick<Endpoint, "permission" | "signed" | "bodyType" | "bodies">,
  limits: BodyLimits = bodyLimits,
): BodyLimit {
  if (endpoint.bodies) return limits[endpoint.bodies];
  if (endpoint.bodyType) return limits.file;
  if (endpoint.signed) return limits.signed;
  return endpoint.permission === "anyone" ? limits.anonymous : limits.known;
}

/** Takes what the endpoint says that it takes, and no more of it than its limit. */
export function takeBodies(app: FastifyInstance, endpoint: Endpoint, limits?: BodyLimits): void {
  const limit = bodyLimitOf(endpoint, limits);
  if (endpoint.signed) takeSigned(app, limit);
  else if (endpoint.bodyType) takeFile(app, [endpoint.bodyType, ...(endpoint.bodyTypes ?? [])]);
  else takeJson(app, limit);
  holdTo(app, limit, endpoint.bodyType !== undefined);
}

/** The deepest body that the contract knows has five levels. What walks a value calls itself for each, until the stack is full. */
const deepest = 32;

const tooDeep = () =>
  new Problem(422, "too_deep", `The body has more than ${deepest} levels of arrays and objects.`, { field: "body" });

/** Whether JSON has more levels than that, by its brackets outside of texts. */
function isDeeper(json: string, most: number): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json.charCodeAt(i);
    if (character === 0x22) {
      // To the end of the text; a quote behind an odd number of backslashes is within it.
      for (i++; i < json.length && json.charCodeAt(i) !== 0x22; i++) if (json.charCodeAt(i) === 0x5c) i++;
    } else if (character === 0x5b || character === 0x7b) {
      if (++depth > most) return true;
    } else if (character === 0x5d || character === 0x7d) depth--;
  }
  return false;
}

/** Takes whatever comes and reads none of it: where nothing is, a body has nobody to be wrong for. */
export function takeNothing(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null, undefined));
  // Nor where none is read, with GET: the connection is not kept waiting for the rest of it.
  app.addHook("onRequest", (request, reply, done) => {
    if ((request.method === "GET" || request.method === "HEAD") && announcesBody(request.raw))
      reply.header("connection", "close");
    done();
  });
}

/** Whether headers say that a body follows. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return (length !== undefined && length !== "0") || headers["transfer-encoding"] !== undefined;
}

function holdTo(app: FastifyInstance, limit: BodyLimit, handedOn: boolean): void {
  app.addHook("preParsing", (request, reply, payload, done) => {
    if (!announcesBody(request.raw)) return done(null, payload);
    if (limit.bytes !== null && Number(request.headers["content-length"] ?? 0) > limit.bytes)
      return done(bodyTooLarge(limit.bytes));
    if (request.headers.expect !== undefined) reply.raw.writeContinue();
    // Of a file the answer may be out while more of it comes, which nobody is waiting for.
    const endAnswered = () => {
      if (reply.raw.writableFinished && !request.raw.complete) request.raw.destroy();
    };
    const body = handedOn && limit.bytes !== null ? bounded(payload as Readable, limit.bytes, endAnswered) : payload;
    const { seconds } = limit;
    if (seconds === null || request.raw.complete) return done(null, body);
    const timer = setTimeout(() => {
      const message = `The body did not arrive within ${seconds} seconds.`;
      const late = new Problem(408, "request_timeout", message, { field: "body" });
      // To whoever is reading it. Destroying the stream would end the connection before the answer is out.
      if (payload.listenerCount("error") > 0) payload.emit("error", late);
      endAnswered();
    }, seconds * 1000);
    const stop = () => clearTimeout(timer);
    payload.once("end", stop);
    request.raw.once("close", stop);
    done(null, body);
  });
}

/** Counts a body that is handed on as it comes: in chunks it need not say its length. */
function bounded(body: Readable, bytes: number, onExcess: () => void): Readable {
  let seen = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen <= bytes) return done(null, chunk);
      onExcess();
      done(bodyTooLarge(bytes) as Error);
    },
  });
  // What breaks it before anybody reads it, or after, is told to whoever reads it, and must not end the process.
  counted.on("error", () => {});
  // Not by pipeline(), which would destroy the body, and with it the connection, before the answer is out.
  body.on("error", (error) => counted.destroy(error)).pipe(counted);
  return counted;
}

/** Takes JSON and nothing else. An empty body is none, whatever its Content-Type says. */
function takeJson(app: FastifyInstance, limit: BodyLimit): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    ["application/json", "application/*+json"],
    { parseAs: "string", bodyLimit: limit.bytes ?? 0 },
    (_request, body, done) => {
      if (body.trim() === "") return done(null, undefined);
      if (isDeeper(body, deepest)) return done(tooDeep() as Error);
      let parsed: unknown;
      try {
        parsed = JSON.parse(body);
      } catch (error) {
        return done(malformedJson(error) as Error);
      }
      // The escapes of U+0000 and of surrogates are rare enough to be searched for before the structure is walked.
      const suspect = /\\u(0000|d[89a-f])/i.test(body) ? findImpossible(parsed) : null;
      if (suspect) return done(impossibleCharacter(suspect) as Error);
      done(null, parsed);
    },
  );
}

/** Takes a file, handing its stream on unread. */
function takeFile(app: FastifyInstance, types: string[]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(types, (_request, payload, done) => done(null, payload));
}

/** Takes whatever comes, octet by octet: what it is, the signature decides. */
function takeSigned(app: FastifyInstance, limit: BodyLimit): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>("*", { parseAs: "buffer", bodyLimit: limit.bytes ?? 0 }, (_request, body, done) =>
    done(null, body),
  );
}
