/** Services, locations and resources through the API. */
import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";

const database = await testDatabase();
const { call } = await testApp(database);

let key: string;
let workspaceId: string;
beforeEach(async () => {
  ({ id: workspaceId, key } = await workspaceWithKey(database));
});

const make = async (path: string, body: object) => {
  const answer = await call(`POST ${path}`, { key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const namesOf = async (path: string): Promise<string[]> =>
  (await call(`GET ${path}`, { key })).body.items.map(({ name }: { name: string }) => name);

describe.each(["/services", "/locations", "/resources"])("%s", (path) => {
  test("are listed by name in pages, and found by a part of it without regard to case and accents", async () => {
    for (const name of ["Ærlig", "berit", "Åse", "Bjørn"]) await make(path, { name });
    expect(await namesOf(path)).toEqual(["berit", "Bjørn", "Åse", "Ærlig"]);
    const first = (await call(`GET ${path}?limit=3`, { key })).body;
    expect(first.items).toHaveLength(3);
    expect(await namesOf(`${path}?limit=3&cursor=${first.next_cursor}`)).toEqual(["Ærlig"]);
    expect(await namesOf(`${path}?query=JORN`)).toEqual(["Bjørn"]);
    expect(await namesOf(`${path}?query=ase`)).toEqual(["Åse"]);
  });

  test("no two that are not archived have the same name", async () => {
    const first = await make(path, { name: "Anne" });
    const other = await make(path, { name: "Berit" });
    const taken = { status: 409, body: { error: { code: "name_taken", field: "name", value: "ANNE" } } };
    expect(await call(`POST ${path}`, { key, body: { name: "ANNE" } })).toMatchObject(taken);
    expect(await call(`PATCH ${path}/${other.id}`, { key, body: { name: "ANNE" } })).toMatchObject(taken);
    expect(await call(`PATCH ${path}/${first.id}`, { key, body: { name: "ANNE" } })).toMatchObject({
      status: 200,
      body: { id: first.id, name: "ANNE" },
    });
    await call(`DELETE ${path}/${first.id}`, { key });
    await make(path, { name: "Anne" });
    expect(await call(`PATCH ${path}/${first.id}`, { key, body: { archived: false } })).toMatchObject(taken);
  });

  test("two at once who take one name, by making, renaming or restoring: one has it, and the other is told as if they came later", async () => {
    const taken = { status: 409, body: { error: { code: "name_taken", field: "name" } } };
    for (let i = 0; i < 5; i++) {
      const name = `Anne ${i}`;
      const [one, other] = [await make(path, { name: `Berit ${i}` }), await make(path, { name: `Carl ${i}` })];
      const archived = await make(path, { name });
      await call(`DELETE ${path}/${archived.id}`, { key });
      const answers = await Promise.all([
        call(`PATCH ${path}/${one.id}`, { key, body: { name } }),
        call(`PATCH ${path}/${other.id}`, { key, body: { name } }),
        call(`PATCH ${path}/${archived.id}`, { key, body: { archived: false } }),
        call(`POST ${path}`, { key, body: { name } }),
      ]);
      const refused = answers.filter(({ status }) => status >= 300);
      expect(refused).toHaveLength(3);
      for (const answer of refused) expect(answer).toMatchObject(taken);
      expect((await namesOf(path)).filter((each) => each === name)).toHaveLength(1);
    }
  });

  test("there is room for so many, besides archived ones", async () => {
    const kind = path.slice(1, -1);
    const most = kind === "location" ? 1_000 : 5_000;
    const { id } = await make(path, { name: "Anne" });
    await database.db.asSystem((tx) =>
      sql`
        insert into ${sql.table(`${kind}s`)} (workspace_id, id, name, created_at, updated_at)
        select ${workspaceId}::uuid, gen_random_uuid(), 'No. ' || n, now(), now() from generate_series(2, ${most}::int) n`.execute(
        tx,
      ),
    );
    const full = { status: 409, body: { error: { code: `too_many_${kind}s`, value: most } } };
    expect(await call(`POST ${path}`, { key, body: { name: "Berit" } })).toMatchObject(full);
    await call(`DELETE ${path}/${id}`, { key });
    await make(path, { name: "Berit" });
    expect(await call(`PATCH ${path}/${id}`, { key, body: { archived: false } })).toMatchObject(full);
  });

  test("an archived one is shown by itself and where that is asked for, until it is restored", async () => {
    const { id } = await make(path, { name: "Anne" });
    await make(path, { name: "Berit" });
    expect((await call(`DELETE ${path}/${id}`, { key })).status).toBe(204);
    expect(await namesOf(path)).toEqual(["Berit"]);
    expect(await namesOf(`${path}?archived=true`)).toEqual(["Anne", "Berit"]);
    const archived = (await call(`GET ${path}/${id}`, { key })).body;
    expect(archived).toMatchObject({ name: "Anne", archived_at: expect.any(String) });
    expect((await call(`DELETE ${path}/${id}`, { key })).status).toBe(204);
    expect((await call(`GET ${path}/${id}`, { key })).body.archived_at).toBe(archived.archived_at);
    const restored = await call(`PATCH ${path}/${id}`, { key, body: { archived: false } });
    expect(restored).toMatchObject({ status: 200, body: { archived_at: null } });
    expect(await namesOf(path)).toEqual(["Anne", "Berit"]);
  });

  test("a name without visible characters, and one that is unknown, are refused", async () => {
    expect((await call(`POST ${path}`, { key, body: { name: " \u200b " } })).status).toBe(422);
    const unknown = `${path}/01990000-0000-7000-8000-000000000000`;
    for (const line of [`GET ${unknown}`, `DELETE ${unknown}`]) expect((await call(line, { key })).status).toBe(404);
    expect((await call(`PATCH ${unknown}`, { key, body: { name: "Anne" } })).status).toBe(404);
  });
});

test("a service's price is in its own currency, else in that of the workspace's country", async () => {
  const cut = await make("/services", { name: "Klipp", duration_minutes: 45, price: 499.5 });
  expect(cut).toMatchObject({ duration_minutes: 45, price: 499.5, currency: "NOK", archived_at: null });
  expect((await call(`GET /services/${cut.id}`, { key })).body).toEqual(cut);
  const other = await call(`PATCH /services/${cut.id}`, { key, body: { currency: "EUR", duration_minutes: null } });
  expect(other.body).toMatchObject({ duration_minutes: null, price: 499.5, currency: "EUR" });
  expect(await make("/services", { name: "Prat" })).toMatchObject({
    duration_minutes: null,
    price: null,
    currency: null,
  });
  expect(await make("/services", { name: "Gratis", price: 0 })).toMatchObject({ price: 0, currency: "NOK" });
});

test.each([
  ["/services", { price: 1.005 }, "invalid_price"],
  ["/services", { price: 1, currency: "KRO" }, "unknown_currency"],
  ["/locations", { time_zone: "Europe/Bergen" }, "unknown_time_zone"],
  ["/resources", { mobile: "12" }, "invalid_number"],
  ["/resources", { locale: "norsk språk" }, "invalid_locale"],
])("%s refuses %o", async (path, fields, code) => {
  const [field, value] = Object.entries(fields).at(-1) as [string, unknown];
  const refused = { status: 422, body: { error: { code, field, value } } };
  expect(await call(`POST ${path}`, { key, body: { name: "Ny", ...fields } })).toMatchObject(refused);
  expect(await namesOf(path)).toEqual([]);
  const { id } = await make(path, { name: "Ny" });
  expect(await call(`PATCH ${path}/${id}`, { key, body: fields })).toMatchObject(refused);
});

test("a location is in the workspace's zone unless it has its own", async () => {
  const salon = await make("/locations", {
    name: "Salong",
    address: " Storgata 1 ",
    phone: "22 00 00 00",
    directions: "Inn bakgården\nog opp trappen",
  });
  expect(salon).toMatchObject({
    address: "Storgata 1",
    phone: "22 00 00 00",
    directions: "Inn bakgården\nog opp trappen",
    time_zone: "Europe/Oslo",
    remote: false,
  });
  const zone = await call(`PATCH /locations/${salon.id}`, {
    key,
    body: { time_zone: "America/New_York", remote: true, address: "", phone: null },
  });
  expect(zone.body).toMatchObject({ time_zone: "America/New_York", remote: true, address: null, phone: null });
});

test("a resource's number is read by the workspace's country, and its address and language are kept in one spelling", async () => {
  const anne = await make("/resources", {
    name: "Anne",
    mobile: "912 34 567",
    email: "Anne@Salong.example",
    locale: "NB_no",
  });
  expect(anne).toMatchObject({ mobile: "+4791234567", email: "anne@salong.example", locale: "nb-NO" });
  const cleared = await call(`PATCH /resources/${anne.id}`, { key, body: { mobile: "", email: null, locale: null } });
  expect(cleared.body).toMatchObject({ mobile: null, email: null, locale: null });
});

test("the audit log tells what changed, but not an employee's number and address", async () => {
  const { id } = await make("/resources", { name: "Anne", mobile: "912 34 567" });
  await call(`PATCH /resources/${id}`, { key, body: { name: "Anne B.", mobile: "912 34 568", archived: true } });
  await call(`PATCH /resources/${id}`, { key, body: { archived: false } });
  await call(`PATCH /resources/${id}`, { key, body: { name: "Anne B." } });
  const { items } = (await call("GET /audit-events?action=resource", { key })).body;
  expect(items).toMatchObject([
    { action: "resource.restored", target: { id, name: "Anne B." } },
    { action: "resource.archived", target: { id, name: "Anne" } },
    {
      action: "resource.updated",
      before: { name: "Anne", mobile: "…" },
      after: { name: "Anne B.", mobile: "changed" },
    },
    { action: "resource.created", target: { type: "resource", id, name: "Anne" }, before: null, after: null },
  ]);
});
