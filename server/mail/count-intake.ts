/** Counts of received mails by what became of them, for /metrics. Written together once a second, so that a flood costs little. */
import { sql } from "kysely";
import type { Db } from "../kit/db.ts";
import { repeat } from "../kit/repeat.ts";

export interface IntakeCounts {
  add(outcome: string): void;
  stop(): Promise<void>;
}

const writeEvery = 1_000;

export function createIntakeCounts(db: Db, onError: (error: unknown) => void): IntakeCounts {
  const counts = new Map<string, number>();

  async function write(): Promise<void> {
    if (counts.size === 0) return;
    const written = [...counts];
    counts.clear();
    try {
      await db.asSystem((tx) =>
        sql`
          insert into mail_intake as i (outcome, mails)
          select * from unnest(${written.map(([outcome]) => outcome)}::text[], ${written.map(([, n]) => n)}::bigint[])
          on conflict (outcome) do update set mails = i.mails + excluded.mails`.execute(tx),
      );
    } catch (error) {
      for (const [outcome, n] of written) counts.set(outcome, (counts.get(outcome) ?? 0) + n);
      throw error;
    }
  }

  const writing = repeat(writeEvery, write, onError);
  return {
    add: (outcome) => void counts.set(outcome, (counts.get(outcome) ?? 0) + 1),
    async stop() {
      await writing.stop();
      await write().catch(onError);
    },
  };
}
