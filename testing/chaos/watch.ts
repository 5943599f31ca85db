/** Which texts were between journal and record, and when: looked at all the time, so that every blow can be compared with it. */
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { isDatabaseAway } from "../../server/kit/database-away.ts";
import { instantOf } from "../../server/kit/id.ts";

/** A batch that was seen under way. */
export interface WatchedJournal {
  /** Null: the sandbox. */
  carrier_id: string | null;
  /** Before the carrier was called, and when it was seen last; both on this machine's clock. */
  begun: number;
  seen: number;
  texts: Set<string>;
}

export interface Watch {
  journals(): WatchedJournal[];
  stop(): Promise<void>;
}

const every = 50;

/** Watches until stopped; while the database is away nothing is seen, and what is still there afterwards is. */
export function watchJournals(superuser: string): Watch {
  const known = new Map<string, WatchedJournal>();
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      await withClient(superuser, async (client) => {
        while (!stopping.signal.aborted) {
          await look(client, known);
          await delay(every);
        }
      });
      await delay(every);
    }
  })();
  return {
    journals: () => [...known.values()],
    async stop() {
      stopping.abort();
      await watching;
    },
  };
}

async function look(client: pg.Client, known: Map<string, WatchedJournal>): Promise<void> {
  const open = await client.query<{ id: string }>("select id from dispatch_journal");
  const seen = Date.now();
  const fresh: string[] = [];
  for (const { id } of open.rows) {
    const journal = known.get(id);
    if (journal) journal.seen = seen;
    else fresh.push(id);
  }
  if (fresh.length === 0) return;
  const { rows } = await client.query<{ id: string; carrier_id: string | null; texts: string[] }>(
    `select j.id, j.carrier_id, array(select q.message_id from message_queue q
       where q.workspace_id = j.workspace_id and q.sender_id = j.sender_id and q.priority in (0, 1, 9)
         and q.seq = any(j.seqs)) as texts
     from dispatch_journal j where j.id = any($1::uuid[])`,
    [fresh],
  );
  for (const { id, carrier_id, texts } of rows)
    known.set(id, { carrier_id, begun: instantOf(id).getTime(), seen, texts: new Set(texts) });
}

/** Asks the database; null while it is between two lives. */
export async function withClient<Found>(
  superuser: string,
  ask: (client: pg.Client) => Promise<Found>,
): Promise<Found | null> {
  const client = new pg.Client({ connectionString: superuser });
  client.on("error", () => {}); // the query says so
  try {
    await client.connect();
    return await ask(client);
  } catch (error) {
    if (isDatabaseAway(error)) return null;
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}
