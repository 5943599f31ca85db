/** The health check: whether this process can serve. */
import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { isDatabaseAway } from "../kit/database-away.ts";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";

const queryTimeout = 2_000; // milliseconds
/** How long a result is reused: anyone may ask, and each query takes a connection. */
const reusedFor = 1_000; // milliseconds

/** GET /api/health: 200 once the database answers, else 503. At most one query a second, and one at a time. */
export function serveHealth(app: FastifyInstance, db: Pick<Db, "asSystem">): void {
  let last: { result: Promise<void>; until: number } | null = null;
  app.get("/api/health", async () => {
    if (!last || performance.now() >= last.until) {
      const check = { result: queryDatabase(db), until: Number.POSITIVE_INFINITY };
      const finished = () => (check.until = performance.now() + reusedFor);
      check.result.then(finished, finished);
      last = check;
    }
    await last.result;
    return { status: "ok" };
  });
}

async function queryDatabase(db: Pick<Db, "asSystem">): Promise<void> {
  const { promise: timeout, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unavailable()), queryTimeout);
  try {
    await Promise.race([db.asSystem((tx) => sql`select 1`.execute(tx)), timeout]);
  } catch (error) {
    throw isDatabaseAway(error) ? unavailable(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(cause?: unknown): Problem {
  return new Problem(503, "database_unavailable", "The database does not answer.", { retryAfter: 2, cause });
}
