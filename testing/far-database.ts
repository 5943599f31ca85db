/** The test's database behind a TCP proxy, which the test can slow down and cut like a network. */
import pg from "pg";
import { onTestFinished } from "vitest";
import { type Db, openDb } from "../server/kit/db.ts";
import type { TestDatabase } from "./database.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

/** Opens the proxy and a `Db` through it; both close with the test. */
export async function farDatabase(
  { connection, workspaces }: Pick<TestDatabase, "connection" | "workspaces">,
  max: number,
): Promise<{ proxy: TcpProxy; far: Db }> {
  const { host, port } = new pg.Client({ connectionString: connection });
  const proxy = await startTcpProxy(`${host}/.s.PGSQL.${port}`);
  const through = (connectionString: string) => {
    const { user, password, database } = new pg.Client({ connectionString });
    return { user, password: password ?? undefined, database, host: "127.0.0.1", port: proxy.port };
  };
  const far = openDb({ connection: through(connection), workspaces: through(workspaces), max });
  onTestFinished(async () => {
    await far.close();
    await proxy.close();
  });
  return { proxy, far };
}
