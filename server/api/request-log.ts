/** One line a request: what was called by whom and how it went. Never bodies, queries, or the values in a path. */
import { randomBytes } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { Logger } from "../kit/log.ts";
import { addressOf } from "./forwarded.ts";

/** Of this run; with a counter it names a request without asking for random bytes each time. */
const run = randomBytes(10).toString("hex");
let counted = 0;

/** The caller's own request id where it is harmless in a log, else one of ours. */
export function requestId(request: { headers: Record<string, string | string[] | undefined> }): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && /^[\w.:-]{1,100}$/.test(given) ? given : `${run}-${++counted}`;
}

/** Answers carry their request's id, and each request is logged when its answer is out. */
export function logRequests(app: FastifyInstance, log: Logger): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.header("x-request-id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    done();
    // Thousands of successes a second are figures (see /metrics), not lines.
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
