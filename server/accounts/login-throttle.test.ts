/** Guesses and honest attempts at the same time, counted in one table by several processes. */
import { sql } from "kysely";
import { beforeEach, expect, test, vi } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { Problem } from "../kit/errors.ts";
import { createLoginThrottle, type From, purgeLoginAttempts } from "./login-throttle.ts";

vi.setConfig({ testTimeout: 60_000 }); // hundreds of transactions a test
const { db } = await testDatabase();
const processes = [createLoginThrottle(db), createLoginThrottle(db)];
const owner = "kari@example.com";
let now = new Date("2026-03-01T12:00:00Z");
let turn = 0;

beforeEach(() => {
  now = new Date(now.getTime() + 2 * 86_400_000); // so that earlier attempts no longer count
});

type Kind = Parameters<(typeof processes)[number]["count"]>[0];

/** Whether an attempt is allowed; the processes take turns. */
async function tries(about: string, from: From | string, kind: Kind = "sign_in"): Promise<boolean> {
  const attempts = processes[turn++ % 2];
  try {
    await attempts?.count(kind, about, typeof from === "string" ? { ip: from } : from, now);
    return true;
  } catch (error) {
    if (error instanceof Problem && error.code === "too_many_attempts") return false;
    throw error;
  }
}

/** How many of these concurrent attempts were allowed. */
async function passed(all: [about: string, from: From | string][], kind: Kind = "sign_in"): Promise<number> {
  const results = await Promise.all(all.map(([about, from]) => tries(about, from, kind)));
  return results.filter(Boolean).length;
}

async function rows(): Promise<number> {
  const found = await db.asSystem((tx) => sql<{ n: number }>`select count(*) as n from attempts`.execute(tx));
  return found.rows[0]?.n ?? 0;
}

const hosts = (n: number) => Array.from({ length: n }, (_, i) => `198.51.${100 + Math.floor(i / 250)}.${i % 250}`);

test("one host that guesses at an account is stopped, however many attempts are concurrent, and locks no one else out", async () => {
  expect(await passed(Array.from({ length: 300 }, () => [owner, "192.0.2.1"]))).toBe(10);
  for (let round = 0; round < 3; round++) expect(await tries(owner, "192.0.2.1")).toBe(false);
  // Refused attempts count neither against the owner elsewhere nor against others behind the guesser's address.
  expect(await passed(Array.from({ length: 10 }, () => [owner, "203.0.113.9"]))).toBe(10);
  expect(await tries("ola@example.com", "192.0.2.1")).toBe(true);
});

test("many hosts together are stopped, and the owner's device is not", async () => {
  const all = hosts(30).flatMap((ip) => Array.from({ length: 10 }, (): [string, string] => [owner, ip]));
  expect(await passed(all)).toBe(100);
  expect(await tries(owner, "203.0.113.9")).toBe(false);
  expect(await tries(owner, { ip: "203.0.113.9", device: "of-the-owner" })).toBe(true);
  expect(await tries(owner, { ip: hosts(1)[0] ?? "", device: "of-the-owner" })).toBe(true); // in the guesser's own network
  expect(await tries("ola@example.com", "203.0.113.9")).toBe(true);
});

test("a device has a limit of its own, and beyond it counts against the general limits", async () => {
  const device = { ip: "203.0.113.9", device: "stolen" };
  expect(await passed(Array.from({ length: 60 }, () => [owner, device]))).toBe(20); // as a device and as a pair
  expect(await tries(owner, { ...device, device: "another" })).toBe(true);
});

test("one host that tries many accounts is stopped, and its refused attempts write no rows", async () => {
  const victims = Array.from({ length: 400 }, (_, n): [string, string] => [`person-${n}@example.com`, "192.0.2.7"]);
  expect(await passed(victims.slice(0, 150))).toBe(100);
  const before = await rows();
  expect(await passed(victims.slice(150))).toBe(0);
  expect(await rows()).toBe(before);
  expect(await tries("person-1@example.com", "203.0.113.9")).toBe(true);
});

test("an IPv6 caller is counted by its /64, however the address is written", async () => {
  const one = ["2001:db8:1:2::1", "2001:DB8:1:2:ffff::9", "2001:0db8:0001:0002:0:0:0:3", "2001:db8:1:2:a:b:c:d"];
  expect(await passed(Array.from({ length: 40 }, (_, n) => [owner, one[n % 4] ?? ""]))).toBe(10);
  expect(await tries(owner, "2001:db8:1:3::1")).toBe(true);
  const mapped = Array.from({ length: 20 }, (_, n): [string, string] => [
    "ola@example.com",
    n % 2 ? "::ffff:192.0.2.8" : "192.0.2.8",
  ]);
  expect(await passed(mapped)).toBe(10);
});

test("a successful attempt is not counted, and clears only the attempts of its own pair", async () => {
  for (let n = 0; n < 120; n++) {
    expect(await tries(owner, "192.0.2.1")).toBe(true);
    await processes[0]?.recordSuccess("sign_in", owner, { ip: "192.0.2.1" });
  }
  // A guesser with an account does not regain guesses at other accounts by signing in.
  expect(await passed(hosts(100).map((_, n) => [`person-${n}@example.com`, "192.0.2.2"]))).toBe(100);
  await processes[0]?.recordSuccess("sign_in", "mallory@example.com", { ip: "192.0.2.2" });
  expect(await passed(hosts(5).map((_, n) => [`other-${n}@example.com`, "192.0.2.2"]))).toBe(1);
});

test("others' reset requests do not keep a person from asking for a reset", async () => {
  const all = hosts(200).flatMap((ip) => Array.from({ length: 4 }, (): [string, string] => [owner, ip]));
  expect(await passed(all, "password_reset")).toBe(600); // three from each
  expect(await tries(owner, "203.0.113.9", "password_reset")).toBe(true);
  const { device, ip } = { device: "of-the-owner", ip: hosts(1)[0] ?? "" };
  expect(await tries(owner, { ip, device }, "password_reset")).toBe(true);
  const many = Array.from({ length: 50 }, (_, n): [string, string] => [`person-${n}@example.com`, "192.0.2.3"]);
  expect(await passed(many, "password_reset")).toBe(30);
});

test("a window ends, and expired counts are purged", async () => {
  expect(await passed(Array.from({ length: 11 }, () => [owner, "192.0.2.1"]))).toBe(10);
  now = new Date(now.getTime() + 899_000);
  expect(await tries(owner, "192.0.2.1")).toBe(false);
  now = new Date(now.getTime() + 1_000);
  expect(await tries(owner, "192.0.2.1")).toBe(true);
  now = new Date(now.getTime() + 86_400_000);
  await purgeLoginAttempts(db, now);
  expect(await rows()).toBe(0);
});
