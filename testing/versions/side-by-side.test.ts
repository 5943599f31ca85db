/**
 * A process of the previous version at work on the newest schema, alone and together with the new version: the statements that it was
 * recorded to send in a day's work (make.ts) are replayed.
 */
import { afterAll, expect, test } from "vitest";
import { instantOf } from "../../server/kit/id.ts";
import { testApp } from "../app.ts";
import { earlierDatabase } from "./earlier-database.ts";
import { example } from "./example.ts";
import { replay } from "./replay.ts";
import { expectRecordsToAgree, finished, startWork } from "./work.ts";

const earlier = { version: "0.2.0", last: "0012" } as const;
const key = example.settings.API_KEY;

async function upgraded() {
  const database = await earlierDatabase(earlier);
  const { client } = database;
  afterAll(() => client.end());
  await database.migrateNow();
  const { rows } = await client.query<{ id: string }>("select id from messages order by id desc limit 1");
  const made = instantOf(rows[0]?.id ?? "").getTime();
  const since = Date.now();
  const clock = { now: () => new Date(made + 60_000 + Date.now() - since) };
  return {
    database,
    client,
    app: await testApp(database, {
      clock,
      config: { secret_key: example.settings.SECRET_KEY },
      passwordsFromElsewhere: true,
    }),
  };
}
const alone = await upgraded();
const together = await upgraded();

test("all statements of the old process are accepted, and the new one finds consistent records", async () => {
  const { client, app, database } = alone;
  const { sent, failures } = await replay(earlier.version, database.connection);
  expect(failures).toEqual([]);
  expect(sent).toBeGreaterThan(500);
  await finished(client, app);
  await expectRecordsToAgree(client);
  const campaigns = (await app.call("GET /campaigns", { key })).body.items;
  expect(campaigns.find((each: { name: string }) => each.name === "Nyttår")).toMatchObject({
    status: "sent",
    counts: { sent: 1, pending: 0 },
  });
  const optedOut = await client.query("select source from opt_outs where number = '+4793000021'");
  expect(optedOut.rows).toEqual([{ source: "sms" }]);
});

test("a new process works at the same time on other lanes, and no text is lost or counted twice", async () => {
  const { client, app, database } = together;
  const { ADMIN_EMAIL: email, ADMIN_PASSWORD: password } = example.settings;
  const { cookies: cookie } = await app.call("POST /api/auth/sign-in/email", { body: { email, password } });
  const { body: session } = await app.call("GET /session", { cookie });
  const other = session.workspaces.find((each: { name: string }) => each.name === "Verkstedet").id;
  const headers = { "x-workspace": other };
  // The recorded statements contain the sequence numbers of the queue that they were given, so the sequence must stay the same.
  const sequence = "pg_get_serial_sequence('message_queue', 'seq')";
  const { rows: last } = await client.query(`select pg_sequence_last_value(${sequence}::regclass) as value`);
  const numbers = ["+46701234561", "+46701234562", "+46701234563"];
  for (const to of numbers)
    expect((await app.call("POST /messages", { cookie, headers, body: { to, text: "Ny" } })).status).toBe(202);
  await client.query(`select setval(${sequence}, $1)`, [last[0].value]);
  // The recorded process had its lanes and campaigns to itself; this keeps the new worker from leasing them.
  await client.query(`
    create function keep_lane() returns trigger language plpgsql as $$ begin return null; end $$;
    create trigger keep_lane before update on lanes for each row
      when (new.workspace_id <> '${other}' and new.leased_by is distinct from old.leased_by
        and new.leased_by is not null and current_setting('application_name') = 'varsla')
      execute function keep_lane()`);
  const stop = await startWork(database, app, { campaigns: false });
  try {
    const old = replay(earlier.version, database.connection);
    for (const mobile of ["+4793000031", "+4793000032", "+4793000033"])
      expect((await app.call("POST /contacts", { key, body: { mobile } })).status).toBe(201);
    expect((await old).failures).toEqual([]);
    await client.query("drop function keep_lane() cascade");
    await finished(client, app);
    await expectRecordsToAgree(client);
    const { rows } = await client.query("select number, status from messages where text = 'Ny' order by number");
    expect(rows).toEqual(numbers.map((number) => ({ number, status: "delivered" })));
  } finally {
    await stop();
  }
});
