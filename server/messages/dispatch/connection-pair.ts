/** The two connections that a lane uses in turn: one records while the other submits. */
import type { LaneConnection, LanePool } from "./lane-connection.ts";

export type ConnectionPair = ReturnType<typeof connectionPair>;

/**
 * Where no second connection is free the lane uses one, and waits for its recording: a lane that waited for a second one while
 * keeping the first could wait forever.
 */
export function connectionPair(pool: Pick<LanePool, "take" | "isUsedUp">) {
  const taken: (LaneConnection | undefined)[] = [];
  let turn = 0;
  let replacing = false;
  return {
    async next(recording: Promise<void>): Promise<LaneConnection> {
      if (replacing) await recording;
      turn = 1 - turn;
      const only = taken[1 - turn];
      if (only && !taken[turn] && pool.isUsedUp()) {
        turn = 1 - turn;
        await recording;
        return taken[turn] ?? only;
      }
      const connection = taken[turn] ?? (await pool.take());
      taken[turn] = connection;
      return connection;
    },
    /** Replaces a broken connection, where another is free. */
    async replace(broken: LaneConnection): Promise<LaneConnection | null> {
      const at = taken.indexOf(broken);
      taken[at] = undefined;
      broken.release(true);
      if (pool.isUsedUp()) return null;
      replacing = true;
      return (taken[at] = await pool.take().finally(() => (replacing = false)));
    },
    /** Waits for the recording; connections in an unknown state are closed, and their submit locks with them. */
    async release(recording: Promise<void>): Promise<void> {
      const failed = await recording.then(
        () => false,
        () => true,
      );
      for (const connection of taken) {
        const shut = await connection?.releaseSubmitLock().then(
          () => true,
          () => false,
        );
        connection?.release(failed || !shut);
      }
    },
  };
}
