import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { addContacts, arrived, ledger, quota, send, untilFinal, startPipeline } from "../../testing/pipeline.ts";
import { addTwilio } from "../../testing/twilio-connection.ts";
import type { TestWorkspace } from "../../testing/workspace.ts";
import { systemClock } from "../kit/clock.ts";
import { messagesRoutes } from "./messages-routes.ts";
import { createApiSends } from "./send/batch-api-sends.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const { call, services } = await testApp(database);

const post = (key: string, body: object, headers: Record<string, string> = {}) =>
  call("POST /messages", { key, body, headers });

test("a text is on disk before the answer, is sent, and has a history", async () => {
  const { id, key } = await workspaceWithKey(database);
  const answer = await post(key, { to: "912 34 567", text: "Hei! ".repeat(40) });
  expect(answer).toMatchObject({ status: 202, body: { status: "queued", segments: 2 } });
  expect(await ledger(db, id)).toMatchObject([{ id: answer.body.id, number: "+4791234567", source_type: "api" }]);
  await startPipeline(db);
  await untilFinal(db, id);
  const { body } = await call(`GET /messages/${answer.body.id}`, { key });
  expect(body).toMatchObject({ direction: "outbound", status: "delivered", to: "+4791234567", carrier: "sandbox" });
  expect(body.history.map((each: { status: string }) => each.status)).toEqual([
    "queued",
    "submitted",
    "sent",
    "delivered",
  ]);
  const list = await call("GET /messages?source=api&status=delivered", { key });
  expect(list.body.items).toHaveLength(1);
  expect((await call("GET /messages?source=campaign", { key })).body.items).toEqual([]);
});

test("a text past its validity_seconds is not submitted, and costs nothing", async () => {
  const { id, key } = await workspaceWithKey(database);
  const answer = await post(key, { to: "+4791234567", text: "Your code is 1234", validity_seconds: 1 });
  expect(answer.status).toBe(202);
  await startPipeline(db, { clock: { now: () => new Date(Date.now() + 1_000) } });
  await untilFinal(db, id);
  const { body } = await call(`GET /messages/${answer.body.id}`, { key });
  expect(body).toMatchObject({ status: "expired", history: [{ status: "queued" }, { status: "expired" }] });
  expect(await arrived(db, id)).toEqual([]);
  expect(await quota(db, id)).toEqual({ used: 0, reserved: 0 });
  for (const validity_seconds of [0, -1, 1.5, "60", 259_201])
    expect((await post(key, { to: "+4791234567", text: "x", validity_seconds })).body.error.field).toBe(
      "validity_seconds",
    );
});

test("the ledger is filtered by source, status and contact", async () => {
  const { id, key } = await workspaceWithKey(database);
  const [ola] = await addContacts(db, id, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
  const audience = sql`select id from contacts where workspace_id = ${id}`;
  const source = { type: "campaign" as const, id: newId(), at: new Date() };
  const workspace = { id, sender: (await call("GET /senders", { key })).body.items[0] };
  await send(db, workspace as TestWorkspace, { source, recipients: { contacts: audience } });
  await post(key, { to: "+4791000001", text: "x" });
  const found = async (query: string) => (await call(`GET /messages?${query}`, { key })).body.items?.length;
  expect(await found("")).toBe(3);
  for (const by of ["campaign", `campaign:${source.id}`, source.id]) expect(await found(`source=${by}`), by).toBe(2);
  expect(await found(`source=${newId()}`)).toBe(0);
  expect(await found(`contact=${ola}`)).toBe(2);
  expect(await found(`contact=${ola}&source=api&status=queued`)).toBe(1);
  expect(await found(`contact=${ola}&status=delivered`)).toBe(0);
  expect((await call("GET /messages?source=campaign:x", { key })).body.error.code).toBe("invalid_source");
});

test("a text that will not be sent is a 422 with the reason as code, the field and the value; nothing is charged", async () => {
  const { id, key } = await workspaceWithKey(database);
  await addContacts(db, id, [{ mobile: "+4791000001", consents: false }, { mobile: "+4791000002" }]);
  const marketing = { class: "marketing", subscription_type: "marketing", text: "Tilbud" };
  const cases: [object, string, string, unknown][] = [
    [{ to: "12345", text: "x" }, "invalid_number", "to", "12345"],
    [{ to: "ring meg", text: "x" }, "invalid_number", "to", "ring meg"],
    [{ to: "22 22 55 55", text: "x" }, "landline", "to", "22 22 55 55"],
    [{ to: "829 00 000", text: "x" }, "premium_number", "to", "829 00 000"],
    [{ to: "+4791000001", ...marketing }, "no_consent", "to", "+4791000001"],
    [{ to: "+4791000009", ...marketing }, "no_consent", "to", "+4791000009"],
    [{ to: "+4791000001", text: "" }, "empty_text", "text", ""],
    [{ to: "+4791000001", text: "{{ contact.last_name }}" }, "empty_text", "text", "{{ contact.last_name }}"],
    [{ to: "+4791000001", text: "x".repeat(1601) }, "too_long", "text", `${"x".repeat(100)}…`],
    [
      { to: "+4791000001", text: "Hei {{ contact.firstname }}" },
      "unknown_placeholder",
      "text",
      expect.objectContaining({ position: expect.any(Number) }),
    ],
    [{ to: "+4791000001", text: "Hei {{ contact.first_name" }, "not_closed", "text", expect.anything()],
    [{ to: "+4791000001", text: "x", class: "marketing" }, "subscription_type_missing", "subscription_type", null],
    [
      { to: "+4791000001", text: "x", subscription_type: "nope" },
      "unknown_subscription_type",
      "subscription_type",
      "nope",
    ],
    [
      { to: "+4791000001", text: "x", sender: "A name that is far too long" },
      "invalid_sender",
      "sender",
      "A name that is far too long",
    ],
  ];
  for (const [body, code, field, value] of cases) {
    const answer = await post(key, body);
    expect(answer, JSON.stringify(body).slice(0, 100)).toMatchObject({ status: 422, body: { error: { code, field } } });
    expect(answer.body.error.value ?? null).toEqual(value);
  }
  expect(await quota(db, id)).toEqual({ used: 0, reserved: 0 });
  expect((await post(key, { to: "+4791000002", ...marketing })).status).toBe(202);
  // Numbers of other countries are allowed.
  expect((await post(key, { to: "+46 70 174 06 05", text: "Hej" })).status).toBe(202);
});

test("placeholders get the values of the number's contact", async () => {
  const { id, key } = await workspaceWithKey(database);
  await addContacts(db, id, [{ phone: "+4791000001", phone_kind: "mobile", first_name: "Ola" }]);
  const text = 'Hei {{ contact.first_name | default: "der" }}';
  await post(key, { to: "+4791000001", text });
  await post(key, { to: "+4791000002", text });
  expect((await ledger(db, id)).map((row) => row.text).sort()).toEqual(["Hei Ola", "Hei der"]);
});

test("concurrent requests share transactions, and each gets its own answer", async () => {
  const { id, key } = await workspaceWithKey(database);
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, i) =>
      post(key, { to: i % 10 === 3 ? "12" : `+479${String(1_000_000 + i)}`, text: `nr ${i}` }),
    ),
  );
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, i) => (i % 10 === 3 ? 422 : 202)));
  const rows = new Map((await ledger(db, id)).map((row) => [row.id, row]));
  answers.forEach(({ status, body }, i) => {
    if (status === 202) expect(rows.get(body.id)?.text).toBe(`nr ${i}`);
  });
});

test("where the quota is insufficient for all, the first are sent and not one segment more", async () => {
  const { id, key } = await workspaceWithKey(database);
  await call("PATCH /subscription", { key, body: { allowance: 25 } });
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, i) => post(key, { to: `+479${1_000_000 + i}`, text: "x" })),
  );
  const sent = answers.filter(({ status }) => status === 202);
  const refused = answers.filter(({ status }) => status === 422);
  expect([sent.length, refused.length]).toEqual([25, 75]);
  expect(refused[0]?.body.error).toMatchObject({ code: "quota_exceeded", value: { allowance: 25, remaining: 0 } });
  expect(await quota(db, id)).toEqual({ used: 0, reserved: 25 });
});

test("an Idempotency-Key sends once, also for concurrent requests, and repeats a refusal", async () => {
  const { id, key } = await workspaceWithKey(database);
  const headers = { "idempotency-key": "only-once" };
  const body = { to: "+4791000001", text: "once" };
  const answers = await Promise.all(Array.from({ length: 20 }, () => post(key, body, headers)));
  expect(new Set(answers.map((answer) => `${answer.status} ${answer.body.id}`)).size).toBe(1);
  expect(await ledger(db, id)).toHaveLength(1);
  expect((await post(key, { ...body, text: "twice" }, headers)).status).toBe(409);
  const refused = { "idempotency-key": "refused" };
  for (let i = 0; i < 2; i++)
    expect(await post(key, { to: "22 22 55 55", text: "x" }, refused)).toMatchObject({
      status: 422,
      body: { error: { code: "landline" } },
    });
  expect(await ledger(db, id)).toHaveLength(2);
});

test("the segments shown, billed, logged and sent are those of the counting function", async () => {
  const { id, key } = await workspaceWithKey(database);
  const texts = [
    "a".repeat(160),
    "a".repeat(161),
    "€".repeat(80),
    "€".repeat(81),
    "я".repeat(70),
    "я".repeat(71),
    "👍".repeat(35),
    "👍".repeat(36),
    "a\u030a".repeat(160),
  ];
  let total = 0;
  for (const [i, text] of texts.entries()) {
    const counted = await call("POST /segments", { key, body: { text } });
    const sent = await post(key, { to: `+479100000${i}`, text });
    expect(sent.body.segments, text).toBe(counted.body.segments);
    total += sent.body.segments;
  }
  await startPipeline(db);
  await untilFinal(db, id);
  expect((await call("GET /usage", { key })).body).toMatchObject({
    used: total,
    reserved: 0,
    by_source: [{ source: "api", used: total }],
  });
  const entries = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page = await call(`GET /usage/segments?limit=4${cursor ? `&cursor=${cursor}` : ""}`, { key });
    entries.push(...page.body.items);
    cursor = page.body.next_cursor;
  }
  expect(entries).toHaveLength(total);
  expect(new Set(entries.map((entry) => `${entry.message_id} ${entry.segment}`)).size).toBe(total);
  const texts_ = await arrived(db, id);
  expect(texts_.at(-1)?.text).toBe("å".repeat(160));
});

test("the allowance changes at once, the renewal day from the next period", async () => {
  const { key } = await workspaceWithKey(database);
  const before = (await call("GET /usage", { key })).body;
  const changed = await call("PATCH /subscription", { key, body: { allowance: 7, renewal_day: 31 } });
  expect(changed.body).toEqual({ allowance: 7, renewal_day: 31 });
  const after = (await call("GET /usage", { key })).body;
  expect(after).toMatchObject({
    allowance: 7,
    remaining: 7,
    period_start: before.period_start,
    period_end: before.period_end,
  });
  expect((await call("GET /subscription", { key })).body).toEqual({ allowance: 7, renewal_day: 31 });
});

test("a handset shows what it got and sent, and answers only to senders of the workspace", async () => {
  const { id, key } = await workspaceWithKey(database);
  const other = await workspaceWithKey(database);
  await startPipeline(db);
  await post(key, { to: "+4799000001", text: "Hei" });
  await post(other.key, { to: "+4799000001", text: "Fra en annen" });
  await untilFinal(db, id);
  await untilFinal(db, other.id);
  const path = `/sandbox/phones/${encodeURIComponent("+4799000001")}`;
  const [first] = (await call(`GET ${path}/messages`, { key })).body.items;
  expect(first).toMatchObject({ direction: "in", to: "+4799000001", text: "Hei" });
  const [foreign] = (await call(`GET ${path}/messages`, { key: other.key })).body.items;
  const wrong = await call(`POST ${path}/reply`, { key, body: { to: foreign.from, text: "?" } });
  expect(wrong).toMatchObject({
    status: 422,
    body: { error: { code: "unknown_sender", field: "to", value: foreign.from } },
  });
  const reply = await call(`POST ${path}/reply`, { key, body: { to: first.from, text: "Hei selv" } });
  expect(reply).toMatchObject({ status: 201, body: { direction: "out", from: "+4799000001", text: "Hei selv" } });
  const { items } = (await call(`GET ${path}/messages`, { key })).body;
  expect(items.map((each: { text: string }) => each.text)).toEqual(["Hei", "Hei selv"]);
  const phones = (await call("GET /sandbox/phones", { key })).body.items;
  expect(phones).toMatchObject([{ number: "+4799000001", last_text: "Hei selv", behaviour: "deliver" }]);
  const told = await call(`PUT ${path}`, { key, body: { behaviour: "fail", error_code: "30007", delay_ms: 5 } });
  expect(told.body).toEqual({ number: "+4799000001", behaviour: "fail", error_code: "30007", delay_ms: 5 });
  expect((await call(`GET ${path}`, { key })).body).toEqual(told.body);
});

test("a handset of the sandbox and the sender it answers are read as texts from it are", async () => {
  const { id, key } = await workspaceWithKey(database);
  const [{ address }] = (await call("GET /senders", { key })).body.items;
  // A foreign number without its +, as networks write it, is no number of the country; a contact's number is recognised.
  await post(key, { to: "+46701234567", text: "Hej" });
  const [contact] = await addContacts(db, id, [{ mobile: "+4759000031" }]);
  for (const [written, number] of [
    ["46701234567", "+46701234567"],
    ["0046 70 123 45 67", "+46701234567"],
    ["+46 (0)70 123 45 67", "+46701234567"],
    [" 46701234567", "+46701234567"],
    ["99 00 00 01", "+4799000001"],
    ["4759000031", "+4759000031"],
    ["123 456", "123456"],
  ] as const) {
    const path = `/sandbox/phones/${encodeURIComponent(written)}`;
    expect((await call(`GET ${path}`, { key })).body.number, written).toBe(number);
    const body = { to: address.replace(/^\+47/, ""), text: `Fra ${written}` };
    const reply = await call(`POST ${path}/reply`, { key, body });
    expect(reply.body, written).toMatchObject({ from: number, to: address });
    const text = (await ledger(db, id)).find((row) => row.text === body.text);
    expect(text, written).toMatchObject({
      status: "received",
      number,
      contact_id: number === "+4759000031" ? contact : null,
    });
    const { items } = (await call(`GET ${path}/messages`, { key })).body;
    expect(items.at(-1).text, written).toBe(body.text);
  }
  for (const written of ["Varsla", "1234567890123456"])
    expect(await call(`GET /sandbox/phones/${encodeURIComponent(written)}`, { key }), written).toMatchObject({
      status: 422,
      body: { error: { code: "invalid_number", field: "number", value: written } },
    });
});

test("the sandbox lists and answers only what it carried: no text can be forged as one of a real carrier's customer", async () => {
  const { id, key } = await workspaceWithKey(database);
  const [sender] = (await call("GET /senders", { key })).body.items;
  const carrier = await addTwilio(db, services.seal, id, { account_sid: `AC${"2".repeat(32)}`, auth_token: "secret" });
  const place = (carrier_id: string | null) => call(`PATCH /senders/${sender.id}`, { key, body: { carrier_id } });
  const reply = () =>
    call(`POST /sandbox/phones/${encodeURIComponent("+4799000003")}/reply`, {
      key,
      body: { to: sender.address, text: "STOP" },
    });
  await place(null);
  await startPipeline(db);
  for (const to of ["+4799000002", "+4799000003", "+4799000004"]) await post(key, { to, text: "Hei" });
  await untilFinal(db, id);
  await db.inWorkspace(id, (tx) =>
    sql`update messages set carrier = 'twilio' where workspace_id = ${id} and number = '+4799000003'`.execute(tx),
  );
  const numbers = async (query = "") =>
    (await call(`GET /sandbox/phones${query}`, { key })).body.items.map((each: { number: string }) => each.number);
  expect(await numbers()).toEqual(["+4799000004", "+4799000002"]);
  expect(await numbers("?query=000003")).toEqual([]);
  expect(await numbers("?query=000002")).toEqual(["+4799000002"]);
  const first = (await call("GET /sandbox/phones?limit=1", { key })).body;
  expect(await numbers(`?limit=1&cursor=${first.next_cursor}`)).toEqual(["+4799000002"]);

  expect((await place(carrier)).status).toBe(200);
  expect(await reply()).toMatchObject({
    status: 422,
    body: { error: { code: "not_on_sandbox", field: "to", value: sender.address } },
  });
  expect((await ledger(db, id)).filter((row) => row.source_type !== "api")).toEqual([]);
  await place(null);
  expect((await reply()).status).toBe(201);
  await untilFinal(db, id);
  expect((await ledger(db, id)).map((row) => row.source_type)).toContain("opt_out_confirmation");
});

test("phones of the sandbox are found behind a thousand texts of other carriers", async () => {
  const { id, key } = await workspaceWithKey(database);
  const [sender] = (await call("GET /senders", { key })).body.items;
  const texts = (carrier: string, numbers: string, count: number) =>
    db.inWorkspace(id, (tx) =>
      sql`
        insert into messages (workspace_id, id, status, class, encoding, segments, source_type, sender_id, number, text, carrier,
          submitted_at)
        select ${id}, uuidv7(), 'sent', 'transactional', '7', 1, 'api', ${sender.id}, ${numbers} || i, 'Hei', ${carrier}, now()
        from generate_series(1, ${count}::int) i`.execute(tx),
    );
  await texts("sandbox", "+479900001", 3);
  await texts("twilio", "+47920000", 2_500);
  const found: string[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { body } = await call(`GET /sandbox/phones?limit=2${cursor && `&cursor=${cursor}`}`, { key });
    found.push(...body.items.map((each: { number: string }) => each.number));
    cursor = body.next_cursor;
  }
  expect(found).toEqual(["+4799000013", "+4799000012", "+4799000011"]);
});

test("a rare status is searched for a part of the ledger at a time, and no message is missed", async () => {
  const { id, key } = await workspaceWithKey(database);
  for (let i = 0; i < 25; i++) await post(key, { to: `+47910000${String(i).padStart(2, "0")}`, text: "Hei" });
  const all = await ledger(db, id);
  const rare = [3, 4, 17].map((i) => all[i]?.id as string);
  await db.inWorkspace(id, (tx) =>
    sql`update messages set status = 'failed' where workspace_id = ${id} and id = any(${rare}::uuid[])`.execute(tx),
  );
  const routes = messagesRoutes({ db, apiSends: createApiSends({ db, clock: systemClock }), most: 10 });
  const list = (cursor?: string, limit = 2) =>
    routes.list({ actor: { workspaceId: id }, query: { status: "failed", limit, cursor } } as Parameters<
      typeof routes.list
    >[0]);
  const found: string[] = [];
  let calls = 0;
  for (let cursor: string | null | undefined; cursor !== null; calls++) {
    const page = await list(cursor);
    found.push(...page.items.map((item) => item.id));
    cursor = page.next_cursor;
  }
  expect(found).toEqual(rare.toReversed());
  expect(calls).toBe(3);
  // Without a filter that has no index, a page is full.
  const { body } = await call("GET /messages?limit=20", { key });
  expect(body.items).toHaveLength(20);
});
