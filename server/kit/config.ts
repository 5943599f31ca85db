/** The settings from the environment, read once and validated. Nothing else reads process.env. */
import { createPrivateKey, randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { Admin, WorkspaceInput } from "../../contract/accounts.ts";
import { wordInPassword } from "../../rules/password-words.ts";
import { isCommonPassword } from "./common-passwords.ts";
import { readNetwork } from "./ip-address.ts";

/** What one process of Varsla does; by default all of it. */
export type ProcessRole = "api" | "worker" | "mail";

/** Where webhooks may go: to the public internet and what ALLOWED_PRIVATE_TARGETS names, or anywhere. */
export type WebhookTargets = "any" | "public";

/** The first workspace, its admin and its key, for an installation that is set up without a person. */
export interface FirstWorkspace {
  workspace_name: string;
  admin_email: string;
  admin_password: string;
  api_key: string;
}

/** The key of DKIM signatures (RFC 6376), whose public half is in the DNS under its selector. */
export interface DkimKey {
  selector: string;
  /** PEM. */
  key: string;
}

/** A certificate of a server and its key. */
export interface Certificate {
  /** PEM, with those between it and its root. */
  cert: string;
  /** PEM. */
  key: string;
}

/** Reads a certificate from its files; throws where they are none, or do not belong together. */
export function readCertificate({ cert, key }: CertificateFiles): Certificate {
  const read = { cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") };
  createSecureContext(read);
  return read;
}

export interface CertificateFiles {
  cert: string;
  key: string;
}

/** Every setting, with its default in place. */
export interface Config {
  host: string;
  /** 0: any free port. */
  port: number;
  data_dir: string;
  /** Null: the PostgreSQL that comes with Varsla. */
  database_url: string | null;
  /** The address that people use, without a slash at the end. */
  public_url: string;
  /** The host, and port if it is not the scheme's own, that short links begin with. */
  link_domain: string;
  roles: ReadonlySet<ProcessRole>;
  /** Whether they were chosen; if not, `npm start` may give them to several processes. */
  roles_chosen: boolean;
  smtp_port: number;
  mail_domain: string;
  /** Of the SMTP server, for STARTTLS; null: it offers none. */
  smtp_certificate: CertificateFiles | null;
  /** Signs mails that leave by the relay; null: they are not signed here. */
  dkim: DkimKey | null;
  /** Null: mails are stored in the sandbox mailbox. */
  outbound_smtp_url: string | null;
  /** The installation's key, at least 32 characters; see `secretKey`. */
  secret_key: string;
  /** A test double of Twilio's API, or null. */
  twilio_api_url: string | null;
  /** A worker that does not renew its leases for so long loses its lanes to another. */
  lease_seconds: number;
  /** `any` lets members who may set up webhooks also reach this machine's own network. */
  webhook_targets: WebhookTargets;
  /** Networks outside of the public internet that webhooks, SMPP and feeds may reach: kit/outbound-targets.ts. */
  allowed_private_targets: readonly string[];
  /** Networks of the proxies whose X-Forwarded headers are accepted: api/forwarded.ts. */
  trusted_proxies: readonly string[];
  log_level: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
  first_workspace: FirstWorkspace | null;
  /** What is wrong with its variables, a sentence each; irrelevant once there is a workspace. */
  first_workspace_problems: readonly string[];
}

/** What is wrong with the environment: one sentence for each variable. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

type Environment = Record<string, string | undefined>;

const webhookTargets: readonly WebhookTargets[] = ["any", "public"];
const processRoles: readonly ProcessRole[] = ["api", "worker", "mail"];
const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
const defaultHost = "127.0.0.1";
const loopback = ["127.0.0.0/8", "::1/128"];
const secretKeyLength = 32;
const domainName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

/**
 * Reads the environment; throws a ConfigError that names every invalid variable with its value. With `firstWorkspace` "later"
 * those of the first workspace are left to `bootstrap`: only the database tells whether they are needed. `roles` replaces
 * ROLES.
 */
export function readConfig(
  env: Environment = process.env,
  { firstWorkspace: when = "now", roles: given }: { firstWorkspace?: "now" | "later"; roles?: string | undefined } = {},
): Config {
  const problems: string[] = [];
  const ofFirst: string[] = [];
  const refuse = (name: string, value: string, rule: string) => {
    problems.push(`${name} is ${JSON.stringify(value)}; ${rule}`);
  };
  // An empty variable counts as not set: compose files and unit files write them so.
  const text = (name: string) => env[name]?.trim() || undefined;

  function port(name: string, otherwise: number): number {
    const value = text(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (!/^\d+$/.test(value) || number > 65_535)
      refuse(name, value, "it must be a port from 0 (any free one) to 65535");
    return number;
  }

  function seconds(name: string, otherwise: number, from: number, to: number): number {
    const value = text(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < from || number > to)
      refuse(name, value, `it must be a whole number of seconds from ${from} to ${to}`);
    return number;
  }

  function url(name: string, protocols: string[]): string | null {
    const value = text(name);
    if (value === undefined) return null;
    if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
      // Such URLs contain passwords, which are left out.
      refuse(
        name,
        value.replace(/\/\/.*@/, "//…@"),
        `it must be a URL that begins with ${protocols.map((p) => `${p}//`).join(" or ")}`,
      );
      return null;
    }
    return value.replace(/\/+$/, "");
  }

  function oneOf<T extends string>(name: string, values: readonly T[], otherwise: T): T {
    const value = text(name);
    if (value === undefined) return otherwise;
    if (!values.includes(value as T)) refuse(name, value, `it must be one of ${values.join(", ")}`);
    return value as T;
  }

  function roles(): ReadonlySet<ProcessRole> {
    const value = given ?? text("ROLES");
    if (value === undefined) return new Set(processRoles);
    const names = value.split(",").map((name) => name.trim());
    if (names.some((name) => !processRoles.includes(name as ProcessRole))) {
      refuse("ROLES", value, `it must be a list, separated by commas, of ${processRoles.join(", ")}`);
    }
    return new Set(names as ProcessRole[]);
  }

  function domain(name: string, otherwise: string): string {
    const value = text(name) ?? otherwise;
    if (!domainName.test(value)) refuse(name, value, "it must be a domain name");
    return value.toLowerCase();
  }

  function networks(name: string, otherwise: readonly string[]): readonly string[] {
    const value = text(name);
    if (value === undefined) return otherwise;
    const list = value.split(",").map((network) => network.trim());
    const bad = list.filter((network) => !readNetwork(network));
    for (const network of bad)
      refuse(name, network, "it must be a list, separated by commas, of networks like 10.0.0.0/8 or fd00::/8");
    return list;
  }

  function linkDomain(otherwise: string): string {
    const value = text("LINK_DOMAIN");
    if (value === undefined) return otherwise;
    const url = /^[^\s/?#@\\]+$/.test(value) ? URL.parse(`http://${value}`) : null;
    if (url && (domainName.test(url.hostname) || url.hostname.startsWith("["))) return url.host;
    refuse("LINK_DOMAIN", value, "it must be a host without scheme and path, like sms.example");
    return otherwise;
  }

  function dkim(): DkimKey | null {
    const [file, selector] = [text("DKIM_KEY_FILE"), text("DKIM_SELECTOR")];
    if (file === undefined && selector === undefined) return null;
    if (file === undefined || selector === undefined) {
      problems.push(
        `${file === undefined ? "DKIM_KEY_FILE" : "DKIM_SELECTOR"} must be set too: a signature needs both`,
      );
      return null;
    }
    if (!domainName.test(selector)) refuse("DKIM_SELECTOR", selector, "it must be a name of the DNS, like varsla");
    try {
      const key = readFileSync(resolve(file), "utf8");
      createPrivateKey(key);
      return { selector, key };
    } catch (error) {
      refuse("DKIM_KEY_FILE", file, `it must be a file with a private key in PEM (${(error as Error).message})`);
      return null;
    }
  }

  function smtpCertificate(): CertificateFiles | null {
    const [cert, key] = [text("SMTP_CERT_FILE"), text("SMTP_KEY_FILE")];
    if (cert === undefined && key === undefined) return null;
    if (cert === undefined || key === undefined) {
      problems.push(`${cert === undefined ? "SMTP_CERT_FILE" : "SMTP_KEY_FILE"} must be set too: STARTTLS needs both`);
      return null;
    }
    const files = { cert: resolve(cert), key: resolve(key) };
    try {
      readCertificate(files);
    } catch (error) {
      const reason = (error as Error).message;
      refuse("SMTP_CERT_FILE", cert, `it must be a certificate in PEM, and SMTP_KEY_FILE its key (${reason})`);
    }
    return files;
  }

  function secret(): string | undefined {
    const value = text("SECRET_KEY");
    if (value !== undefined && value.length < secretKeyLength) {
      problems.push(`SECRET_KEY has ${value.length} characters; it must have at least ${secretKeyLength}`);
    }
    return value;
  }

  function firstWorkspace(): FirstWorkspace | null {
    const names = ["WORKSPACE_NAME", "ADMIN_EMAIL", "ADMIN_PASSWORD", "API_KEY"];
    const missing = names.filter((name) => text(name) === undefined);
    if (missing.length === names.length) return null;
    if (missing.length > 0) {
      ofFirst.push(
        `${missing.join(" and ")} must be set too, for the first workspace needs all of ${names.join(", ")}`,
      );
      return null;
    }
    const first = {
      workspace_name: text("WORKSPACE_NAME") as string,
      admin_email: text("ADMIN_EMAIL") as string,
      admin_password: env.ADMIN_PASSWORD as string,
      api_key: text("API_KEY") as string,
    };
    ofFirst.push(...problemsOf(first));
    return first;
  }

  const listensOn = port("PORT", 3000);
  const publicUrl = url("PUBLIC_URL", ["http:", "https:"]) ?? localUrl(text("HOST") ?? defaultHost, listensOn);
  const config = {
    host: text("HOST") ?? defaultHost,
    port: listensOn,
    data_dir: resolve(text("DATA_DIR") ?? "data"),
    database_url: url("DATABASE_URL", ["postgres:", "postgresql:"]),
    public_url: publicUrl,
    link_domain: linkDomain(hostOf(publicUrl)),
    roles: roles(),
    roles_chosen: (given ?? text("ROLES")) !== undefined,
    smtp_port: port("SMTP_PORT", 2525),
    mail_domain: domain("MAIL_DOMAIN", "sms.localhost"),
    smtp_certificate: smtpCertificate(),
    dkim: dkim(),
    outbound_smtp_url: url("OUTBOUND_SMTP_URL", ["smtp:", "smtps:"]),
    twilio_api_url: url("TWILIO_API_URL", ["http:", "https:"]),
    lease_seconds: seconds("LEASE_SECONDS", 10, 2, 120),
    webhook_targets: oneOf("WEBHOOK_TARGETS", webhookTargets, "public"),
    allowed_private_targets: networks("ALLOWED_PRIVATE_TARGETS", []),
    trusted_proxies: networks("TRUSTED_PROXIES", loopback),
    log_level: oneOf("LOG_LEVEL", logLevels, "info"),
    first_workspace: firstWorkspace(),
    first_workspace_problems: ofFirst,
  };
  const key = secret();
  if (when === "now") problems.push(...ofFirst);
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return { ...config, secret_key: key ?? secretKey(config.data_dir) };
}

/** DATABASE_URL alone, for commands that need nothing else and must not make a key. */
export function readDatabaseUrl(env: Environment = process.env): string | null {
  return readConfig({ DATABASE_URL: env.DATABASE_URL, SECRET_KEY: "-".repeat(secretKeyLength) }).database_url;
}

/** The settings after a server with PORT 0 got this port. */
export function withPort(config: Config, port: number): Config {
  if (config.port === port) return config;
  const before = localUrl(config.host, config.port);
  const derived = config.public_url === before;
  const public_url = derived ? localUrl(config.host, port) : config.public_url;
  const link_domain = derived && config.link_domain === hostOf(before) ? hostOf(public_url) : config.link_domain;
  return { ...config, port, public_url, link_domain };
}

/** Checks the first workspace by the rules of the set-up page. Password and key are never repeated. */
function problemsOf(first: FirstWorkspace): string[] {
  const { workspace_name: name, admin_email: email, admin_password: password, api_key: key } = first;
  const problems: string[] = [];
  if (!WorkspaceInput.shape.name.safeParse(name).success) {
    problems.push(`WORKSPACE_NAME is ${JSON.stringify(name)}; it must be a name on one line of at most 100 characters`);
  }
  if (!Admin.shape.email.safeParse(email).success) {
    problems.push(`ADMIN_EMAIL is ${JSON.stringify(email)}; it must be an e-mail address`);
  }
  const word = wordInPassword(password, { email, workspaces: [name] });
  if (!Admin.shape.password.safeParse(password).success) {
    problems.push(`ADMIN_PASSWORD has ${[...password].length} characters; it must have from 10 to 128`);
  } else if (isCommonPassword(password)) {
    problems.push("ADMIN_PASSWORD is one of those that are tried first; it must be another");
  } else if (word !== null) {
    const what = word === "email" ? "ADMIN_EMAIL" : "WORKSPACE_NAME";
    problems.push(`ADMIN_PASSWORD is built of ${what}; it must be another`);
  }
  // Valid in a header, and too long to be guessed.
  if (!/^[\x21-\x7e]{20,500}$/.test(key)) {
    const wrong = /^[\x21-\x7e]*$/.test(key) ? `has ${key.length} characters` : "has spaces or letters beyond ASCII";
    problems.push(`API_KEY ${wrong}; it must have from 20 to 500 characters, all of them visible ASCII`);
  }
  return problems;
}
const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : "localhost");

function localUrl(host: string, port: number): string {
  const everywhere = host === "0.0.0.0" || host === "::";
  const name = everywhere ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** The key in DATA_DIR, made on first use. It decrypts the secrets in the database, so only the owner may read it. */
function secretKey(dataDir: string): string {
  const file = join(dataDir, "secret-key");
  try {
    makeDataDirectory(dataDir);
    // Written to a draft and linked into place, so that concurrent first starts agree on one key and none reads half of it.
    if (read(file) === null) {
      const draft = `${file}.${process.pid}`;
      const descriptor = openSync(draft, "w", 0o600);
      writeSync(descriptor, `${randomBytes(32).toString("base64url")}\n`);
      fsyncSync(descriptor);
      closeSync(descriptor);
      try {
        linkSync(draft, file);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      } finally {
        rmSync(draft);
      }
    }
  } catch (cause) {
    throw new ConfigError(`DATA_DIR is ${JSON.stringify(dataDir)}; ${(cause as Error).message}`, { cause });
  }
  closeToOthers(file);
  const key = read(file);
  if (!key || key.length < secretKeyLength) {
    throw new ConfigError(
      `${file} holds no key of at least ${secretKeyLength} characters; restore it, or set SECRET_KEY`,
    );
  }
  return key;
}

/**
 * Makes DATA_DIR closed to other users; when that is root, PostgreSQL's user may pass through it. An existing one stays as
 * readable as it is, but write permissions of others are removed, unless it is a shared directory such as /tmp.
 */
function makeDataDirectory(path: string): void {
  const own = process.getuid?.();
  mkdirSync(path, { recursive: true, mode: own === 0 ? 0o711 : 0o700 });
  const { mode, uid } = statSync(path);
  const sticky = (mode & 0o1000) !== 0;
  if (uid === own && (mode & 0o022) !== 0 && !sticky) chmodSync(path, mode & 0o7755);
}

/** Removes other users' permissions, which a copy or a backup may have added. */
function closeToOthers(file: string): void {
  const { mode, uid } = statSync(file);
  const own = process.getuid?.();
  if ((mode & 0o077) !== 0 && (uid === own || own === 0)) chmodSync(file, 0o600);
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}
