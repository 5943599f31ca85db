/** Whether this process can serve. */
import type { FastifyInstance } from "fastify";
import { sql } from "kysely";
import { isDatabaseAway } from "../kit/database-away.ts";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";

const patience = 2_000; // milliseconds
/** So long an answer of the database is believed, however many ask: strangers may, and each query takes a connection. */
const believedFor = 1_000; // milliseconds

/** GET /api/health: 200 once the database answers, else 503. At most one query a second, and one at a time. */
export function serveHealth(app: FastifyInstance, db: Pick<Db, "asSystem">): void {
  let asked: { answer: Promise<void>; until: number } | null = null;
  app.get("/api/health", async () => {
    if (!asked || performance.now() >= asked.until) {
      const asking = { answer: ask(db), until: Number.POSITIVE_INFINITY };
      const answered = () => (asking.until = performance.now() + believedFor);
      asking.answer.then(answered, answered);
      asked = asking;
    }
    await asked.answer;
    return { status: "ok" };
  });
}

async function ask(db: Pick<Db, "asSystem">): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unavailable()), patience);
  try {
    await Promise.race([db.asSystem((tx) => sql`select 1`.execute(tx)), late]);
  } catch (error) {
    throw isDatabaseAway(error) ? unavailable(error) : error;
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(cause?: unknown): Problem {
  return new Problem(503, "database_unavailable", "The database does not answer.", { retryAfter: 2, cause });
}
