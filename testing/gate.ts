/** The gate of a workspace (server/carriers/hand-over-gate.ts) held open, as by a hand-over that takes its time. */
import pg from "pg";
import { expect } from "vitest";
import { gateKey } from "../server/carriers/hand-over-gate.ts";
import { until } from "./until.ts";

export interface HeldGate {
  /** Waits until so many wait to close it. */
  waited(count: number): Promise<void>;
  letGo(): Promise<void>;
}

export async function holdGate(connection: string, workspaceId: string): Promise<HeldGate> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  await client.query(`select pg_advisory_lock_shared(${gateKey(workspaceId)})`);
  const [space, key] = gateKey(workspaceId).split(", ").map(Number) as [number, number];
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
