import { sql } from "kysely";
import { afterAll, beforeEach, expect, test } from "vitest";
import { type TestApp, testApp } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { runJobs } from "../kit/jobs.ts";
import { accountJobs } from "./account-jobs.ts";

const database = await testDatabase();
const { db } = database;
let now = new Date("2026-03-01T12:00:00Z");
const later = (milliseconds: number) => {
  now = new Date(now.getTime() + milliseconds);
};
const { call, services, setUpToken: token }: TestApp = await testApp(database, { clock: { now: () => now } });
const runner = await runJobs({
  connection: database.connection,
  pool: db.pool,
  handlers: accountJobs(services),
  log: services.log,
});
afterAll(() => runner.stop());

const workspace = { name: "Salong Saks", country: "NO", time_zone: "Europe/Oslo", language: "nb" };
const admin = { name: "Kari Nordmann", email: "Kari@Example.com", password: "correct horse battery" };
const signIn = (email: string, password: string, ip = "192.0.2.1") =>
  call("POST /api/auth/sign-in/email", { body: { email, password }, ip });

async function lastMail(to: string, before = 0): Promise<{ subject: string; text: string; n: number }> {
  return until(async () => {
    const found = await db.asSystem((tx) =>
      sql<{ subject: string; text: string }>`
        select subject, text from sandbox_mails where recipient = ${to} order by at, id`.execute(tx),
    );
    expect(found.rows.length).toBeGreaterThan(before);
    const mail = found.rows.at(-1);
    if (!mail) throw new Error("no mail");
    return { ...mail, n: found.rows.length };
  });
}

/** The token in the link of the last mail. */
async function tokenFor(to: string, path: string, before = 0): Promise<string> {
  const { text } = await lastMail(to, before);
  const token = new RegExp(`http://localhost:3000${path}(\\S+)`).exec(text)?.[1];
  if (!token) throw new Error(`no link to ${path} in ${text}`);
  // The token of an invitation becomes valid after its mail was sent.
  if (path === "/invitations/")
    await until(async () => expect((await call(`GET /invitations/${token}`)).status).toBe(200));
  return decodeURIComponent(token);
}

// Set up once; the tests below need an installation that is set up.
const race = await Promise.all(
  [1, 2, 3, 4].map((n) =>
    call("POST /setup", {
      body: { token, workspace, admin: { ...admin, email: n === 1 ? admin.email : `${n}@example.com` } },
    }),
  ),
);
const first = race.find((answer) => answer.status === 201);
const adminEmail: string = first?.body.user.email;
const adminCookie = first?.cookies ?? "";

beforeEach(() => later(3_600_000)); // so that earlier attempts no longer count

test("of several concurrent set-ups one succeeds and the others get 409", async () => {
  expect(race.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409]);
  expect(race.find((answer) => answer.status === 409)?.body.error.code).toBe("already_set_up");
  const counts = await db.asSystem((tx) =>
    sql`select (select count(*) from workspaces) as workspaces, (select count(*) from users) as users`.execute(tx),
  );
  expect(counts.rows).toEqual([{ workspaces: 1, users: 1 }]);
});

test("set-up signs the super admin in, with subscription types and a sender in the workspace", async () => {
  expect(first?.body).toMatchObject({ role: "super_admin", workspace: { name: "Salong Saks" } });
  expect(first?.body.user.email).toBe(adminEmail.toLowerCase());
  expect(await call("GET /session", { cookie: adminCookie })).toMatchObject({ status: 200, body: first?.body });
  expect((await call("GET /subscription-types", { cookie: adminCookie })).body.items).toHaveLength(3);
  expect((await call("GET /senders", { cookie: adminCookie })).body.items).toMatchObject([{ is_default: true }]);
  expect((await call("GET /installation")).body).toMatchObject({ needs_setup: false, mail: "sandbox" });
});

test("the session cookie is HttpOnly and SameSite", async () => {
  const answer = await signIn(adminEmail, admin.password);
  expect(answer).toMatchObject({ status: 200, body: { user: { email: adminEmail } } });
  expect(JSON.stringify(answer.body)).not.toContain("token");
  const cookie = String(answer.headers["set-cookie"]);
  expect(cookie).toMatch(/^varsla\.session_token=.*HttpOnly; SameSite=Lax/i);
  expect(cookie).not.toMatch(/Secure/);
});

test("a wrong password, an unknown address and a malformed one get the same answer", async () => {
  const wrong = await signIn(adminEmail, "not the password");
  expect(wrong).toMatchObject({ status: 401, body: { error: { code: "invalid_email_or_password" } } });
  expect((await signIn("nobody@example.com", "not the password")).body).toEqual(wrong.body);
  expect((await signIn("no address", "not the password")).body).toEqual(wrong.body);
});

test("after too many guesses even the right password is refused until the window ends", async () => {
  const guesses = await Promise.all(Array.from({ length: 15 }, (_, n) => signIn(adminEmail, `guess number ${n}`)));
  expect(guesses.filter((answer) => answer.status === 401)).toHaveLength(10);
  const stopped = guesses.filter((answer) => answer.status === 429);
  expect(stopped).toHaveLength(5);
  expect(stopped[0]).toMatchObject({ body: { error: { code: "too_many_attempts" } } });
  expect(Number(stopped[0]?.headers["retry-after"])).toBeGreaterThan(800);
  expect((await signIn(adminEmail, admin.password)).status).toBe(429);
  expect((await signIn(adminEmail, admin.password, "198.51.100.7")).status).toBe(200); // its owner, from another address
  later(16 * 60_000);
  expect((await signIn(adminEmail, admin.password)).status).toBe(200);
});

test("repeated successful sign-ins are not throttled", async () => {
  for (let n = 0; n < 12; n++) expect((await signIn(adminEmail, admin.password)).status).toBe(200);
});

test("there is no public sign-up", async () => {
  const body = { name: "Mallory", email: "mallory@example.com", password: "long enough a password" };
  expect((await call("POST /api/auth/sign-up/email", { body })).status).toBe(404);
});

test("signing out ends the session on the server, not only in the browser", async () => {
  const { cookies } = await signIn(adminEmail, admin.password);
  const out = await call("POST /api/auth/sign-out", { cookie: cookies });
  expect(out).toMatchObject({ status: 200, body: { success: true } });
  expect(String(out.headers["set-cookie"])).toMatch(/Max-Age=0/);
  expect(await call("GET /session", { cookie: cookies })).toMatchObject({
    status: 401,
    body: { error: { code: "session_expired" } },
  });
});

test("an expired session gets another error than no session", async () => {
  const { cookies } = await signIn(adminEmail, admin.password);
  const token = decodeURIComponent(cookies.split("=")[1] ?? "").split(".")[0];
  await db.asSystem((tx) =>
    sql`update sessions set expires_at = now() - interval '1 second' where token = ${token}`.execute(tx),
  );
  const expired = await call("GET /workspace", { cookie: cookies });
  expect(expired).toMatchObject({ status: 401, body: { error: { code: "session_expired" } } });
  expect(String(expired.headers["set-cookie"])).toMatch(/Max-Age=0/);
  expect((await call("GET /workspace")).body.error.code).toBe("unauthenticated");
});

test("a cookie with a forged signature is refused", async () => {
  const { cookies } = await signIn(adminEmail, admin.password);
  const [session = ""] = cookies.split("; ");
  expect((await call("GET /workspace", { cookie: session })).status).toBe(200);
  const forged = session.replace(/\.[^.]*$/, `.${"A".repeat(43)}%3D`);
  expect((await call("GET /workspace", { cookie: forged })).status).toBe(401);
});

test("a reset link sets the password once and ends every session", async () => {
  const { cookies } = await signIn(adminEmail, admin.password);
  const asked = await call("POST /api/auth/request-password-reset", { body: { email: adminEmail.toUpperCase() } });
  expect(asked).toMatchObject({ status: 200, body: { status: true } });
  const token = await tokenFor(adminEmail, "/reset-password\\?token=");
  const kept = await db.asSystem((tx) => sql<{ identifier: string }>`select identifier from verifications`.execute(tx));
  expect(JSON.stringify(kept.rows)).not.toContain(token);

  const reset = (newPassword: string) => call("POST /api/auth/reset-password", { body: { token, newPassword } });
  expect((await reset("short")).body.error).toMatchObject({ code: "invalid", field: "newPassword" });
  expect(await reset("a whole new password")).toMatchObject({ status: 200 });
  expect((await call("GET /session", { cookie: cookies })).status).toBe(401);
  expect((await signIn(adminEmail, admin.password)).status).toBe(401);
  expect((await signIn(adminEmail, "a whole new password")).status).toBe(200);
  expect((await reset("and yet another one")).body.error).toMatchObject({ code: "invalid_token", field: "token" });
  admin.password = "a whole new password";
});

test("asking for a reset does not reveal whether an address has an account, and is limited", async () => {
  const ask = (email: string) => call("POST /api/auth/request-password-reset", { body: { email } });
  const answers = [];
  for (let n = 0; n < 5; n++) answers.push(await ask("nobody@example.com"));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 429, 429]);
  expect(answers[0]?.body).toEqual((await ask(adminEmail)).body);
});

test("changing the password ends the other sessions and keeps this one", async () => {
  const here = await signIn(adminEmail, admin.password);
  const there = await signIn(adminEmail, admin.password);
  const change = (currentPassword: string, newPassword: string) =>
    call("POST /api/auth/change-password", { cookie: here.cookies, body: { currentPassword, newPassword } });
  expect(await change("wrong", "the third password")).toMatchObject({
    status: 422,
    body: { error: { code: "wrong_password", field: "currentPassword" } },
  });
  const changed = await change(admin.password, "the third password");
  expect(changed.status).toBe(200);
  admin.password = "the third password";
  expect((await call("GET /session", { cookie: there.cookies })).status).toBe(401);
  expect((await call("GET /session", { cookie: changed.cookies })).status).toBe(200);
});

async function newAdminSession(): Promise<string> {
  return (await signIn(adminEmail, admin.password)).cookies;
}

async function invited(email: string, role: string, cookie: string): Promise<{ id: string; token: string }> {
  const answer = await call("POST /people", { cookie, body: { email, role } });
  expect(answer).toMatchObject({ status: 201, body: { email, role, joined_at: null } });
  return { id: answer.body.id, token: await tokenFor(email, "/invitations/") };
}

test("an invited person signs up by the mailed link, once", async () => {
  const cookie = await newAdminSession();
  const { token } = await invited("ola@example.com", "marketer", cookie);
  expect((await lastMail("ola@example.com")).subject).toBe("Du er invitert til Salong Saks");
  expect((await call(`GET /invitations/${token}`)).body).toEqual({
    email: "ola@example.com",
    workspace: "Salong Saks",
    has_account: false,
  });
  const accept = (body: object) => call(`POST /invitations/${token}/accept`, { body });
  expect((await accept({ password: "a good long password" })).body.error).toMatchObject({
    code: "invalid",
    field: "name",
  });
  const both = await Promise.all([1, 2].map(() => accept({ name: "Ola Nordmann", password: "a good long password" })));
  expect(both.map((answer) => answer.status).sort()).toEqual([200, 404]);
  const joined = both.find((answer) => answer.status === 200);
  expect(joined?.body).toMatchObject({
    role: "marketer",
    user: { name: "Ola Nordmann" },
    workspace: { name: "Salong Saks" },
  });
  expect((await call("GET /session", { cookie: joined?.cookies ?? "" })).status).toBe(200);
  expect((await call(`GET /invitations/${token}`)).status).toBe(404);
  const again = await call("POST /people", { cookie, body: { email: "OLA@example.com", role: "viewer" } });
  expect(again).toMatchObject({ status: 409, body: { error: { code: "already_member", field: "email" } } });
});

test("a person with an account joins another workspace with their password", async () => {
  const cookie = await newAdminSession();
  const made = await call("POST /workspaces", { cookie, body: { ...workspace, name: "Klinikk", language: "en" } });
  expect(made).toMatchObject({ status: 201, body: { name: "Klinikk", opt_out_text: "Reply STOP to opt out" } });
  const headers = { "x-workspace": made.body.id };
  await call("POST /people", { cookie, headers, body: { email: "ola@example.com", role: "agent" } });
  const { subject } = await until(async () => {
    const mail = await lastMail("ola@example.com", 1);
    return mail;
  });
  expect(subject).toBe("You are invited to Klinikk");
  const token = await tokenFor("ola@example.com", "/invitations/", 1);
  expect((await call(`GET /invitations/${token}`)).body.has_account).toBe(true);
  const accept = (password: string) => call(`POST /invitations/${token}/accept`, { body: { password } });
  expect((await accept("somebody else's password")).body.error.code).toBe("wrong_password");
  const joined = await accept("a good long password");
  expect(joined.body).toMatchObject({ role: "agent", workspace: { name: "Klinikk" } });
  expect(joined.body.workspaces.map((w: { name: string }) => w.name)).toEqual(["Salong Saks", "Klinikk"]);
});

test("an invitation ends after seven days, and earlier when it is withdrawn or replaced", async () => {
  const cookie = await newAdminSession();
  const { token: old } = await invited("late@example.com", "viewer", cookie);
  later(7 * 24 * 3_600_000 + 1);
  expect((await call(`GET /invitations/${old}`)).status).toBe(404);
  const session = await newAdminSession();
  const { id } = (await call("POST /people", { cookie: session, body: { email: "late@example.com", role: "agent" } }))
    .body;
  const token = await tokenFor("late@example.com", "/invitations/", 1);
  expect((await call(`GET /invitations/${old}`)).status).toBe(404);
  expect((await call(`GET /invitations/${token}`)).status).toBe(200);
  expect((await call(`DELETE /people/${id}`, { cookie: session })).status).toBe(204);
  expect((await call(`GET /invitations/${token}`)).status).toBe(404);
});

test("a person cannot grant a role above their own, or a permission they lack", async () => {
  const cookie = await newAdminSession();
  const { token } = await invited("adm@example.com", "admin", cookie);
  const joined = await call(`POST /invitations/${token}/accept`, {
    body: { name: "Adm", password: "a quiet administrator" },
  });
  const as = { cookie: joined.cookies };
  const above = await call("POST /people", { ...as, body: { email: "x@example.com", role: "super_admin" } });
  expect(above).toMatchObject({ status: 403, body: { error: { code: "role_above_own", field: "role" } } });
  const setUp = await call("POST /people", {
    ...as,
    body: { email: "x@example.com", role: "viewer", sms_setup: true },
  });
  expect(setUp).toMatchObject({ status: 403, body: { error: { field: "sms_setup" } } });
  const boss = (await call("GET /session", { cookie })).body.user.id;
  expect((await call(`PATCH /people/${boss}`, { ...as, body: { role: "viewer" } })).body.error.code).toBe(
    "role_above_own",
  );
  expect((await call(`DELETE /people/${boss}`, as)).body.error.code).toBe("role_above_own");
  const key = await call("POST /api-keys", { ...as, body: { name: "too much", scopes: ["subscription:write"] } });
  expect(key).toMatchObject({ status: 403, body: { error: { code: "scope_not_yours", value: "subscription:write" } } });
});

test("the last super admin stays one, also when two take each other's role at once", async () => {
  const cookie = await newAdminSession();
  const me = (await call("GET /session", { cookie })).body.user.id;
  for (const request of [
    call(`PATCH /people/${me}`, { cookie, body: { role: "viewer" } }),
    call(`DELETE /people/${me}`, { cookie }),
  ]) {
    expect(await request).toMatchObject({ status: 409, body: { error: { code: "last_super_admin" } } });
  }
  const { token } = await invited("boss@example.com", "super_admin", cookie);
  const other = await call(`POST /invitations/${token}/accept`, { body: { name: "Boss", password: "the other boss" } });
  const [a, b] = await Promise.all([
    call(`PATCH /people/${other.body.user.id}`, { cookie, body: { role: "admin" } }),
    call(`PATCH /people/${me}`, { cookie: other.cookies, body: { role: "admin" } }),
  ]);
  expect([a.status, b.status].sort()).not.toEqual([200, 200]);
  const left = await db.asSystem((tx) =>
    sql<{ n: number }>`
      select count(*) as n from memberships m join workspaces w using (workspace_id)
      where w.name = 'Salong Saks' and m.role = 'super_admin'`.execute(tx),
  );
  expect(left.rows[0]?.n).toBe(1);
  // The tests below need the first admin to be a super admin again.
  const meAgain = { body: { role: "super_admin" }, cookie: other.cookies };
  if (b.status === 200) expect((await call(`PATCH /people/${me}`, meAgain)).status).toBe(200);
});

test("removing a member takes effect with their next request", async () => {
  const boss = await newAdminSession();
  const ola = await signIn("ola@example.com", "a good long password");
  expect((await call("GET /people", { cookie: ola.cookies })).status).toBe(200);
  expect((await call(`DELETE /people/${ola.body.user.id}`, { cookie: boss })).status).toBe(204);
  const headers = { "x-workspace": first?.body.workspace.id };
  expect((await call("GET /people", { cookie: ola.cookies, headers })).status).toBe(404);
});

test("a workspace is changed field by field; a zone or country that does not exist is refused", async () => {
  const cookie = await newAdminSession();
  const change = (body: object) => call("PATCH /workspace", { cookie, body });
  expect((await change({ opt_out_text: "Svar STOPP" })).body).toMatchObject({
    opt_out_text: "Svar STOPP",
    name: "Salong Saks",
  });
  for (const time_zone of ["Europe/Olso", "+02:00", "Etc/Unknown", ""]) {
    expect((await change({ time_zone })).body.error).toMatchObject({ field: "time_zone", value: time_zone });
  }
  expect((await change({ country: "ZZ" })).body.error).toMatchObject({ field: "country", value: "ZZ" });
  expect((await change({ country: "no" })).body.error).toMatchObject({ field: "country", value: "no" });
  expect((await change({ time_zone: "America/New_York", country: "US" })).status).toBe(200);
});

test("a workspace says how long Send can be taken back, and what a segment costs", async () => {
  const cookie = await newAdminSession();
  const change = (body: object) => call("PATCH /workspace", { cookie, body });
  expect((await call("GET /workspace", { cookie })).body).toMatchObject({ undo_seconds: 10, segment_price: null });
  const price = { amount: 0.49, currency: "NOK" };
  expect((await change({ undo_seconds: 0, segment_price: price })).body).toMatchObject({
    undo_seconds: 0,
    segment_price: price,
  });
  expect((await change({ name: "Salong Saks" })).body).toMatchObject({ undo_seconds: 0, segment_price: price });
  expect((await change({ segment_price: null })).body).toMatchObject({ segment_price: null });
  for (const undo_seconds of [-1, 61, 1.5, "10", null])
    expect((await change({ undo_seconds })).body.error, String(undo_seconds)).toMatchObject({ field: "undo_seconds" });
  for (const refused of [
    { amount: 0, currency: "NOK" },
    { amount: -1, currency: "NOK" },
    { amount: 1_001, currency: "NOK" },
    { amount: "1", currency: "NOK" },
  ])
    expect((await change({ segment_price: refused })).body.error).toMatchObject({ field: "segment_price.amount" });
  for (const currency of ["nok", "KR", "", "NOKK"])
    expect((await change({ segment_price: { amount: 1, currency } })).body.error).toMatchObject({
      field: "segment_price.currency",
      value: currency,
    });
});

test("a workspace adds its own keywords to the required ones; an error names each refused keyword", async () => {
  const cookie = await newAdminSession();
  const change = async (keywords: object, more = {}) =>
    (await call("PATCH /workspace", { cookie, body: { keywords, ...more } })).body;
  const { keywords: standard } = (await call("GET /workspace", { cookie })).body;
  expect(standard.start).toEqual(["START", "UNSTOP", "SUBSCRIBE", "YES", "JA"]);
  const stop = [...standard.stop.filter((word: string) => word !== "AVMELD"), "meld meg  av!", "Lopeta"];
  const changed = await change({ stop });
  expect(changed.keywords).toEqual({
    ...standard,
    stop: [...standard.stop.filter((word: string) => word !== "AVMELD"), "MELD MEG AV", "LOPETA"],
  });
  // Changing one kind, or another field, leaves the other kinds as they are.
  expect((await change({ help: ["help", "Apua"] })).keywords).toMatchObject({
    stop: changed.keywords.stop,
    help: ["HELP", "APUA"],
  });
  expect((await call("PATCH /workspace", { cookie, body: { name: "Ny" } })).body.keywords.help).toEqual([
    "HELP",
    "APUA",
  ]);

  const refused = async (keywords: object, more = {}) => (await change(keywords, more)).error;
  expect(await refused({ stop: ["LOPETA"] })).toMatchObject({
    code: "keyword_required",
    field: "keywords.stop",
    value: ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"],
  });
  expect(await refused({ start: ["JA"] })).toMatchObject({ code: "keyword_required", value: ["START"] });
  expect(await refused({ start: ["START", "lopeta"] })).toMatchObject({ code: "keyword_twice", value: ["lopeta"] });
  expect(await refused({ help: ["HELP", "\u200b"] })).toMatchObject({
    code: "invalid_keyword",
    field: "keywords.help",
  });
  // The workspace's opt-out text says "Svar STOPP for å melde deg av".
  const withoutStopp = changed.keywords.stop.filter((word: string) => word !== "STOPP");
  expect(await refused({ stop: withoutStopp })).toMatchObject({ code: "keyword_in_use", value: ["STOPP"] });
  const reworded = { opt_out_text: "Svar STOP", help_text: "Svar STOP", opt_in_confirmation: "Svar STOP" };
  expect((await change({ stop: withoutStopp }, reworded)).keywords.stop).not.toContain("STOPP");

  // Back at the standard keywords, no own ones are stored.
  await change(standard);
  const { rows } = await db.asSystem((tx) =>
    sql`select keywords from workspaces where keywords is not null`.execute(tx),
  );
  expect(rows).toEqual([]);
  const log = await call("GET /audit-events?action=workspace.updated", { cookie });
  expect(log.body).toMatchObject({ items: expect.anything() });
  const events = log.body.items;
  expect(events[0].after).toEqual({ keywords: standard });
});
