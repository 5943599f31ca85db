import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { selfSigned } from "../../testing/self-signed.ts";
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
    smtp_certificate: null,
    dkim: null,
    twilio_api_url: null,
    lease_seconds: 10,
    link_domain: "127.0.0.1:3000",
    webhook_targets: "public",
    allowed_private_targets: [],
    trusted_proxies: ["127.0.0.0/8", "::1/128"],
    log_level: "info",
    first_workspace: null,
  });
  expect([...config.roles]).toEqual(["api", "worker", "mail"]);
});

test("a DKIM key is read from its file, and needs a selector", () => {
  const file = join(temporaryDirectory(), "dkim.pem");
  const { privateKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  writeFileSync(file, privateKey);
  expect(read({ DKIM_KEY_FILE: file, DKIM_SELECTOR: "varsla" }).dkim).toEqual({ selector: "varsla", key: privateKey });
  expect(() => read({ DKIM_KEY_FILE: file })).toThrow("DKIM_SELECTOR must be set too");
  expect(() => read({ DKIM_SELECTOR: "varsla" })).toThrow("DKIM_KEY_FILE must be set too");
  writeFileSync(file, "no key");
  expect(() => read({ DKIM_KEY_FILE: file, DKIM_SELECTOR: "varsla" })).toThrow(
    /DKIM_KEY_FILE is .*dkim\.pem.*private key/,
  );
  expect(() => read({ DKIM_KEY_FILE: file, DKIM_SELECTOR: "a b" })).toThrow(/DKIM_SELECTOR is "a b"/);
});

test("a certificate of the SMTP server is read from its files, which belong together", () => {
  const [cert, key] = ["cert.pem", "key.pem"].map((name) => join(temporaryDirectory(), name)) as [string, string];
  const [first, second] = [selfSigned(), selfSigned()];
  writeFileSync(cert, first.cert);
  writeFileSync(key, first.key);
  expect(read({ SMTP_CERT_FILE: cert, SMTP_KEY_FILE: key }).smtp_certificate).toEqual({ cert, key });
  expect(() => read({ SMTP_CERT_FILE: cert })).toThrow("SMTP_KEY_FILE must be set too");
  writeFileSync(key, second.key);
  expect(() => read({ SMTP_CERT_FILE: cert, SMTP_KEY_FILE: key })).toThrow(/SMTP_CERT_FILE is .*cert\.pem/);
});

test("an empty variable counts as not set", () => {
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
  ["ALLOWED_PRIVATE_TARGETS", "localhost"],
  ["ALLOWED_PRIVATE_TARGETS", "10.0.0.0/33"],
  ["ALLOWED_PRIVATE_TARGETS", "10.0.0.0/"],
  ["ALLOWED_PRIVATE_TARGETS", "010.0.0.0/8"],
  ["ALLOWED_PRIVATE_TARGETS", "fe80::1%eth0"],
  ["TRUSTED_PROXIES", "loopback"],
  ["TRUSTED_PROXIES", "fd00::/129"],
  ["LINK_DOMAIN", "https://sms.example"],
  ["LINK_DOMAIN", "sms.example/links"],
  ["LINK_DOMAIN", "me@sms.example"],
  ["LINK_DOMAIN", "sms..example"],
  ["LINK_DOMAIN", "sms.example:99999"],
  ["ROLES", "api,cook"],
  ["LEASE_SECONDS", "1"],
  ["LEASE_SECONDS", "soon"],
  ["LOG_LEVEL", "loud"],
  ["MAIL_DOMAIN", "not a domain"],
])("%s=%s is refused; the error has the name and value", (name, value) => {
  expect(() => read({ [name]: value })).toThrow(ConfigError);
  expect(() => read({ [name]: value })).toThrow(`${name} is ${JSON.stringify(value)}; it must be`);
});

test("of a list of networks the error names only the invalid ones", () => {
  const lists = { ALLOWED_PRIVATE_TARGETS: "10.0.0.0/8, ten,fd00::/8,1.2.3.4", TRUSTED_PROXIES: "::1," };
  expect(() => read(lists)).toThrow(
    /^ALLOWED_PRIVATE_TARGETS is "ten"; .* like 10\.0\.0\.0\/8.*\nTRUSTED_PROXIES is ""; /,
  );
  expect(read({ ALLOWED_PRIVATE_TARGETS: "10.0.0.0/8, fd00::/8" }).allowed_private_targets).toEqual([
    "10.0.0.0/8",
    "fd00::/8",
  ]);
});

test("short links begin with the public address unless LINK_DOMAIN is set", () => {
  expect(read({ PUBLIC_URL: "https://SMS.example:8443/varsla/" }).link_domain).toBe("sms.example:8443");
  expect(read({ PUBLIC_URL: "https://sms.example", LINK_DOMAIN: "Go.Example" }).link_domain).toBe("go.example");
  expect(read({ LINK_DOMAIN: "[::1]:3000" }).link_domain).toBe("[::1]:3000");
  const free = withPort(read({ PORT: "0" }), 41_000);
  expect(free.link_domain).toBe("127.0.0.1:41000");
  expect(withPort(read({ PORT: "0", LINK_DOMAIN: "go.example" }), 41_000).link_domain).toBe("go.example");
});

test("one error names all invalid variables", () => {
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

const first = {
  WORKSPACE_NAME: "Salong Saks",
  ADMIN_EMAIL: "kari@salong.example",
  ADMIN_PASSWORD: "correct horse battery",
  API_KEY: "vk_of_twenty_letters",
};

test("the first workspace needs all four of its variables", () => {
  expect(read(first).first_workspace).toEqual({
    workspace_name: first.WORKSPACE_NAME,
    admin_email: first.ADMIN_EMAIL,
    admin_password: first.ADMIN_PASSWORD,
    api_key: first.API_KEY,
  });
  expect(() => read({ ...first, API_KEY: "" })).toThrow("API_KEY must be set too");
});

test.each([
  ["WORKSPACE_NAME", "x".repeat(101), "one line of at most 100 characters"],
  ["ADMIN_EMAIL", "kari", "must be an e-mail address"],
  ["ADMIN_EMAIL", "kari@salong.example, eve@example.com", "must be an e-mail address"],
])("%s=%s is refused; the error has the name, value and rule", (name, value, rule) => {
  expect(() => read({ ...first, [name]: value })).toThrow(`${name} is ${JSON.stringify(value)}; it must be`);
  expect(() => read({ ...first, [name]: value })).toThrow(rule);
});

test.each([
  ["ADMIN_PASSWORD", "hunter2", "ADMIN_PASSWORD has 7 characters; it must have from 10 to 128"],
  ["ADMIN_PASSWORD", "hunter2".repeat(20), "ADMIN_PASSWORD has 140 characters; it must have from 10 to 128"],
  ["ADMIN_PASSWORD", "Password123", "ADMIN_PASSWORD is one of those that are tried first"],
  ["ADMIN_PASSWORD", "salong-saks-2026", "ADMIN_PASSWORD is built of WORKSPACE_NAME"],
  ["ADMIN_PASSWORD", "kari@salong.example!", "ADMIN_PASSWORD is built of ADMIN_EMAIL"],
  ["API_KEY", "vk_1", "API_KEY has 4 characters; it must have from 20"],
  ["API_KEY", "vk_of nineteen letters", "API_KEY has spaces or letters beyond ASCII"],
  ["API_KEY", "v".repeat(501), "API_KEY has 501 characters; it must have from 20"],
])("a %s that could be guessed is refused; the error does not repeat it", (name, value, sentence) => {
  try {
    read({ ...first, [name]: value });
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(sentence);
    expect((error as Error).message).not.toContain(value);
  }
});

test("problems of the first workspace's variables can be returned instead of thrown", () => {
  const later = (env: Record<string, string>) =>
    readConfig({ DATA_DIR: temporaryDirectory(), ...env }, { firstWorkspace: "later" }).first_workspace_problems;
  expect(later(first)).toEqual([]);
  expect(later({ ...first, ADMIN_PASSWORD: "hunter2", API_KEY: "vk_1" })).toEqual([
    "ADMIN_PASSWORD has 7 characters; it must have from 10 to 128",
    "API_KEY has 4 characters; it must have from 20 to 500 characters, all of them visible ASCII",
  ]);
  expect(later({ ...first, API_KEY: "" })).toEqual([expect.stringContaining("API_KEY must be set too")]);
  expect(() => later({ ...first, API_KEY: "vk_1", PORT: "high" })).toThrow(/^PORT is "high".*$/);
});

test("the secret key is made once, readable by the owner only", () => {
  const directory = temporaryDirectory();
  const { secret_key } = readConfig({ DATA_DIR: directory });
  expect(secret_key.length).toBeGreaterThanOrEqual(32);
  expect(readConfig({ DATA_DIR: directory }).secret_key).toBe(secret_key);
  expect(statSync(join(directory, "secret-key")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(directory, "secret-key"), "utf8").trim()).toBe(secret_key);
});

test("a key from the environment takes precedence over the file, and a weak one is refused without being shown", () => {
  expect(read({ SECRET_KEY: "k".repeat(32) }).secret_key).toBe("k".repeat(32));
  expect(() => read({ SECRET_KEY: "secret" })).toThrow("SECRET_KEY has 6 characters; it must have at least 32");
});

test("an emptied key file is not replaced silently, since what the key encrypted would be lost", () => {
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

test("new data directories are closed to other users, and ones that a copy left open are closed", () => {
  const directory = temporaryDirectory();
  const fresh = join(directory, "deep", "data");
  readConfig({ DATA_DIR: fresh });
  expect(statSync(fresh).mode & 0o777).toBe(process.getuid?.() === 0 ? 0o711 : 0o700);

  chmodSync(fresh, 0o777);
  chmodSync(join(fresh, "secret-key"), 0o644);
  readConfig({ DATA_DIR: fresh });
  expect(statSync(fresh).mode & 0o777, "readable as before, writable by the owner only").toBe(0o755);
  expect(statSync(join(fresh, "secret-key")).mode & 0o777).toBe(0o600);

  chmodSync(fresh, 0o1777);
  readConfig({ DATA_DIR: fresh });
  expect(statSync(fresh).mode & 0o7777, "a shared directory such as /tmp").toBe(0o1777);
});
