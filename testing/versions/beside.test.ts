/**
 * A process of the version before at work on the newest schema, while the new version works beside it: what it was recorded to say
 * in a day's work (make.ts), said again.
 */
import { afterAll, expect, test } from "vitest";
import { instantOf } from "../../server/kit/id.ts";
import { testApp } from "../app.ts";
import { earlierDatabase } from "./earlier-database.ts";
import { example } from "./example.ts";
import { replay } from "./replay.ts";
import { expectBooksToAgree, settled, startWork } from "./work.ts";

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
  return { database, client, app: await testApp(database, { clock, config: { secret_key: example.settings.SECRET_KEY } }) };
}
const alone = await upgraded();
const together = await upgraded();

test("all that the old process says is taken, and the new one finds its books in order", async () => {
  const { client, app, database } = alone;
  const { said, failures } = await replay(earlier.version, database.connection);
  expect(failures).toEqual([]);
  expect(said).toBeGreaterThan(500);
  await settled(client, app);
  await expectBooksToAgree(client);
  const campaigns = (await app.call("GET /campaigns", { key })).body.items;
  expect(campaigns.find((each: { name: string }) => each.name === "Nyttår")).toMatchObject({
    status: "sent",
    counts: { sent: 1, pending: 0 },
  });
  const optedOut = await client.query("select source from opt_outs where number = '+4793000021'");
  expect(optedOut.rows).toEqual([{ source: "reply" }]);
});

test("a new process works beside it: lanes go to one of them, and no text is lost or counted twice", async () => {
  const { client, app, database } = together;
  const stop = await startWork(database, app);
  try {
    const old = replay(earlier.version, database.connection);
    for (const [i, to] of ["+4791234520", "+4791234521", "+4791234522"].entries())
      expect((await app.call("POST /messages", { key, body: { to, text: `Ny ${i}` } })).status).toBe(202);
    // Of what fails, an old worker has lost a lane to the new one, and says so; the rest of its transaction goes with it.
    const { failures } = await old;
    expect(failures.filter(({ code }) => code !== "VA001" && code !== "25P02")).toEqual([]);
    await settled(client, app);
    await expectBooksToAgree(client);
    const { rows } = await client.query("select count(*) as n from messages where text like 'Ny _' and status = 'delivered'");
    expect(rows).toEqual([{ n: 3 }]);
  } finally {
    await stop();
  }
});
