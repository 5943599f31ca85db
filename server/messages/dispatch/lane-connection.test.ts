import type pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { openLanePool } from "./lane-connection.ts";

const { connection } = await testDatabase();

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
