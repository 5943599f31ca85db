/** The page of preferences, over HTTP as a browser without scripts uses it, and its link in texts. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { newApiKey, storeApiKey } from "../accounts/api-keys.ts";

const database = await testDatabase();
const { db } = database;
const { app, call } = await testApp(database);

let workspace: { id: string; key: string };
let contact: { id: string };
let path: string;
beforeEach(async () => {
  workspace = await workspaceWithKey(database, { name: "Saks & <Søn>" });
  contact = (
    await as("POST /contacts", { first_name: "Kari", mobile: "+4791000001", email: "kari@example.com", locale: "da" })
  ).body;
  path = await linkOf(contact.id);
});

const as = (line: string, body?: object) => call(line, { key: workspace.key, ...(body && { body }) });
const linkOf = async (id: string) => new URL((await as(`GET /contacts/${id}/preferences-link`)).body.url).pathname;
const open = (headers: Record<string, string> = {}, at = path) => app.inject({ url: at, headers });
const post = (form: Record<string, string | string[]>, at = path) => {
  const payload = new URLSearchParams();
  for (const [name, value] of Object.entries(form)) for (const each of [value].flat()) payload.append(name, each);
  return app.inject({
    method: "POST",
    url: at,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: payload.toString(),
  });
};
const grant = (channel: "sms" | "email") =>
  as("POST /consent-events", {
    contact_id: contact.id,
    subscription_type: "marketing",
    channel,
    action: "grant",
    source: "form",
  });
const consents = async () => {
  const { current, events } = (await as(`GET /contacts/${contact.id}/consent`)).body;
  return {
    on: current
      .filter((each: { granted: boolean }) => each.granted)
      .map((each: { channel: string }) => each.channel)
      .sort(),
    events: events as { source: string; evidence: string; action: string; channel: string }[],
  };
};
/** What the form on the page shows, and which of it is ticked. */
async function form() {
  const { body } = await open();
  const shown = [...body.matchAll(/name="shown" value="([^"]+)"/g)].map((match) => match[1] as string);
  const on = [...body.matchAll(/name="on" value="([^"]+)" checked/g)].map((match) => match[1] as string);
  return {
    shown,
    on,
    sms: shown.find((name) => name.endsWith(" sms")) as string,
    email: shown.find((name) => name.endsWith(" email")) as string,
  };
}

test("the link is the same each time, nobody can guess it, and the page says nothing about the person", async () => {
  expect(path).toMatch(/^\/p\/[0-9A-Za-z]{12}$/);
  expect(await linkOf(contact.id)).toBe(path);
  const other = (await as("POST /contacts", { mobile: "+4791000002" })).body;
  expect(await linkOf(other.id)).not.toBe(path);
  const page = await open();
  expect(page.statusCode).toBe(200);
  expect(page.body).toContain("Saks &amp; &lt;Søn&gt;");
  for (const secret of ["Kari", "91000001", "kari@example.com", contact.id]) expect(page.body).not.toContain(secret);
  expect(page.headers).toMatchObject({
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex, nofollow",
  });
  for (const wrong of ["/p/000000000000", "/p/AAAAAAAAAAAA", `${path}x`, "/p/%00"])
    expect((await open({}, wrong)).statusCode, wrong).toBe(404);
  // Whoever may only read consent gets nothing that changes it.
  const reader = newApiKey();
  await db.inWorkspace(workspace.id, (tx) =>
    storeApiKey(tx, workspace.id, reader, { name: "reader", role: "viewer", scopes: ["consent:read"] }, new Date()),
  );
  expect((await call(`GET /contacts/${contact.id}/preferences-link`, { key: reader })).status).toBe(403);
  const elsewhere = await workspaceWithKey(database);
  expect((await call(`GET /contacts/${contact.id}/preferences-link`, { key: elsewhere.key })).status).toBe(404);
});

test("it speaks the browser's language, else the contact's", async () => {
  for (const [header, words] of [
    ["nb-NO,nb;q=0.9", "Det du får fra"],
    ["sv", "Det du får från"],
    ["en-GB", "What you get from"],
    ["fi", "Det, du får fra"],
    ["", "Det, du får fra"],
  ] as const)
    expect((await open({ "accept-language": header })).body, header).toContain(words);
});

test("GET changes nothing, whatever its address says", async () => {
  await grant("sms");
  const before = await consents();
  for (const query of ["", "?do=leave", "?do=save", "?done=left"]) await open({}, path + query);
  await app.inject({ method: "HEAD", url: path });
  expect(await consents()).toEqual(before);
});

test("what is ticked is granted, what is not is withdrawn, with the wording as proof; saved twice, it is recorded once", async () => {
  await grant("sms");
  const { shown, on, sms, email } = await form();
  expect(on).toEqual([sms]);
  const answer = await post({ do: "save", shown, on: [email] });
  expect([answer.statusCode, answer.headers.location]).toEqual([303, `${path}?done=saved`]);
  await post({ do: "save", shown, on: [email] });
  const { on: granted, events } = await consents();
  expect(granted).toEqual(["email"]);
  const own = events.filter(({ source }) => source === "preferences");
  expect(own.map(({ action, channel }) => `${action} ${channel}`).sort()).toEqual(["grant email", "withdraw sms"]);
  expect(own.map(({ evidence }) => evidence).sort()).toEqual([
    "Vælg, hvad Saks & <Søn> må sende dig. Markedsføring, På e-mail: ✓",
    "Vælg, hvad Saks & <Søn> må sende dig. Markedsføring, På sms: –",
  ]);
  // What the form did not show stays as it is.
  await post({ do: "save", shown: [sms], on: [] });
  expect((await consents()).on).toEqual(["email"]);
});

test("one button leaves all: every consent is withdrawn, and no text leaves any more; ticking one again brings that back", async () => {
  await grant("sms");
  await grant("email");
  expect((await post({ do: "leave" })).headers.location).toBe(`${path}?done=left`);
  expect((await consents()).on).toEqual([]);
  const text = { to: "+4791000001", text: "Hei", class: "transactional" };
  expect((await as("POST /messages", text)).body.error?.code).toBe("opted_out");
  const { shown, sms } = await form();
  expect((await open()).body).toContain("Du har stoppet alle sms");
  await post({ do: "save", shown, on: [sms] });
  expect((await consents()).on).toEqual(["sms"]);
  expect((await as("POST /messages", text)).status).toBe(202);
});

test("hostile forms change nothing of others, and are answered", async () => {
  await grant("sms");
  const before = await consents();
  const { rows } = await db.asSystem((tx) =>
    sql<{ id: string }>`select id from subscription_types limit 50`.execute(tx),
  );
  const foreign = rows.map(({ id }) => `${id} fax`);
  for (const form of [
    {},
    { do: "delete" },
    { do: "save", shown: foreign, on: foreign },
    { do: "save", shown: ["x sms", "' or 1=1"], on: ["x sms"] },
  ])
    await post(form as Record<string, string>);
  expect(await consents()).toEqual(before);
  const large = await app.inject({
    method: "POST",
    url: path,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: `do=leave&x=${"x".repeat(40_000)}`,
  });
  expect(large.statusCode).toBe(413);
  const json = await app.inject({
    method: "POST",
    url: path,
    headers: { "content-type": "application/json" },
    payload: '{"do":"leave"}',
  });
  expect(json.statusCode).toBeGreaterThanOrEqual(400);
  expect(await consents()).toEqual(before);
});

test("an erased contact's link leads nowhere", async () => {
  expect((await as(`POST /contacts/${contact.id}/erasure`, { confirm: contact.id })).status).toBeLessThan(300);
  expect((await open()).statusCode).toBe(404);
  expect((await post({ do: "leave" })).statusCode).toBe(404);
});

test("whoever saves over and over is refused for a while, and nobody else is", async () => {
  const other = (await as("POST /contacts", { mobile: "+4791000002" })).body;
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) statuses.push((await post({ do: "save" })).statusCode);
  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 303), 429]);
  expect((await open()).statusCode).toBe(200);
  expect((await post({ do: "save" }, await linkOf(other.id))).statusCode).toBe(303);
  // Codes that do not exist are not counted, and so take no memory.
  for (let i = 0; i < 12; i++) expect((await post({ do: "save" }, "/p/000000000000")).statusCode).toBe(404);
});

test("two people who save at once leave one state, and each change is recorded once", async () => {
  const { shown, sms, email } = await form();
  await Promise.all([
    ...Array.from({ length: 4 }, () => post({ do: "save", shown, on: [sms, email] })),
    post({ do: "save", shown, on: [] }),
  ]);
  const { events } = await consents();
  const actions = events.filter(({ channel }) => channel === "sms").map(({ action }) => action);
  // Newest first, and no change to what is in force already.
  for (const [i, action] of actions.entries()) expect(action).not.toBe(actions[i + 1]);
});
