/** One log line per request, with route, caller and status. Never bodies, queries, or the values in a path. */
import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Logger } from "../kit/log.ts";
import { addressOf } from "./forwarded.ts";

/** With a counter it makes request ids without random bytes for each. */
const run = randomBytes(10).toString("hex");
let counted = 0;

/** The caller's own request id when it is safe to log, else one of ours. */
export function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,100}$/.test(given) ? given : `${run}-${++counted}`;
}

/** Adds the request's id to every response, and logs each request when its response is sent. */
export function logRequests(app: FastifyInstance, log: Logger): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    done();
    // Successes are logged at debug only: there may be thousands a second, and /metrics counts them.
    const level = reply.statusCode < 400 ? "debug" : reply.statusCode < 500 ? "info" : "error";
    if (!log.isLevelEnabled(level)) return;
    log[level](
      {
        request_id: request.id,
        method: request.method,
        route: request.routeOptions.url ?? "(none)",
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        workspace: request.caller?.actor?.workspaceId,
        ip: addressOf(request),
      },
      "request",
    );
  });
}
