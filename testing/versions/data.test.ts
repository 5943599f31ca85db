/**
 * The data of every earlier version survive the migrations, and the program works with them. Each version wrote the data itself
 * (make.ts), and was killed in the middle of its work.
 */
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CarrierRow, sealContext } from "../../server/carriers/carriers-store.ts";
import { indexContacts } from "../../server/contacts/index-contacts.ts";
import { instantOf } from "../../server/kit/id.ts";
import { type TestApp, testApp } from "../app.ts";
import { earlierDatabase, earlierVersions, migrationsAfter } from "./earlier-database.ts";
import { example } from "./example.ts";
import { allRows, type Row, type Rows } from "./rows.ts";
import { expectRecordsToAgree, finished, startWork } from "./work.ts";

/** Columns that migrations change on purpose, with a check of the new value. */
const intended: Record<string, (before: unknown, after: unknown) => boolean> = {
  // Keys that may do everything get new permissions; none loses one.
  "api_keys.scopes": (before, after) =>
    Array.isArray(before) && Array.isArray(after) && before.every((scope) => after.includes(scope)),
};
/** Columns that were dropped on purpose, with the migration. */
const gone: Record<string, string> = {
  "senders.carrier": "0006: a sender refers to its connection; without one it belongs to the sandbox",
};
/** Tables whose rows may change with every start. */
const passing = new Set(["migrations"]);

for (const earlier of earlierVersions) {
  const database = await earlierDatabase(earlier);
  const { client } = database;
  // oxlint-disable-next-line vitest/valid-title -- one group a version
  describe(`data of ${earlier.version}`, () => {
    let before: Rows;
    let after: Rows;
    let applied: string[];
    beforeAll(async () => {
      before = await allRows(client);
      ({ applied } = await database.migrateNow());
      after = await allRows(client);
    });
    afterAll(() => client.end());

    test("all later migrations run over it, and migrating again does nothing", async () => {
      expect(applied).toEqual((await migrationsAfter(earlier)).map((file) => file.replace(/\.sql$/, "")));
      expect((await database.migrateNow()).applied).toEqual([]);
      expect(await allRows(client)).toEqual(after);
    });

    test("every row is still there, with the same values", () => {
      const faults: string[] = [];
      for (const [table, rows] of before) {
        if (passing.has(table)) continue;
        const now = after.get(table);
        if (now?.length !== rows.length) faults.push(`${table} had ${rows.length} rows and has ${now?.length}`);
        rows.forEach((row, i) => faults.push(...differences(table, row, now?.[i] ?? {})));
      }
      expect(faults).toEqual([]);
      expect([...before].filter(([, rows]) => rows.length > 0).length).toBeGreaterThan(25);
    });

    test("foreign keys hold, which were not checked when the data were loaded", async () => {
      const { rows } = await client.query<{ name: string; table: string; definition: string }>(
        `select conname as name, conrelid::regclass as table, pg_get_constraintdef(oid) as definition from pg_constraint
         where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0`,
      );
      expect(rows.length).toBeGreaterThan(0);
      for (const { name, table, definition } of rows)
        await client.query(
          `begin; alter table ${table} drop constraint ${name}, add constraint ${name} ${definition}; rollback`,
        );
    });

    test("each workspace sees its own rows and no others", async () => {
      const workspaces = (after.get("workspaces") ?? []).map((row) => String(row.workspace_id));
      expect(workspaces.length).toBe(2);
      for (const [table, rows] of after) {
        const [first] = rows;
        if (!first || !("workspace_id" in first)) continue;
        for (const workspace of workspaces) {
          const seen = await database.db.inWorkspace(workspace, (tx) =>
            sql<{ workspace_id: string }>`select workspace_id from ${sql.table(table)}`.execute(tx),
          );
          const own = rows.filter((row) => row.workspace_id === workspace);
          expect(seen.rows, table).toEqual(own.map((row) => ({ workspace_id: row.workspace_id })));
        }
      }
    });

    test("the names of all contacts are indexed, in every workspace", async () => {
      const { rows } = await client.query("select workspace_id from unindexed_contacts order by 1");
      expect(rows.map((row) => row.workspace_id)).toEqual(
        (after.get("workspaces") ?? []).map((row) => String(row.workspace_id)).toSorted(),
      );
      await client.query(
        "begin; update contacts set first_name = 'Anne Marie' where email = 'ola@example.com'; delete from contact_words; delete from email_digits",
      );
      await client.query("commit");
      await indexContacts({ db: database.db, log: { info() {} } }, new AbortController().signal);
      expect((await client.query("select from unindexed_contacts")).rows).toEqual([]);
      expect((await client.query("select word from contact_words order by word")).rows).toEqual(
        ["anne", "marie"].map((word) => ({ word })),
      );
      await client.query("update contacts set first_name = 'Ola' where email = 'ola@example.com'");
      expect((await client.query("select word from contact_words")).rows).toEqual([]);
    });

    describe("and the program on it", () => {
      let app: TestApp;
      const key = example.settings.API_KEY;
      const call: TestApp["call"] = (line, request) => app.call(line, request);
      const byKey = (line: string, body?: unknown) => call(line, { key, body });
      beforeAll(async () => {
        // The clock continues from the data: quotas have periods, and queued texts expire.
        const made = instantOf(
          String(
            after
              .get("messages")
              ?.map((row) => row.id)
              .sort()
              .at(-1),
          ),
        ).getTime();
        const since = Date.now();
        const clock = { now: () => new Date(made + 60_000 + Date.now() - since) };
        app = await testApp(database, {
          clock,
          config: { secret_key: example.settings.SECRET_KEY },
          passwordsFromElsewhere: true,
        });
      });

      test("people can sign in with their passwords, and API keys still work", async () => {
        const { ADMIN_EMAIL, ADMIN_PASSWORD } = example.settings;
        for (const { email, password } of [{ email: ADMIN_EMAIL, password: ADMIN_PASSWORD }, example.colleague]) {
          const signedIn = await call("POST /api/auth/sign-in/email", { body: { email, password } });
          expect(signedIn.status).toBe(200);
          const session = await call("GET /session", { cookie: signedIn.cookies });
          expect(session.body.user.email).toBe(email);
        }
        expect((await byKey("GET /workspace")).body.name).toBe(example.settings.WORKSPACE_NAME);
        expect((await byKey("GET /people")).body.items.map((each: Row) => each.email).sort()).toEqual(
          [ADMIN_EMAIL, example.colleague.email, "ubesvart@example.com"].sort(),
        );
      });

      test("contacts, lists, proof of consent, imports, figures and quota are unchanged", async () => {
        const contacts = (await byKey("GET /contacts?limit=100")).body.items;
        expect(contacts.length).toBe(13 + Number(earlier.version === "0.1.0"));
        const ola = contacts.find((each: Row) => each.email === "ola@example.com");
        expect((await byKey(`GET /contacts/${ola.id}`)).body).toMatchObject({
          first_name: "Ola",
          properties: { plan: "gull", siden: 2019 },
        });
        expect((await byKey("GET /properties")).body.items).toEqual(
          expect.arrayContaining([{ key: "plan" }, { key: "siden" }]),
        );
        const consent = (await byKey(`GET /contacts/${ola.id}/consent`)).body;
        expect(consent.events.map(({ action, evidence }: Row) => ({ action, evidence }))).toEqual([
          { action: "withdraw", evidence: "Skjema: withdraw" },
          { action: "grant", evidence: "Skjema: grant" },
        ]);
        const lists = (await byKey("GET /lists")).body.items;
        expect(lists.map(({ name, members }: Row) => ({ name, members }))).toEqual([
          { name: "Faste", members: 1 },
          { name: "Kunder", members: 12 },
          { name: "Tom", members: 0 },
        ]);
        const [done] = (await byKey("GET /contacts/imports")).body.items;
        expect(done).toMatchObject({ status: "done", created: 12 });
        expect((await byKey(`GET /contacts/imports/${done.id}/rejected.csv?language=en`)).body).toContain(
          "13,Mobile is not a valid number,Feil,Feil,12",
        );
        const campaigns = (await byKey("GET /campaigns")).body.items;
        const autumn = campaigns.find((each: Row) => each.name === "Høst");
        const performance = (await byKey(`GET /campaigns/${autumn.id}/performance`)).body;
        expect(performance).toMatchObject({ sent: 12, delivered: 10, not_delivered: 1, opted_out: 2 });
        const used = Number((after.get("quota_periods") ?? []).find((row) => row.used)?.used);
        expect((await byKey("GET /usage")).body.used).toBe(used);
        for (const path of ["messages", "senders", "subscription-types", "api-keys", "sandbox/phones"])
          expect((await byKey(`GET /${path}`)).status, path).toBe(200);
      });

      test("a request with a known idempotency key gets the stored answer", async () => {
        const body = { to: "+4791234515", text: "Timen din er klar" };
        const again = await call("POST /messages", { key, body, headers: { "idempotency-key": "en-gang" } });
        expect(again.status).toBe(202);
        expect((after.get("messages") ?? []).map((row) => row.id)).toContain(again.body.id);
      });

      test("encrypted secrets of connections are decrypted with the same key", async () => {
        const { rows } = await client.query<CarrierRow>("select * from carriers order by name");
        const secrets = rows.map((row) => app.services.seal.open(row.secrets, sealContext(row)));
        const { smpp_password, twilio_token } = example.carriers;
        const sealed = [{ password: smpp_password }, { auth_token: twilio_token, api_key_secret: null }];
        // 0.1.0 had no connections.
        expect(secrets).toEqual(before.has("carriers") ? sealed : []);
      });

      test("a workspace that had carriers keeps quiet hours off, and is told", async () => {
        const { rows } = await client.query<{ quiet_hours: boolean; told: boolean; carriers: boolean }>(`
          select quiet_hours, quiet_hours_notice is not distinct from 'left_off' as told,
            exists (select from carriers c where c.workspace_id = w.workspace_id) as carriers
          from workspaces w`);
        expect(rows.length).toBeGreaterThan(0);
        for (const row of rows) expect(row).toMatchObject({ quiet_hours: false, told: row.carriers });
      });

      test("texts that were under way when the old process died are sent, and campaigns and STOP work", async () => {
        const stop = await startWork(database, app);
        try {
          await finished(client, app);
          const hanging = (after.get("message_queue") ?? []).map((row) => row.message_id);
          expect(hanging.length).toBeGreaterThan(0);
          const ledger = await statuses();
          for (const id of hanging) expect(ledger.get(String(id))).toBe("delivered");
          expect((await campaign("Jul")).status).toBe("sent");

          const list = (await byKey("GET /lists")).body.items.find((each: Row) => each.name === "Kunder");
          const [{ from }] = (await byKey("GET /sandbox/phones/+4791234513/messages")).body.items;
          await byKey("POST /sandbox/phones/+4791234513/reply", { to: from, text: "STOP" });
          const made = await byKey("POST /campaigns", {
            name: "Etterpå",
            text: "Hei {{ contact.first_name }}",
            subscription_type: "marketing",
            include: { lists: [list.id], contacts: [] },
          });
          expect(await byKey(`POST /campaigns/${made.body.id}/send`)).toMatchObject({ status: 202 });
          await finished(client, app);
          expect((await campaign("Etterpå")).status).toBe("sent");
          // Two of twelve have sent STOP, one before and one after the migration.
          expect((await campaign("Etterpå")).counts).toMatchObject({ sent: 10, not_sent: 2, pending: 0 });
          await expectRecordsToAgree(client);
        } finally {
          await stop();
        }
      });

      const campaign = async (name: string) =>
        (await byKey("GET /campaigns")).body.items.find((each: Row) => each.name === name);
      const statuses = async () =>
        new Map((await allRows(client)).get("messages")?.map((row) => [String(row.id), String(row.status)]));
    });
  });
}

function differences(table: string, before: Row, after: Row): string[] {
  return Object.entries(before).flatMap(([column, value]) => {
    if (!(column in after)) return `${table}.${column}` in gone ? [] : [`${table}.${column} is gone`];
    const same = JSON.stringify(value) === JSON.stringify(after[column]);
    if (same || intended[`${table}.${column}`]?.(value, after[column])) return [];
    return [`${table}.${column} was ${JSON.stringify(value)} and is ${JSON.stringify(after[column])}`];
  });
}
