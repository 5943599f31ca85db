/** What the watch over journals records of a batch, from its submission until none of its outcomes is unknown. */
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "../database.ts";
import { newId } from "../new-id.ts";
import { createTestWorkspace } from "../workspace.ts";
import { watchedJournals, watchJournals } from "./watch.ts";

const { db, superuser } = await testDatabase();
const client = new pg.Client({ connectionString: superuser, application_name: "worker 1" });
await client.connect();
afterAll(() => client.end());
const open = Number.POSITIVE_INFINITY;

test("a batch is recorded once its answers are, and closed when its last unknown outcome is resolved", async () => {
  await watchJournals(superuser);
  const { id: workspace, sender } = await createTestWorkspace(db);
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  const journal = newId();
  const seqs = [1, 2, 3];
  const messages = seqs.map(() => newId()).sort();
  await client.query(
    `insert into message_queue (workspace_id, sender_id, priority, seq, message_id, period_start, expires_at) overriding system value
     select $1, $2, 0, u.seq, u.id, now(), now() + interval '1 hour' from unnest($3::bigint[], $4::uuid[]) as u (seq, id)`,
    [workspace, sender.id, seqs, messages],
  );
  const look = async () => (await watchedJournals(client)).find(({ texts }) => texts.includes(messages[0] ?? ""));
  const write = (statement: string, ...more: unknown[]) =>
    client.query(statement, [workspace, sender.id, journal, ...more]);

  await write(
    "insert into dispatch_journal (workspace_id, sender_id, id, carrier_id, seqs) values ($1, $2, $3, null, $4)",
    seqs,
  );
  const begun = await look();
  expect(begun).toMatchObject({ holder: "worker 1", session: rows[0]?.pid, recorded: open, closed: open });
  expect(begun?.texts.sort()).toEqual(messages);

  const rest = "update dispatch_journal set seqs = $4 where workspace_id = $1 and sender_id = $2 and id = $3";
  await write(rest, [1, 2]);
  const recorded = await look();
  expect(recorded).toMatchObject({ begun: begun?.begun, closed: open });
  expect(recorded?.recorded).toBeGreaterThanOrEqual(begun?.begun ?? open);
  expect(recorded?.texts.sort()).toEqual(messages.slice(0, 2));

  // A later look-up does not change when the submission was recorded.
  await write(rest, [1]);
  expect(await look()).toMatchObject({ recorded: recorded?.recorded, closed: open, texts: messages.slice(0, 1) });

  await write("delete from dispatch_journal where workspace_id = $1 and sender_id = $2 and id = $3");
  const closed = await look();
  expect(closed).toMatchObject({ recorded: recorded?.recorded });
  expect(closed?.closed).toBeGreaterThanOrEqual(closed?.recorded ?? open);
  expect(closed?.closed).toBeLessThan(open);
});
