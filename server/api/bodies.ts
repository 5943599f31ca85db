/**
 * The size and time limits of bodies, by kind of sender. They are checked before the body is read: first whether the caller may
 * call (authorize.ts), then Content-Length; `100 Continue` is sent only after both.
 */
import type { IncomingMessage } from "node:http";
import { type Readable, Transform } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Endpoint } from "../../contract/endpoint.ts";
import { Problem } from "../kit/errors.ts";
import { bodyTooLarge, impossibleCharacter, malformedJson } from "./failures.ts";
import { findImpossible } from "./validation.ts";

export interface BodyLimit {
  /** Null: no limit, since the body is passed on as a stream and never buffered. */
  bytes: number | null;
  /** From the headers to the last byte. Null: only the limit of a whole request, see kit/http-server.ts. */
  seconds: number | null;
}

const kib = 1024;

export const bodyLimits = {
  /** Callers who have not signed in: a sign-in form, an invitation. */
  anonymous: { bytes: 16 * kib, seconds: 30 },
  /** Carriers. A text of 1,600 emoji with ten links to pictures takes two thirds of that. */
  signed: { bytes: 32 * kib, seconds: 30 },
  /** Other systems, signed: for example an order with its lines. */
  hook: { bytes: 256 * kib, seconds: 30 },
  known: { bytes: 1024 * kib, seconds: 60 },
  /** Files of which a megabyte is read. The response does not wait for the rest, which is discarded up to this limit. */
  sample: { bytes: 16 * 1024 * kib, seconds: 60 },
  /** More than any layout may have, so that the refusal of one that is too long can say so of its field. */
  layout: { bytes: 8 * 1024 * kib, seconds: 60 },
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

/** Sets up the parsers and limits of an endpoint's bodies. */
export function acceptBodies(app: FastifyInstance, endpoint: Endpoint, limits?: BodyLimits): void {
  const limit = bodyLimitOf(endpoint, limits);
  if (endpoint.signed) acceptSigned(app, limit);
  else if (endpoint.bodyType) acceptFile(app, [endpoint.bodyType, ...(endpoint.bodyTypes ?? [])]);
  else acceptJson(app, limit);
  enforceLimit(app, limit, endpoint.bodyType !== undefined);
}

/** The contract's deepest body has five levels. A limit is needed since validation is recursive and would overflow the stack. */
const maxDepth = 32;

const tooDeep = () =>
  new Problem(422, "too_deep", `The body has more than ${maxDepth} levels of arrays and objects.`, { field: "body" });

/** Whether JSON has more than `max` levels, by its brackets outside of strings. */
function isDeeper(json: string, max: number): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const character = json.charCodeAt(i);
    if (character === 0x22) {
      // Skips to the end of the string; a quote after an odd number of backslashes is part of it.
      for (i++; i < json.length && json.charCodeAt(i) !== 0x22; i++) if (json.charCodeAt(i) === 0x5c) i++;
    } else if (character === 0x5b || character === 0x7b) {
      if (++depth > max) return true;
    } else if (character === 0x5d || character === 0x7d) depth--;
  }
  return false;
}

/** Accepts any body without reading it, for unknown addresses, so that the response is 404 and not about the body. */
export function ignoreBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", (_request, _payload, done) => done(null, undefined));
  // A body of a GET is not read: the connection is closed instead of waiting for the rest of it.
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

function enforceLimit(app: FastifyInstance, limit: BodyLimit, isFile: boolean): void {
  app.addHook("preParsing", (request, reply, payload, done) => {
    if (!announcesBody(request.raw)) return done(null, payload);
    if (limit.bytes !== null && Number(request.headers["content-length"] ?? 0) > limit.bytes)
      return done(bodyTooLarge(limit.bytes));
    if (request.headers.expect !== undefined) reply.raw.writeContinue();
    // The response to a file may be sent before all of the file has arrived; the rest is not needed.
    const endAnswered = () => {
      if (reply.raw.writableFinished && !request.raw.complete) request.raw.destroy();
    };
    const body = isFile && limit.bytes !== null ? bounded(payload as Readable, limit.bytes, endAnswered) : payload;
    const { seconds } = limit;
    if (seconds === null || request.raw.complete) return done(null, body);
    const timer = setTimeout(() => {
      const message = `The body did not arrive within ${seconds} seconds.`;
      const late = new Problem(408, "request_timeout", message, { field: "body" });
      // Emitted to the reader: destroying the stream would close the connection before the response is sent.
      if (payload.listenerCount("error") > 0) payload.emit("error", late);
      endAnswered();
    }, seconds * 1000);
    const stop = () => clearTimeout(timer);
    payload.once("end", stop);
    request.raw.once("close", stop);
    done(null, body);
  });
}

/** Limits a streamed body by counting, since a chunked body has no Content-Length. */
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
  // An error before or after the handler reads the stream must not crash the process; a reader gets it anyway.
  counted.on("error", () => {});
  // Not pipeline(), which would destroy the body, and with it the connection, before the response is sent.
  body.on("error", (error) => counted.destroy(error)).pipe(counted);
  return counted;
}

/** Accepts JSON only. An empty body counts as none, whatever its Content-Type. */
function acceptJson(app: FastifyInstance, limit: BodyLimit): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>(
    ["application/json", "application/*+json"],
    { parseAs: "string", bodyLimit: limit.bytes ?? 0 },
    (_request, body, done) => {
      if (body.trim() === "") return done(null, undefined);
      if (isDeeper(body, maxDepth)) return done(tooDeep() as Error);
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

/** Accepts a file and passes its stream on unread. */
function acceptFile(app: FastifyInstance, types: string[]): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(types, (_request, payload, done) => done(null, payload));
}

/** Accepts any body as raw octets, since the signature is checked over them. */
function acceptSigned(app: FastifyInstance, limit: BodyLimit): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>("*", { parseAs: "buffer", bodyLimit: limit.bytes ?? 0 }, (_request, body, done) =>
    done(null, body),
  );
}
