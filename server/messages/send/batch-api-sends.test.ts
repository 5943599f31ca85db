/** Each caller gets the outcome of its own text, whatever happens to other texts of the batch and to the connection. */
import { sql } from "kysely";
import pg from "pg";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { farDatabase } from "../../../testing/far-database.ts";
import { ledger, quota } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { systemClock } from "../../kit/clock.ts";
import { type ApiSends, createApiSends } from "./batch-api-sends.ts";
import type { SendInput } from "./send-api-texts.ts";

const { db, connection, workspaces, superuser } = await testDatabase({ max: 10 });
const admin = new pg.Client({ connectionString: superuser });
await admin.connect();
afterAll(() => admin.end());

// A text with this word is refused by the table itself; another's commit waits while the test holds this lock.
await admin.query(`
  create function hinder() returns trigger language plpgsql as $$ begin
    if new.text = 'poison' then raise exception 'not this one'; end if;
    return new;
  end $$;
  create trigger hinder before insert on messages for each row execute function hinder();
  create function dawdle() returns trigger language plpgsql as $$ begin
    perform pg_advisory_xact_lock_shared(42);
    return null;
  end $$;
  create constraint trigger dawdle after insert on message_queue deferrable initially deferred
    for each row execute function dawdle();`);

const post = (queue: ApiSends, workspaceId: string, text: string, i = 0, key?: string) =>
  queue.send(workspaceId, {
    input: { to: `+479100000${i}`, text, class: "transactional" } as SendInput,
    idempotency: key === undefined ? null : { key, fingerprint: text },
  });
/** The ids of these texts in the ledger, which has to hold them and no other; ids of one millisecond have no order. */
async function idsOf(workspaceId: string, texts: string[]): Promise<string[]> {
  const rows = await ledger(db, workspaceId);
  expect(rows.map((row) => row.text).sort()).toEqual([...texts].sort());
  return texts.map((text) => rows.find((row) => row.text === text)?.id ?? "");
}
const outcomeOf = (sent: Promise<{ id: string }>) =>
  sent.then(
    ({ id }) => id,
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );

test("a text that the database refuses fails alone: the others of its batch are sent", async () => {
  const workspace = await createTestWorkspace(db);
  const queue = createApiSends({ db, clock: systemClock });
  const texts = ["one", "poison", "three", "poison", "five"];
  const outcomes = await Promise.all(texts.map((text, i) => outcomeOf(post(queue, workspace.id, text, i))));
  const [one, three, five] = await idsOf(workspace.id, ["one", "three", "five"]);
  expect(outcomes).toEqual([one, "P0001", three, "P0001", five]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 3 });
});

test("the same where texts are sent one by one because of the quota", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 3 });
  const queue = createApiSends({ db, clock: systemClock });
  const texts = ["one", "poison", "three", "four", "five"];
  const outcomes = await Promise.all(texts.map((text, i) => outcomeOf(post(queue, workspace.id, text, i))));
  const [one, three, four] = await idsOf(workspace.id, ["one", "three", "four"]);
  expect(outcomes).toEqual([one, "P0001", three, four, "quota_exceeded"]);
});

/** A queue behind a network that the test can cut, and a commit that waits for the test. */
async function behindNetwork(look_ms?: number) {
  const { proxy, far } = await farDatabase({ connection, workspaces }, 4);
  const holder = new pg.Client({ connectionString: connection });
  await holder.connect();
  await holder.query("select pg_advisory_lock(42)");
  onTestFinished(() => holder.end());
  const committing = async () => {
    const { rows } = await admin.query<{ pid: number }>(
      "select pid from pg_locks where locktype = 'advisory' and objid = 42 and not granted",
    );
    if (rows.length === 0) throw new Error("no commit is waiting");
    return rows.map(({ pid }) => pid);
  };
  return {
    proxy,
    queue: createApiSends({ db: far, clock: systemClock }, look_ms),
    committing: () => until(committing),
    letCommit: () => holder.query("select pg_advisory_unlock(42)"),
  };
}

test("a commit whose answer is lost is looked up: committed texts are answered as sent, and exist once", async () => {
  const workspace = await createTestWorkspace(db);
  const { proxy, queue, committing, letCommit } = await behindNetwork();
  const sending = Promise.all([1, 2, 3].map((i) => outcomeOf(post(queue, workspace.id, `nr ${i}`, i))));
  await committing();
  proxy.reset();
  // The transaction continues in the database; a look-up that comes too early waits for it.
  await until(async () => {
    const { rows } = await admin.query("select 1 from pg_locks where locktype = 'advisory' and not granted");
    expect(rows).toHaveLength(2);
  });
  await letCommit();
  expect(await sending).toEqual(await idsOf(workspace.id, ["nr 1", "nr 2", "nr 3"]));
});

test("uncommitted texts are answered as not sent, and may be sent again", async () => {
  const workspace = await createTestWorkspace(db);
  const { queue, committing, letCommit } = await behindNetwork();
  const sending = Promise.all([1, 2].map((i) => outcomeOf(post(queue, workspace.id, `nr ${i}`, i, `key ${i}`))));
  for (const pid of await committing()) await admin.query("select pg_terminate_backend($1)", [pid]);
  for (const outcome of await sending) expect(outcome).toMatch(/57P01|Connection terminated|ECONNRESET/);
  expect(await ledger(db, workspace.id)).toEqual([]);
  await letCommit();
  const again = await Promise.all([1, 2].map((i) => outcomeOf(post(queue, workspace.id, `nr ${i}`, i, `key ${i}`))));
  expect(again).toEqual(await idsOf(workspace.id, ["nr 1", "nr 2"]));
});

test("one by one too each caller gets the outcome of its own text: one by a look-up, the others directly", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 3 });
  const { proxy, queue, committing, letCommit } = await behindNetwork();
  const sending = Promise.all(
    ["one", "two", "three", "four"].map((text, i) => outcomeOf(post(queue, workspace.id, text, i))),
  );
  await committing();
  proxy.reset();
  await letCommit();
  const outcomes = await sending;
  expect(outcomes).toEqual([...(await idsOf(workspace.id, ["one", "two", "three"])), "quota_exceeded"]);
});

test("where the database stays away the answer is outcome_unknown, with the message to look up", async () => {
  const workspace = await createTestWorkspace(db);
  const { proxy, queue, committing, letCommit } = await behindNetwork(300);
  const failing = post(queue, workspace.id, "Hei").catch((error: unknown) => error);
  await committing();
  proxy.refuse(true);
  proxy.reset();
  const problem = await failing;
  expect(problem).toMatchObject({ status: 503, code: "outcome_unknown", field: "id", retryAfter: undefined });
  await letCommit();
  const { value } = problem as { value: string };
  await until(async () => expect((await ledger(db, workspace.id)).map((row) => row.id)).toEqual([value]));
  const { rows } = await db.asSystem((tx) => sql`select 1 from messages where id = ${value}`.execute(tx));
  expect(rows).toHaveLength(1);
});
