import type pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { openLanePool, takeConnection } from "./lane-connection.ts";

const { connection } = await testDatabase();

test("a connection that is being closed when the database goes down ends no process", async () => {
  const pool = openLanePool({ connectionString: connection, max: 1 }, { warn() {} });
  onTestFinished(() => pool.end());
  let client: pg.PoolClient | undefined;
  pool.once("acquire", (acquired) => (client = acquired));
  const taken = await takeConnection(pool);
  taken.release(true);
  const shutdown = new Error("terminating connection due to administrator command");
  expect(client?.emit("error", shutdown)).toBe(true);
});
