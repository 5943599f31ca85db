/**
 * The role that work for one workspace logs in as. It owns nothing and cannot switch row-level security off, so that SQL which
 * somebody injects into a request is still held to one workspace. `migrate` makes it where the role of DATABASE_URL may make roles; see
 * docs/decisions/database-roles.md.
 */
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { singleConnection } from "./connection.ts";
import { isDatabaseAway } from "./database-away.ts";
import type { Logger } from "./log.ts";
import { gaveWay } from "./migrate.ts";
import { scramVerifier } from "./scram.ts";

interface WorkspaceRole {
  name: string;
  password: string;
}

/** SQLSTATE of what a role may not do. */
const insufficientPrivilege = "42501";
/** Of giving the rights, where another session holds on to what they are of. */
const attempts = 5;
/** PostgreSQL's limit for names, in octets. */
const longestName = 63;

/**
 * Makes the role, gives it its rights, and answers where it connects. Call it under the lock of `migrate`, after the
 * migrations. Where it cannot be had the log says what an operator can do, and the answer is `connection` itself: the
 * tenant policies then hold for whoever leaves the setting `varsla.system` alone.
 */
export async function openWorkspaceRole(
  client: pg.Client,
  connection: string,
  log?: Pick<Logger, "warn">,
): Promise<string> {
  const owner = await currentRole(client);
  const role = await rememberedRole(client, owner);
  const theirs = connectionAs(connection, owner.name, role);
  const problem = await prepare(client, role, () => tryOut(theirs, owner.name));
  if (problem === null) return theirs;
  log?.warn(
    `Work for one workspace runs as ${owner.name}, the role of DATABASE_URL, which can switch off the row-level security between workspaces: ${problem} Then start Varsla again. See docs/decisions/database-roles.md.`,
  );
  return connection;
}

/** Where the role of a database connects that a server has prepared: for tools beside it. */
export async function workspaceConnection(connection: string): Promise<string> {
  const client = new pg.Client({ connectionString: connection, ...singleConnection });
  await client.connect();
  try {
    const { rows } = await client.query<WorkspaceRole>("select name, password from workspace_role");
    const role = rows[0];
    if (!role) throw new Error("No server has prepared this database: the table workspace_role is empty.");
    return connectionAs(connection, (await currentRole(client)).name, role);
  } finally {
    await client.end();
  }
}

/** Null, or what is wrong and the statement that mends it. */
async function prepare(client: pg.Client, role: WorkspaceRole, login: () => Promise<string | null>) {
  const as = `login password ${client.escapeLiteral(scramVerifier(role.password))}`;
  const create = `create role ${client.escapeIdentifier(role.name)} ${as}`;
  const alter = `alter role ${client.escapeIdentifier(role.name)} ${as}`;
  if (!(await hasRole(client, role.name)) && !(await mayRun(client, create))) {
    return `it may not make roles. Let a superuser run, in any database of this server: ${create};`;
  }
  const denied = await grantRights(client, role);
  if (denied) return denied;
  const refused = await login();
  if (refused === null) return null;
  // Somebody made it with another password, or a backup has brought an older one.
  const again = (await mayRun(client, alter)) ? await login() : refused;
  return again && `${again} Where its password is not the one that is expected, let a superuser run: ${alter};`;
}

/** Waits for a lock only a moment at a time: whoever comes after a waiting session waits too, and so does every other start. */
async function grantRights(client: pg.Client, role: WorkspaceRole): Promise<string | null> {
  for (let attempt = 1; ; attempt++) {
    await client.query("begin");
    try {
      await client.query("set local varsla.system = 'on'");
      await client.query("set local lock_timeout = '2s'");
      await client.query("call grant_workspace_rights($1)", [role.name]);
      await client.query("commit");
      return null;
    } catch (error) {
      await client.query("rollback");
      const { code, message } = error as Error & { code?: string };
      if (code === insufficientPrivilege) {
        return `it may not give ${role.name} the rights that it needs (${message}). Make it the owner of the database.`;
      }
      if (!gaveWay.has(code ?? "") || attempt === attempts) throw error;
    }
    await delay(500 * attempt);
  }
}

/** Null when the role logs in and is what it should be. */
async function tryOut(connection: string, owner: string): Promise<string | null> {
  const client = new pg.Client({
    connectionString: connection,
    application_name: "varsla migrate",
    ...singleConnection,
  });
  client.on("error", () => {}); // the query says so
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string; unbound: boolean }>(
      `select rolname as name, rolsuper or rolbypassrls or rolcreaterole or pg_has_role(rolname, $1::name, 'member') as unbound
       from pg_roles where rolname = current_user`,
      [owner],
    );
    const { name, unbound } = rows[0] ?? { name: "?", unbound: true };
    return unbound
      ? `the role ${name} is meant for that, but it is a superuser, BYPASSRLS, CREATEROLE or a member of ${owner}. Take that from it.`
      : null;
  } catch (error) {
    if (isDatabaseAway(error)) throw error;
    return `the role that is meant for that cannot log in (${(error as Error).message}). Let pg_hba.conf, and a pooler's list of users, take it with its password.`;
  } finally {
    await client.end().catch(() => {}); // it never was open
  }
}

async function currentRole(client: pg.Client): Promise<{ name: string; database: string }> {
  const { rows } = await client.query("select current_user as name, current_database() as database");
  return rows[0];
}

/**
 * As this database remembers it: a copy of a database shares the role, and a restored one finds or makes it again. Named
 * after the database, for roles belong to all databases of a server.
 */
async function rememberedRole(client: pg.Client, { database }: { database: string }): Promise<WorkspaceRole> {
  const known = await client.query<WorkspaceRole>("select name, password from workspace_role");
  if (known.rows[0]) return known.rows[0];
  const plain = `${database}_workspaces`;
  const digest = createHash("sha256").update(database).digest("hex").slice(0, 12);
  let name = Buffer.byteLength(plain) <= longestName ? plain : `${digest}_workspaces`;
  // Somebody else's role of that name is left alone.
  if (await hasRole(client, name)) name = `${digest}_${randomBytes(4).toString("hex")}_workspaces`;
  const role = { name, password: randomBytes(32).toString("base64url") };
  await client.query("insert into workspace_role (name, password) values ($1, $2)", [role.name, role.password]);
  return role;
}

async function hasRole(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query("select 1 from pg_roles where rolname = $1", [name]);
  return rows.length > 0;
}

async function mayRun(client: pg.Client, statement: string): Promise<boolean> {
  try {
    await client.query(statement);
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== insufficientPrivilege) throw error;
    return false;
  }
}

/** The same database as another role. Poolers want their own suffix after the role's name, such as `varsla.project`. */
function connectionAs(connection: string, owner: string, role: WorkspaceRole): string {
  const url = new URL(connection);
  const given = url.searchParams.get("user") ?? decodeURIComponent(url.username);
  const suffix = given.startsWith(`${owner}.`) || given.startsWith(`${owner}@`) ? given.slice(owner.length) : "";
  const login = { user: role.name + suffix, password: role.password };
  for (const [key, value] of Object.entries(login)) {
    // A URL without a host, whose socket's directory stands among its parameters, has no place for them before it.
    if (url.hostname === "") url.searchParams.set(key, value);
    else url.searchParams.delete(key);
  }
  url.username = encodeURIComponent(login.user);
  url.password = login.password;
  return url.href;
}
