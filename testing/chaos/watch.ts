/** Records which texts were between journal and record, and when: a trigger in the run's database logs every change of a journal. */
import pg from "pg";
import { isDatabaseAway } from "../../server/kit/database-away.ts";
import type { Queries } from "./records.ts";

/** A batch that was under way. */
export interface WatchedJournal {
  /** Null: the sandbox. */
  carrier_id: string | null;
  /** The process that wrote it, and the backend of its session, which stays the same during the submission. */
  holder: string;
  session: number;
  /** On this machine's clock; Infinity: not yet. `recorded`: when the carrier's answers were recorded, the end of the submission. */
  begun: number;
  recorded: number;
  /** When none of its outcomes was unknown any more. */
  closed: number;
  /** Message ids; after the record only those with an unknown outcome. */
  texts: string[];
}

/** Installs the watch, which runs in the transactions that write and close journals. */
export async function watchJournals(superuser: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  try {
    await client.query(`
      create table if not exists chaos_journals (
        id uuid primary key, carrier_id uuid, holder text not null, session integer not null, begun timestamptz not null,
        recorded timestamptz, closed timestamptz, texts uuid[] not null);
      create or replace function chaos_watch() returns trigger language plpgsql security definer as $$
      begin
        if tg_op = 'DELETE' then
          update chaos_journals set recorded = coalesce(recorded, clock_timestamp()), closed = clock_timestamp() where id = old.id;
          return null;
        end if;
        insert into chaos_journals as j (id, carrier_id, holder, session, begun, texts)
        values (new.id, new.carrier_id, current_setting('application_name'), pg_backend_pid(), clock_timestamp(), array(
          select q.message_id from message_queue q
          where q.workspace_id = new.workspace_id and q.sender_id = new.sender_id and q.priority in (0, 1, 9)
            and q.seq = any(new.seqs)))
        on conflict (id) do update set texts = excluded.texts, recorded = coalesce(j.recorded, clock_timestamp());
        return null;
      end $$;
      create or replace trigger chaos_watch after insert or update or delete on dispatch_journal
        for each row execute function chaos_watch();`);
  } finally {
    await client.end();
  }
}

/** All journals watched so far. */
export async function watchedJournals(client: Queries): Promise<WatchedJournal[]> {
  type Moments = { begun: Date; recorded: Date | null; closed: Date | null };
  const { rows } = await client.query<Omit<WatchedJournal, keyof Moments> & Moments>(
    "select carrier_id, holder, session, begun, recorded, closed, texts from chaos_journals",
  );
  const momentOf = (at: Date | null) => at?.getTime() ?? Number.POSITIVE_INFINITY;
  return rows.map((row) => ({
    ...row,
    begun: row.begun.getTime(),
    recorded: momentOf(row.recorded),
    closed: momentOf(row.closed),
  }));
}

/** Runs `ask` on a connection of its own; null while the database is not running. */
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
