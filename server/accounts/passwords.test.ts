/** Every way to change a password: what may be chosen, what ends with the old one, and the mails about it. */
import { sql } from "kysely";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { untilSubmitted } from "../../testing/mails.ts";
import { until } from "../../testing/until.ts";
import { instantOf, newId } from "../kit/id.ts";
import { runJobs } from "../kit/jobs.ts";
import type { Mailer } from "../kit/mail.ts";
import { accountJobs, identityOf, mailPasswordResetJob } from "./account-jobs.ts";
import { createPerson, joinWorkspace } from "./create-person.ts";
import { newResetToken, setResetToken } from "./passwords.ts";

vi.setConfig({ testTimeout: 90_000 }); // scrypt, some ten times a test
const database = await testDatabase();
const { db } = database;
let now = new Date("2026-03-01T12:00:00Z");
const { call, services } = await testApp(database, { clock: { now: () => now } });
const handlers = accountJobs(services);
const runner = await runJobs({ connection: database.connection, pool: db.pool, handlers, log: services.log });
afterAll(() => runner.stop());

const email = "kari@example.com";
let password = "correct horse battery";
const { id: workspaceId, key } = await workspaceWithKey(database, { name: "Salong Saks" });
const passwordHash = await identityOf(services).hashPassword(password);
const person = await db.asSystem(async (tx) => {
  const user = await createPerson(tx, { name: "Kari", email, passwordHash, verified: true }, now);
  await joinWorkspace(tx, { workspaceId, userId: user.id, role: "admin", smsSetup: false }, now);
  return user;
});

beforeEach(async () => {
  now = new Date(now.getTime() + 2 * 3_600_000);
  await db.asSystem((tx) => sql`delete from attempts`.execute(tx));
});

const signIn = (given = password) => call("POST /api/auth/sign-in/email", { body: { email, password: given } });
const reset = (token: string, newPassword: string) =>
  call("POST /api/auth/reset-password", { body: { token, newPassword } });
const change = (cookie: string, currentPassword: string, newPassword: string) =>
  call("POST /api/auth/change-password", { cookie, body: { currentPassword, newPassword } });

async function issue(): Promise<string> {
  const token = newResetToken();
  await db.asSystem((tx) => setResetToken(tx, person, token, now));
  return token;
}

async function mails(subject: string, to = email): Promise<string[]> {
  await untilSubmitted(services);
  const found = await db.asSystem((tx) =>
    sql<{ text: string }>`
      select text from sandbox_mails where recipient = ${to} and subject = ${subject} order by at, id`.execute(tx),
  );
  return found.rows.map(({ text }) => text);
}

const notified = (n: number) =>
  until(async () => expect((await mails("Passordet ditt til Varsla er endret")).length).toBeGreaterThanOrEqual(n));

test("a new link invalidates the one before; a used one invalidates all, and the person is notified", async () => {
  const before = await mails("Passordet ditt til Varsla er endret");
  const first = await issue();
  const second = await issue();
  const kept = await db.asSystem((tx) => sql`select * from verifications`.execute(tx));
  expect(kept.rows).toHaveLength(1);
  expect(JSON.stringify(kept.rows)).not.toContain(second);
  expect((await reset(first, "a boat on the fjord")).body.error).toMatchObject({
    code: "invalid_token",
    field: "token",
  });
  expect((await reset(second, "a boat on the fjord")).status).toBe(200);
  password = "a boat on the fjord";
  expect((await reset(second, "another boat there")).body.error.code).toBe("invalid_token");
  expect((await signIn()).status).toBe(200);
  await notified(before.length + 1);
  const [mail = ""] = (await mails("Passordet ditt til Varsla er endret")).slice(-1);
  expect(mail).toMatch(/Hei Kari.*endret 1\. mars 2026.*15:00 \(Europe\/Oslo\)/s);
  expect(mail).toContain("http://localhost:3000/forgot-password");
  expect(mail).not.toContain("token");
});

test("of two concurrent uses of one link one sets the password", async () => {
  const token = await issue();
  const both = await Promise.all([reset(token, "the first of the two"), reset(token, "the second of the two")]);
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 422]);
  password = both[0]?.status === 200 ? "the first of the two" : "the second of the two";
  expect((await signIn()).status).toBe(200);
});

test("of several links issued at the same time one is valid", async () => {
  const tokens = await Promise.all([issue(), issue(), issue()]);
  const answers = [];
  for (const token of tokens) answers.push((await reset(token, "one of several boats")).status);
  expect(answers.sort()).toEqual([200, 422, 422]);
  password = "one of several boats";
});

test("a link is valid for an hour", async () => {
  const token = await issue();
  now = new Date(now.getTime() + 3_600_000);
  expect((await reset(token, "too late for that")).body.error.code).toBe("invalid_token");
  const other = await issue();
  now = new Date(now.getTime() + 3_599_000);
  expect((await reset(other, "just in time for it")).status).toBe(200);
  password = "just in time for it";
});

test("changing the password invalidates links, ends the other sessions and rotates this one", async () => {
  const here = await signIn();
  const there = await signIn();
  const token = await issue();
  const before = await mails("Passordet ditt til Varsla er endret");
  expect((await change(here.cookies, "not it", "a boat on the fjord")).body.error.code).toBe("wrong_password");
  const changed = await change(here.cookies, password, "a boat on the fjord");
  expect(changed.status).toBe(200);
  password = "a boat on the fjord";
  expect((await reset(token, "somebody else's choice")).body.error.code).toBe("invalid_token");
  for (const old of [here, there]) expect((await call("GET /session", { cookie: old.cookies })).status).toBe(401);
  expect((await call("GET /session", { cookie: changed.cookies })).status).toBe(200);
  await notified(before.length + 1);
});

test("an address gets five mails an hour, and the last link stays valid", async () => {
  const job = handlers[mailPasswordResetJob] ?? expect.unreachable();
  const subject = "Nytt passord til Varsla";
  const before = (await mails(subject)).length;
  for (let n = 0; n < 9; n++) {
    now = new Date(now.getTime() + 1_000);
    await job({ email } as never, new AbortController().signal);
  }
  const sent = await mails(subject);
  expect(sent).toHaveLength(before + 5);
  const token = /token=(\S+)/.exec(sent.at(-1) ?? "")?.[1] ?? "";
  expect((await reset(token, "a boat after all those")).status).toBe(200);
  password = "a boat after all those";
  await job({ email } as never, new AbortController().signal); // a successful reset clears the limit
  expect(await mails(subject)).toHaveLength(before + 6);
  await job({ email: "nobody@example.com" } as never, new AbortController().signal);
  expect(await mails(subject, "nobody@example.com")).toEqual([]);
});

test("a reset whose mail cannot be queued neither counts nor invalidates links, and a request is logged once", async () => {
  await issue();
  const links = () => db.asSystem((tx) => sql`select * from verifications`.execute(tx));
  let away = true;
  const mailer: Mailer = {
    queue: (tx, mail) => (away ? Promise.reject(new Error("no queue")) : services.mailer.queue(tx, mail)),
  };
  const job = accountJobs({ ...services, mailer })[mailPasswordResetJob] ?? expect.unreachable();
  const run = (request_id: string) =>
    job({ email, ip: "203.0.113.9", request_id } as never, new AbortController().signal);
  const events = async (ids: string[]) => {
    const found = await db.asSystem((tx) =>
      sql`select id, at, ip from audit_events where action = 'password.reset_requested' and id = any(${ids})
        order by id`.execute(tx),
    );
    return found.rows;
  };
  const subject = "Nytt passord til Varsla";
  const before = { mails: await mails(subject), links: (await links()).rows };
  const [first, second] = [newId(now), newId(new Date(now.getTime() + 1_000))];
  for (let n = 0; n < 7; n++) await expect(run(first)).rejects.toThrow("no queue");
  expect(await events([first])).toEqual([]);
  expect((await links()).rows).toEqual(before.links);
  away = false;
  for (let n = 0; n < 6; n++) {
    now = new Date(now.getTime() + 1_000);
    await run(second);
  }
  expect(await mails(subject)).toHaveLength(before.mails.length + 5);
  expect(await events([first, second])).toEqual([{ id: second, at: instantOf(second), ip: "203.0.113.9" }]);
  const token = /token=(\S+)/.exec((await mails(subject)).at(-1) ?? "")?.[1] ?? "";
  expect((await reset(token, "the relay came back")).status).toBe(200);
  password = "the relay came back";
});

const poor = [
  ["Password1234", "common_password"],
  ["1q2w3e4r5t6y", "common_password"],
  ["salong saks forever", "password_has_workspace"],
  ["KARI@example.com 1", "password_has_email"],
  ["kari kari kari", "password_has_email"],
] as const;

test.each(poor)("%s is refused wherever a password is chosen", async (poorPassword, code) => {
  const refused = (field: string) => ({ status: 422, body: { error: { code, field } } });
  const { cookies } = await signIn();
  const answers = [await change(cookies, password, poorPassword), await reset(await issue(), poorPassword)];
  for (const answer of answers) {
    expect(answer).toMatchObject(refused("newPassword"));
    expect(JSON.stringify(answer.body)).not.toContain(poorPassword);
  }
});

test("a poor password is refused when an invitation is accepted, and the invitation stays open", async () => {
  const invited = "ola.hansen@example.com";
  expect((await call("POST /people", { key, body: { email: invited, role: "viewer" } })).status).toBe(201);
  const token = await until(async () => {
    const [text = ""] = (await mails("Du er invitert til Salong Saks", invited)).slice(-1);
    return /invitations\/(\S+)/.exec(text)?.[1] ?? expect.unreachable();
  });
  await until(async () => expect((await call(`GET /invitations/${token}`)).status).toBe(200));
  const accept = (chosen: string) =>
    call(`POST /invitations/${token}/accept`, { body: { name: "Ola", password: chosen } });
  for (const [chosen, code] of [
    ["Password1234", "common_password"],
    ["my salong saks", "password_has_workspace"],
    ["Ola.Hansen@example.com", "password_has_email"],
  ] as const) {
    const answer = await accept(chosen);
    expect(answer).toMatchObject({ status: 422, body: { error: { code, field: "password" } } });
    expect(JSON.stringify(answer.body)).not.toContain(chosen);
  }
  expect((await accept("three long words")).status).toBe(200);
});

test("a password may be long, of any characters, and keeps its spaces", async () => {
  for (const next of [
    "  two spaces at both ends  ",
    "🦊 blåbærsyltetøy på lørdag 🦊",
    "a".repeat(64),
    "å".repeat(128),
  ]) {
    const { cookies } = await signIn();
    expect((await change(cookies, password, next)).status, next).toBe(200);
    password = next;
    expect((await signIn(next.trim())).status, next).toBe(next.trim() === next ? 200 : 401);
    await db.asSystem((tx) => sql`delete from attempts`.execute(tx));
  }
  // å in NFC or NFD is the same password.
  expect((await signIn("a\u030a".repeat(64))).status).toBe(401); // half as long
  const { cookies } = await signIn();
  expect((await change(cookies, password, "b".repeat(129))).body.error).toMatchObject({ field: "newPassword" });
  expect((await change(cookies, password, "🦊".repeat(9))).body.error).toMatchObject({ field: "newPassword" });
  expect((await change(cookies, password, "blåbær på lørdag")).status).toBe(200);
  password = "blåbær på lørdag";
  expect((await signIn(password.normalize("NFD"))).status).toBe(200);
});

test("reset links are invalid once the person is deleted", async () => {
  const token = await issue();
  await db.asSystem((tx) => sql`delete from users where id = ${person.id}`.execute(tx));
  expect((await reset(token, "nobody's password")).body.error.code).toBe("invalid_token");
});
