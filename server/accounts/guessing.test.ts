/** Signing in while others guess at the account: from a device that has signed in before, and by a reset. */
import { sql } from "kysely";
import { beforeEach, expect, test, vi } from "vitest";
import { type TestAnswer, testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { identityOf } from "./account-jobs.ts";
import { createPerson, findPersonByEmail, joinWorkspace } from "./create-person.ts";
import { createLoginThrottle } from "./login-throttle.ts";
import { newResetToken, setResetToken } from "./passwords.ts";

vi.setConfig({ testTimeout: 90_000 }); // scrypt, some ten times a test
const database = await testDatabase();
const { db } = database;
let now = new Date("2026-03-01T12:00:00Z");
const clock = { now: () => now };
const { call, services } = await testApp(database, { clock });
const overHttps = await testApp(database, { clock, config: { public_url: "https://sms.example" } });

const owner = "kari@example.com";
const firstPassword = "correct horse battery";
let password = firstPassword;
const { id: workspaceId } = await workspaceWithKey(database);
const passwordHash = await identityOf(services).hashPassword(firstPassword);
for (const email of [owner, "ola@example.com"]) {
  await db.asSystem(async (tx) => {
    const user = await createPerson(tx, { name: "Kari", email, passwordHash, verified: true }, now);
    await joinWorkspace(tx, { workspaceId, userId: user.id, role: "admin", smsSetup: false }, now);
  });
}

const anywhere = "203.0.113.9";
const signIn = (cookie = "", ip = anywhere, email = owner) =>
  call("POST /api/auth/sign-in/email", {
    body: { email, password: email === owner ? password : firstPassword },
    ip,
    cookie,
  });
const deviceOf = (answer: TestAnswer) => answer.cookies.split("; ").find((c) => c.startsWith("varsla.device=")) ?? "";

/** Uses up the account's limit, by guesses from a dozen hosts without a cookie. */
async function exhaustLimit(email = owner): Promise<void> {
  const loginThrottle = createLoginThrottle(db);
  const hosts = Array.from({ length: 120 }, (_, n) => `198.51.100.${n % 12}`);
  await Promise.all(hosts.map((ip) => loginThrottle.count("sign_in", email, { ip }, now).catch(() => {})));
}

beforeEach(async () => {
  now = new Date(now.getTime() + 3_600_000);
  await db.asSystem((tx) => sql`delete from attempts`.execute(tx));
});

test("a device that signed in before may sign in while others guess, also from the guessers' network", async () => {
  const device = deviceOf(await signIn());
  await exhaustLimit();
  expect((await signIn()).status).toBe(429);
  expect((await signIn(device)).status).toBe(200);
  expect((await signIn(device, "198.51.100.1")).status).toBe(200);
  // It bypasses the throttle, not the password check.
  const wrong = { body: { email: owner, password: "not the password" }, ip: anywhere, cookie: device };
  expect((await call("POST /api/auth/sign-in/email", wrong)).status).toBe(401);
});

test("a device cookie of another account, forged, expired, or from before a new password is ignored", async () => {
  const signedIn = await signIn();
  const device = deviceOf(signedIn);
  const ola = deviceOf(await signIn("", anywhere, "ola@example.com"));
  await exhaustLimit();
  expect((await signIn(ola)).status).toBe(429);
  const parts = device.split(".");
  const olaId = /device=([0-9a-f-]{36})/.exec(ola)?.[1] ?? "";
  for (const forged of [
    device.slice(0, -1) + (device.endsWith("A") ? "B" : "A"),
    device.replace(/\.\d+\./, (issued) => `.${Number(issued.slice(1, -1)) + 1}.`),
    device.replace(/device=[0-9a-f-]{36}/, `device=${olaId}`),
    [...parts.slice(0, -1), ""].join("."),
    "varsla.device=%E0%A4%A",
    `varsla.device=${"~".repeat(500)}`,
  ]) {
    expect((await signIn(forged)).status, forged).toBe(429);
  }
  const before = now;
  now = new Date(now.getTime() + 181 * 86_400_000);
  await exhaustLimit();
  expect((await signIn(device)).status).toBe(429);
  now = before;
  expect((await signIn(device)).status).toBe(200);

  const body = { currentPassword: password, newPassword: "a boat on the fjord" };
  const changed = await call("POST /api/auth/change-password", { cookie: signedIn.cookies, body, ip: anywhere });
  expect(changed.status).toBe(200);
  password = body.newPassword;
  expect((await signIn(device)).status).toBe(429);
  expect((await signIn(deviceOf(changed))).status).toBe(200);
});

test("the owner gets in by a mailed reset while others guess", async () => {
  await exhaustLimit();
  for (let host = 0; host < 40; host++) {
    const asked = { body: { email: owner }, ip: `198.51.100.${host}` };
    expect((await call("POST /api/auth/request-password-reset", asked)).status).toBe(200);
  }
  expect((await call("POST /api/auth/request-password-reset", { body: { email: owner }, ip: anywhere })).status).toBe(
    200,
  );
  const token = newResetToken();
  await db.asSystem(async (tx) => {
    const user = (await findPersonByEmail(tx, owner)) ?? expect.unreachable();
    await setResetToken(tx, user, token, now);
  });
  const newPassword = "a new boat on the fjord";
  const reset = await call("POST /api/auth/reset-password", {
    body: { token, newPassword },
    ip: anywhere,
  });
  expect(reset.status).toBe(200);
  password = newPassword;
  expect((await signIn()).status).toBe(429);
  expect((await signIn(deviceOf(reset))).status).toBe(200);
});

test("guesses at the sign-in page do not keep the owner from changing the password", async () => {
  const { cookies } = await signIn();
  await exhaustLimit();
  const body = { currentPassword: "not it", newPassword: "yet another boat" };
  const answers = [];
  for (let n = 0; n < 11; n++) {
    answers.push((await call("POST /api/auth/change-password", { cookie: cookies, body, ip: anywhere })).status);
  }
  expect(answers).toEqual([...Array(10).fill(422), 429]); // the limit also stops the thief of a session
});

test("the cookie is HttpOnly and SameSite, and over https Secure and __Host-", async () => {
  const plain = [(await signIn()).headers["set-cookie"]].flat().map(String);
  expect(plain[1]).toMatch(/^varsla\.device=\S+; Max-Age=15552000; Path=\/; HttpOnly; SameSite=Lax$/);
  const body = { email: owner, password };
  const { headers } = await overHttps.call("POST /api/auth/sign-in/email", { body, ip: anywhere });
  for (const cookie of [headers["set-cookie"]].flat().map(String)) {
    expect(cookie).toMatch(/^__Host-varsla\.(session_token|device)=/);
    expect(cookie).toMatch(/; Path=\/;/);
    expect(cookie).toMatch(/; Secure/);
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).not.toMatch(/Domain=/i);
  }
});

test("a browser that several people use has a device cookie for each of the last few", async () => {
  let cookie = deviceOf(await signIn());
  cookie = deviceOf(await signIn(cookie, anywhere, "ola@example.com"));
  await exhaustLimit();
  expect((await signIn(cookie)).status).toBe(200);
});
