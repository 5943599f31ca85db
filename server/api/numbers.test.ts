/** Every call parses numbers alike: which spellings are accepted, which are refused and why, and which find the number again. */
import { describe, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { spellings } from "../../testing/number-spellings.ts";
import { untilFinal, startPipeline } from "../../testing/pipeline.ts";

const database = await testDatabase({ max: 20 });
const { call } = await testApp(database);

async function workspaceIn(country: string) {
  const { id, key } = await workspaceWithKey(database);
  await call("PATCH /workspace", { key, body: { country } });
  return {
    id,
    create: (body: object) => call("POST /contacts", { key, body }),
    send: (to: string) => call("POST /messages", { key, body: { to, text: "x" } }),
    textedTo: async (to: string) => {
      const { body } = await call("POST /messages", { key, body: { to, text: "x" } });
      return (await call(`GET /messages/${body.id}`, { key })).body.to;
    },
    find: async (query: string) => {
      const { body } = await call(`GET /contacts?query=${encodeURIComponent(query)}`, { key });
      return {
        total: body.total,
        numbers: body.items.map((each: { mobile: string; phone: string }) => each.mobile ?? each.phone),
      };
    },
    behave: (number: string) =>
      call(`PUT /sandbox/phones/${encodeURIComponent(number)}`, { key, body: { behaviour: "deliver" } }),
    erasuresOf: (number: string) => call(`GET /erasures?number=${encodeURIComponent(number)}`, { key }),
    phones: (query: string) => call(`GET /sandbox/phones?query=${encodeURIComponent(query)}`, { key }),
  };
}

test.each(spellings)("every call in $country parses a spelling alike", async ({ country, ...given }) => {
  const { create, send, textedTo, find, behave, erasuresOf } = await workspaceIn(country);
  for (const [written, number] of given.taken) {
    expect((await create({ mobile: written })).body, written).toMatchObject({ mobile: number, mobile_kind: "mobile" });
    expect(await textedTo(written), written).toBe(number);
    expect((await find(written)).numbers, written).toEqual([number]);
    expect((await behave(written)).body, written).toMatchObject({ number });
    expect((await erasuresOf(written)).status, written).toBe(200);
  }
  for (const [value, readings] of given.ambiguous) {
    expect(await create({ mobile: value })).toMatchObject({
      status: 422,
      body: { error: { code: "ambiguous_number", field: "mobile", value, readings } },
    });
    expect(await send(value)).toMatchObject({
      status: 422,
      body: { error: { code: "invalid_number", field: "to", value, readings } },
    });
  }
  for (const value of given.reformatted) {
    const error = { field: "mobile", value, message: expect.stringContaining(value) };
    expect(await create({ mobile: value })).toMatchObject({
      status: 422,
      body: { error: { ...error, code: "reformatted_number" } },
    });
    expect(await send(value)).toMatchObject({
      status: 422,
      body: { error: { ...error, code: "invalid_number", field: "to" } },
    });
    expect(await behave(value)).toMatchObject({
      status: 422,
      body: { error: { ...error, code: "reformatted_number", field: "number" } },
    });
  }
});

test("a number reformatted by a spreadsheet is restored, or refused with the field, the value and the reason", async () => {
  const { create, send, behave } = await workspaceIn("FI");
  expect((await create({ mobile: "401234567.0" })).body).toMatchObject({
    mobile: "+358401234567",
    mobile_kind: "mobile",
  });
  expect((await create({ mobile: "+358401234567" })).status).toBe(409);
  for (const [field, value] of [
    ["mobile", "4.01E+08"],
    ["phone", "401234567.000"],
  ] as const)
    expect(await create({ [field]: value })).toMatchObject({
      status: 422,
      body: { error: { code: "reformatted_number", field, value, message: expect.stringContaining(value) } },
    });
  expect((await send("401234568.00")).status).toBe(202);
  expect(await send("4.01E+08")).toMatchObject({
    status: 422,
    body: {
      error: { code: "invalid_number", field: "to", value: "4.01E+08", message: expect.stringContaining("4.01E+08") },
    },
  });
  expect((await behave("401234567.0")).body).toMatchObject({ number: "+358401234567" });
  expect(await behave("4.01E+08")).toMatchObject({
    status: 422,
    body: { error: { code: "reformatted_number", field: "number" } },
  });
});

test("digits without a + are read as the one mobile they can be; when there are two, both are named in the error", async () => {
  const { create, send, behave, find, erasuresOf } = await workspaceIn("DE");
  for (const digits of ["4915123456789", "491701234567", "491512345678"]) {
    expect((await create({ mobile: digits })).body).toMatchObject({ mobile: `+${digits}`, mobile_kind: "mobile" });
    expect((await send(digits)).status).toBe(202);
    expect((await behave(digits)).body).toMatchObject({ number: `+${digits}` });
    expect((await find(digits)).numbers).toContain(`+${digits}`);
  }
  const value = "15123456789";
  const readings = ["+4915123456789", "+15123456789"];
  expect(await create({ mobile: value })).toMatchObject({
    status: 422,
    body: { error: { code: "ambiguous_number", field: "mobile", value, readings } },
  });
  const refused = await send(value);
  expect(refused).toMatchObject({ status: 422, body: { error: { code: "invalid_number", field: "to", value } } });
  for (const number of readings) expect(refused.body.error.message).toContain(number);
  // The sandbox prefers the reading that is a contact's number.
  expect((await behave(value)).body).toMatchObject({ number: "+4915123456789" });
  // A search may mean either.
  expect((await find(value)).numbers).toEqual(["+4915123456789"]);
  expect((await erasuresOf(value)).status).toBe(200);
});

test("each mobile of Mexico and Argentina is one number, however it is written", async () => {
  const { create, send, find } = await workspaceIn("NO");
  expect((await create({ mobile: "+5215512345678" })).body).toMatchObject({ mobile: "+525512345678" });
  expect((await create({ mobile: "+525512345678" })).status).toBe(409);
  expect((await send("5215512345678")).status).toBe(202);
  expect((await create({ mobile: "+54 11 15 2345 6789" })).body).toMatchObject({ mobile: "+5491123456789" });
  expect((await create({ mobile: "+541123456789" })).status).toBe(409);
  for (const query of ["+5215512345678", "5215512345678", "+52 1 55", "+52 55"])
    expect((await find(query)).numbers, query).toEqual(["+525512345678"]);
  for (const query of ["+541123456789", "+54 9 11", "+54 11 15 2345 6789"])
    expect((await find(query)).numbers, query).toEqual(["+5491123456789"]);
});

describe("a contact is found by every spelling that it could have been created with", () => {
  test.each([
    [
      "NO",
      { mobile: "+4791234623" },
      "+4791234623",
      [
        "912\u201134\u2011623",
        "\u202a+4791234623\u202c",
        "\u2068+4791234623\u2069",
        "９１２３４６２３",
        "+47 (0) 912 34 623",
        "tel:+4791234623",
        "4791234623",
        "0047 912 34 623",
        "'91234623",
        "91234623.0",
        "912\u00a034\u00a0623",
        "91\u200b234623",
      ],
    ],
    [
      "GB",
      { mobile: "+447912345678" },
      "+447912345678",
      ["+44 (0)7912 345678", "07912 345678", "447912345678", "+44 (0)79"],
    ],
    ["IT", { phone: "+390612345678" }, "+390612345678", ["06 1234 5678", "0612345678", "06 12", "+39 06"]],
    ["SE", { mobile: "+46701740605" }, "+46701740605", ["070-174 06 05", "070", "46701740605"]],
  ])("%s", async (country, input, number, queries) => {
    const { create, find } = await workspaceIn(country);
    expect((await create(input)).status).toBe(201);
    for (const query of queries) expect(await find(query), query).toEqual({ total: 1, numbers: [number] });
  });
});

test("a handset of the sandbox is found by every spelling of its number, and by a part of it", async () => {
  const { id, send, phones } = await workspaceIn("SE");
  await startPipeline(database.db);
  expect((await send("070-174 06 05")).status).toBe(202);
  await untilFinal(database.db, id);
  for (const query of ["070-174 06 05", "0701740605", "46701740605", "+46 (0)70", "1740605", "70\u2011174"])
    expect((await phones(query)).body.items, query).toMatchObject([{ number: "+46701740605" }]);
  expect((await phones("070-174 06 06")).body.items).toEqual([]);
});
