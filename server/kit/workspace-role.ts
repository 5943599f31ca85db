/**
 * The workspace role: the database role of transactions for one workspace. It owns nothing and cannot switch row-level security
 * off, so that SQL injected into a request is still limited to one workspace. It is created at the start when the role of
 * DATABASE_URL may create roles; see docs/decisions/database-roles.md.
 */
import { createHash, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { singleConnection } from "./connection.ts";
import { isDatabaseAway } from "./database-away.ts";
import type { Logger } from "./log.ts";
import { lockConflicts } from "./migrate.ts";
import { scramVerifier } from "./scram.ts";

interface WorkspaceRole {
  name: string;
  password: string;
}

/** SQLSTATE of a statement that the role may not run. */
const insufficientPrivilege = "42501";
/** For granting the rights, while another session holds a conflicting lock. */
const attempts = 5;
/** PostgreSQL's limit for names, in octets. */
const longestName = 63;

/**
 * Creates the role, grants its rights, and returns its connection string. Call it under the lock of `migrate`, after the
 * migrations. When it cannot be created, a warning says what an operator can do, and `connection` itself is returned: the tenant
 * policies then apply as long as no statement sets `varsla.system`.
 */
export async function openWorkspaceRole(
  client: pg.Client,
  connection: string,
  log?: Pick<Logger, "warn">,
): Promise<string> {
  const owner = await currentRole(client);
  const role = await storedRole(client, owner);
  const theirs = connectionAs(connection, owner.name, role);
  const problem = await prepare(client, role, () => tryOut(theirs, owner.name));
  if (problem === null) return theirs;
  log?.warn(
    `Work for one workspace runs as ${owner.name}, the role of DATABASE_URL, which can switch off the row-level security between workspaces: ${problem} Then start Varsla again. See docs/decisions/database-roles.md.`,
  );
  return connection;
}

/** The connection string of the workspace role that a server has created: for tools. */
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

/** Null, or what is wrong and the statement that fixes it. */
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
  // It was created with another password, or a restored backup contains an older one.
  const again = (await mayRun(client, alter)) ? await login() : refused;
  return again && `${again} Where its password is not the one that is expected, let a superuser run: ${alter};`;
}

/** Uses a short lock timeout and retries: a waiting session blocks all later sessions and other starts. */
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
      if (!lockConflicts.has(code ?? "") || attempt === attempts) throw error;
    }
    await delay(500 * attempt);
  }
}

/** Null when the role can log in and cannot bypass the policies, else the problem. */
async function tryOut(connection: string, owner: string): Promise<string | null> {
  const client = new pg.Client({
    connectionString: connection,
    application_name: "varsla migrate",
    ...singleConnection,
  });
  client.on("error", () => {}); // the query fails
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
    return `the role for that cannot log in (${(error as Error).message}). Let pg_hba.conf, and a pooler's list of users, accept it with its password.`;
  } finally {
    await client.end().catch(() => {}); // it was never open
  }
}

async function currentRole(client: pg.Client): Promise<{ name: string; database: string }> {
  const { rows } = await client.query("select current_user as name, current_database() as database");
  return rows[0];
}

/**
 * Name and password as stored in this database: a copy of a database shares the role, and a restored one finds or recreates it.
 * It is named after the database, since roles belong to all databases of a server.
 */
async function storedRole(client: pg.Client, { database }: { database: string }): Promise<WorkspaceRole> {
  const known = await client.query<WorkspaceRole>("select name, password from workspace_role");
  if (known.rows[0]) return known.rows[0];
  const plain = `${database}_workspaces`;
  const digest = createHash("sha256").update(database).digest("hex").slice(0, 12);
  let name = Buffer.byteLength(plain) <= longestName ? plain : `${digest}_workspaces`;
  // An unrelated role of that name is not changed.
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

/** The same database as another role. Some poolers need a suffix after the role's name, such as `varsla.project`. */
function connectionAs(connection: string, owner: string, role: WorkspaceRole): string {
  const url = new URL(connection);
  const given = url.searchParams.get("user") ?? decodeURIComponent(url.username);
  const suffix = given.startsWith(`${owner}.`) || given.startsWith(`${owner}@`) ? given.slice(owner.length) : "";
  const login = { user: role.name + suffix, password: role.password };
  for (const [key, value] of Object.entries(login)) {
    // A URL without a host, with the socket's directory in its parameters, cannot have them before the host.
    if (url.hostname === "") url.searchParams.set(key, value);
    else url.searchParams.delete(key);
  }
  url.username = encodeURIComponent(login.user);
  url.password = login.password;
  return url.href;
}
