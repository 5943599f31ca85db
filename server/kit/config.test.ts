import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ConfigError, readConfig, withPort } from "./config.ts";

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "varsla-config-"));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}
const read = (env: Record<string, string> = {}) => readConfig({ DATA_DIR: temporaryDirectory(), ...env });

test("everything has a default", () => {
  const config = read();
  expect(config).toMatchObject({
    host: "127.0.0.1",
    port: 3000,
    database_url: null,
    public_url: "http://127.0.0.1:3000",
    smtp_port: 2525,
    mail_domain: "sms.localhost",
    outbound_smtp_url: null,
    twilio_api_url: null,
    lease_seconds: 10,
    webhook_targets: "any",
    log_level: "info",
    first_workspace: null,
  });
  expect([...config.roles]).toEqual(["api", "worker", "mail"]);
});

test("a variable that is set to nothing is not set", () => {
  expect(read({ PORT: "", DATABASE_URL: " ", ROLES: "" })).toMatchObject({ port: 3000, database_url: null });
});

test.each([
  ["PORT", "http"],
  ["PORT", "65536"],
  ["PORT", "-1"],
  ["PORT", "3e3"],
  ["SMTP_PORT", "99999"],
  ["DATABASE_URL", "mysql://localhost/varsla"],
  ["PUBLIC_URL", "varsla.example"],
  ["OUTBOUND_SMTP_URL", "http://mail"],
  ["TWILIO_API_URL", "nowhere"],
  ["WEBHOOK_TARGETS", "private"],
  ["ROLES", "api,cook"],
  ["LEASE_SECONDS", "1"],
  ["LEASE_SECONDS", "soon"],
  ["LOG_LEVEL", "loud"],
  ["MAIL_DOMAIN", "not a domain"],
])("%s=%s is refused by name and value", (name, value) => {
  expect(() => read({ [name]: value })).toThrow(ConfigError);
  expect(() => read({ [name]: value })).toThrow(`${name} is ${JSON.stringify(value)}; it must be`);
});

test("all that is wrong is told at once", () => {
  expect(() => read({ PORT: "x", ROLES: "y" })).toThrow(/PORT is "x".*\n.*ROLES is "y"/);
});

test("a password in a URL is not repeated", () => {
  try {
    read({ DATABASE_URL: "mysql://varsla:hunter2@db/varsla" });
    expect.unreachable();
  } catch (error) {
    expect((error as Error).message).not.toContain("hunter2");
  }
});

test("the first workspace needs all four of its variables", () => {
  const all = { WORKSPACE_NAME: "Salong", ADMIN_EMAIL: "a@b.no", ADMIN_PASSWORD: "long enough", API_KEY: "vk_1" };
  expect(read(all).first_workspace).toEqual({
    workspace_name: "Salong",
    admin_email: "a@b.no",
    admin_password: "long enough",
    api_key: "vk_1",
  });
  expect(() => read({ ...all, API_KEY: "" })).toThrow("API_KEY must be set too");
});

test("the secret key is made once, for the owner only", () => {
  const directory = temporaryDirectory();
  const { secret_key } = readConfig({ DATA_DIR: directory });
  expect(secret_key.length).toBeGreaterThanOrEqual(32);
  expect(readConfig({ DATA_DIR: directory }).secret_key).toBe(secret_key);
  expect(statSync(join(directory, "secret-key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(directory, "secret-key"), "utf8").trim()).toBe(secret_key);
});

test("a key from the environment goes before the file, and a weak one is refused without being shown", () => {
  expect(read({ SECRET_KEY: "k".repeat(32) }).secret_key).toBe("k".repeat(32));
  expect(() => read({ SECRET_KEY: "secret" })).toThrow("SECRET_KEY has 6 characters; it must have at least 32");
});

test("an emptied key file is not replaced in silence: what it encrypted would be lost", () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "secret-key"), "");
  expect(() => readConfig({ DATA_DIR: directory })).toThrow("holds no key");
});

test("a free port moves the default address, not one that was given", () => {
  expect(withPort(read({ PORT: "0" }), 41_000).public_url).toBe("http://127.0.0.1:41000");
  expect(withPort(read({ PORT: "0", HOST: "::" }), 41_000).public_url).toBe("http://localhost:41000");
  const given = read({ PORT: "0", PUBLIC_URL: "https://sms.example/" });
  expect(withPort(given, 41_000).public_url).toBe("https://sms.example");
});
