/** Registers the contract's endpoints with their handlers: parse, authorise, run, present. */
import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { serializerCompiler } from "fastify-type-provider-zod";
import type { Endpoint, Resource } from "../../contract/endpoint.ts";
import { Problem } from "../kit/errors.ts";
import type { Call, Handler, Handlers } from "../kit/http.ts";
import { inRequest } from "../kit/request-context.ts";
import type { AccessWatch } from "./access-watch.ts";
import { createAuthorizer, type AuthorizerServices } from "./authorize.ts";
import { bodyLimitOf, type BodyLimits, acceptBodies } from "./bodies.ts";
import { setCookies } from "./cookies.ts";
import { readIdempotency } from "./fingerprint.ts";
import { addressOf } from "./forwarded.ts";
import { validatorCompiler } from "./validation.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** The contract's endpoint of the route, for logs and metrics. */
    endpoint?: Endpoint;
  }
}

/** What all endpoints share. */
export interface Binding extends AuthorizerServices {
  /** Ends streams whose callers lose access. */
  accessWatch: AccessWatch;
  /** Aborted when the server stops, which ends every stream. */
  stopping: AbortSignal;
  bodyLimits: BodyLimits;
}

/** Registers the endpoints of a resource under `prefix`. */
export async function bindResource<R extends Resource>(
  app: FastifyInstance,
  binding: Binding,
  prefix: string,
  resource: R,
  handlers: Handlers<R>,
): Promise<void> {
  for (const [name, endpoint] of Object.entries(resource)) {
    const handler = handlers[name] as Handler<Endpoint>;
    // A Fastify context of its own, since content-type parsers are set for each context.
    await app.register(async (context) => {
      context.setValidatorCompiler(validatorCompiler);
      context.setSerializerCompiler(serializerCompiler);
      acceptBodies(context, endpoint, binding.bodyLimits);
      bindEndpoint(context, binding, prefix, endpoint, handler);
    });
  }
}

function bindEndpoint(
  app: FastifyInstance,
  binding: Binding,
  prefix: string,
  endpoint: Endpoint,
  handler: Handler<Endpoint>,
): void {
  const status = endpoint.status ?? 200;
  const { bytes } = bodyLimitOf(endpoint, binding.bodyLimits);
  app.route({
    method: endpoint.method,
    url: `${prefix}${endpoint.path}`,
    exposeHeadRoute: endpoint.answerType === undefined,
    config: { endpoint },
    ...(bytes !== null && { bodyLimit: bytes }),
    onRequest: createAuthorizer(binding, endpoint),
    schema: {
      ...(endpoint.params && { params: endpoint.params }),
      ...(endpoint.query && { querystring: endpoint.query }),
      ...(endpoint.body && { body: endpoint.body }),
      ...(endpoint.answer && {
        response: {
          [status]: endpoint.answer,
          ...(endpoint.orStatus && { [endpoint.orStatus.status]: endpoint.answer }),
        },
      }),
    },
    handler: async (request, reply) => {
      const call = callOf(endpoint, request, reply, binding);
      reply.code(status);
      const { actor = null, user = null } = request.caller ?? {};
      const context = { actor, user, ip: call.ip };
      // A replayed response can be an error as well as a success.
      const answer = await inRequest(context, () => handler(call)).finally(() => {
        if (call.idempotency?.replayed) reply.header("idempotency-replayed", "true");
      });
      if (endpoint.answerType === "text/xml" || endpoint.answerType === "text/html")
        return reply.type(`${endpoint.answerType}; charset=utf-8`).send(answer);
      if (endpoint.answerType)
        return sendStream(reply, endpoint.answerType, answer as unknown as AsyncIterable<string>);
      return reply.send(status === 204 ? undefined : answer);
    },
  });
}

function callOf(
  endpoint: Endpoint,
  request: FastifyRequest,
  reply: FastifyReply,
  { stopping, accessWatch }: Binding,
): Call<Endpoint> {
  let gone: AbortSignal | null = null;
  return {
    params: request.params,
    query: request.query,
    body: endpoint.bodyType ? undefined : request.body,
    get stream() {
      return endpoint.bodyType && request.body ? (request.body as Readable) : Readable.from([]);
    },
    get actor() {
      const actor = request.caller?.actor;
      if (!actor) throw new Problem(401, "unauthenticated", "Sign in, or send an API key.");
      return actor;
    },
    user: request.caller?.user ?? null,
    ip: addressOf(request),
    headers: request.headers,
    get raw() {
      const body = endpoint.signed && Buffer.isBuffer(request.body) ? request.body.toString("utf8") : "";
      return { origin: `${request.protocol}://${request.host}`, url: request.url, body };
    },
    idempotency: endpoint.idempotent ? readIdempotency(request.headers["idempotency-key"], request) : null,
    answerOtherwise() {
      if (!endpoint.orStatus) throw new Error(`${endpoint.path} has one status of success only`);
      reply.code(endpoint.orStatus.status);
    },
    setHeader: (name, value) =>
      name === "set-cookie" ? setCookies(request, reply, value) : void reply.header(name, value),
    get signal() {
      gone ??= AbortSignal.any([
        goneSignal(reply),
        stopping,
        ...(endpoint.answerType === "text/event-stream" && request.caller
          ? [accessWatch.of(request.caller, reply.raw)]
          : []),
      ]);
      return gone;
    },
  };
}

/** Aborts when the connection closes before the response is sent. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  if (reply.raw.destroyed) controller.abort();
  return controller.signal;
}

type StreamType = Exclude<NonNullable<Endpoint["answerType"]>, "text/xml" | "text/html">;

const streamHeaders: Record<StreamType, Record<string, string>> = {
  "text/csv": { "content-type": "text/csv; charset=utf-8", "cache-control": "no-store" },
  "application/json": { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  "text/event-stream": {
    "content-type": "text/event-stream; charset=utf-8",
    // no-transform and X-Accel-Buffering: proxies must forward each event at once, neither compressed nor buffered.
    "cache-control": "no-store, no-transform",
    "x-accel-buffering": "no",
    // A connection kept alive after the stream would delay the server's stop.
    connection: "close",
  },
};

function sendStream(reply: FastifyReply, type: StreamType, lines: AsyncIterable<string>) {
  // A Readable is passed on as it is, since it handles backpressure itself.
  const stream = lines instanceof Readable ? lines : Readable.from(lines, { objectMode: false });
  return reply.headers(streamHeaders[type]).send(stream);
}
