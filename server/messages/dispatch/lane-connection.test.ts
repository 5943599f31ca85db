import { sql } from "kysely";
import type pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import type { Tx } from "../../kit/db.ts";
import { openLanePool } from "./lane-connection.ts";

const { db, connection } = await testDatabase();

test("a connection that is being closed when the database goes down does not end the process", async () => {
  const clients: pg.Client[] = [];
  const onConnect = (client: pg.ClientBase) => void clients.push(client as pg.Client);
  const pool = openLanePool({ connectionString: connection, max: 1, onConnect }, 10_000, { warn() {} });
  onTestFinished(() => pool.end());
  const taken = await pool.take();
  taken.release(true);
  const shutdown = new Error("terminating connection due to administrator command");
  expect(clients[0]?.emit("error", shutdown)).toBe(true);
});

test("a connection that is given back while signs of life are unanswered is used again", async () => {
  const { id } = await createTestWorkspace(db);
  const broken: object[] = [];
  const log = { warn: (what: object) => void broken.push(what) };
  const pool = openLanePool({ connectionString: connection, max: 1 }, 60_000, log);
  onTestFinished(() => pool.end());
  const pidOf = (tx: Tx) => sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
  const first = await pool.take();
  const { rows: before } = await first.inWorkspace(id, pidOf, "take");
  pool.keepAlive();
  pool.keepAlive();
  first.release();
  // Its answers come while nobody uses it.
  await until(async () => {
    const { rows } = await db.asSystem((tx) =>
      sql`select 1 from pg_stat_activity where pid = ${before[0]?.pid} and state = 'idle' and query = 'select 1'`.execute(
        tx,
      ),
    );
    expect(rows).toHaveLength(1);
  });
  const second = await pool.take();
  const { rows: after } = await second.inWorkspace(id, pidOf);
  second.release();
  expect(after).toEqual(before);
  expect(broken).toEqual([]);
});
