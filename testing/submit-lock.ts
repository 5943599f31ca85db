/** Holds the submit lock of a workspace (server/consent/submit-lock.ts), as a slow submission does. */
import pg from "pg";
import { expect } from "vitest";
import { submitLockKey } from "../server/consent/submit-lock.ts";
import { until } from "./until.ts";

export interface HeldSubmitLock {
  /** Waits until so many sessions wait for the lock. */
  waited(count: number): Promise<void>;
  letGo(): Promise<void>;
}

export async function holdSubmitLock(connection: string, workspaceId: string): Promise<HeldSubmitLock> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  await client.query(`select pg_advisory_lock_shared(${submitLockKey(workspaceId)})`);
  const [space, key] = submitLockKey(workspaceId).split(", ").map(Number) as [number, number];
  return {
    async waited(count) {
      await until(async () => {
        const { rows } = await client.query(
          `select 1 from pg_locks where locktype = 'advisory' and not granted and objsubid = 2
             and classid::bigint = $1 and objid::bigint = $2
             and database = (select oid from pg_database where datname = current_database())`,
          [space, key >>> 0],
        );
        expect(rows).toHaveLength(count);
      });
    },
    letGo: () => client.end(),
  };
}
