/** Whether this process can serve. */
import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { isDatabaseAway } from "../kit/database-away.ts";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";

const patience = 2_000; // milliseconds

/** GET /api/health: 200 once the database answers, else 503. */
export function serveHealth(app: FastifyInstance, db: Db): void {
  app.get("/api/health", async (_request, reply) => {
    reply.header("cache-control", "no-store");
    const timer = AbortSignal.timeout(patience);
    const late = new Promise<never>((_done, fail) => timer.addEventListener("abort", () => fail(unavailable())));
    await Promise.race([db.asSystem((tx) => sql`select 1`.execute(tx)), late]).catch((error: unknown) => {
      throw isDatabaseAway(error) ? unavailable(error) : error;
    });
    return { status: "ok" };
  });
}

function unavailable(cause?: unknown): Problem {
  return new Problem(503, "database_unavailable", "The database does not answer.", { retryAfter: 2, cause });
}
