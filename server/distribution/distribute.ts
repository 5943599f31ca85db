/** `varsla db distribute`: distributes the tables of a migrated database over a Citus cluster, or prints the statements. */
import pg from "pg";
import { placeTables, readCatalogue } from "./placement.ts";
import { keptKeys, planDistribution, type Progress, roleSettings, type Step } from "./plan-distribution.ts";

/** Why the database cannot be distributed; the message says what to do. */
export class DistributionError extends Error {
  override name = "DistributionError";
}

const oldestCitus = 12;
/** Key of the advisory lock that serialises runs; the same in all versions. */
const lock = 7_210_938_164;

const connectTimeoutMs = 15_000;

/** Runs the remaining steps and returns them; with `dryRun` it only returns them, also without Citus. */
export async function distribute(
  connection: string,
  options: { dryRun: boolean; say(sentence: string): void },
): Promise<Step[]> {
  const client = new pg.Client({
    connectionString: connection,
    application_name: "varsla db distribute",
    connectionTimeoutMillis: connectTimeoutMs,
  });
  await client.connect().catch((error: unknown) => {
    const where = `The PostgreSQL of DATABASE_URL at ${client.host}:${client.port}`;
    throw new DistributionError(`${where} cannot be used: ${reasonOf(error)}. Nothing was done.`, { cause: error });
  });
  try {
    await client.query("select pg_advisory_lock($1)", [lock]);
    const catalogue = await readCatalogue(client);
    if (!catalogue.tables.some(({ name }) => name === "migrations"))
      throw new DistributionError(
        "This database has no tables of Varsla. Start Varsla on it once, then distribute it.",
      );
    const { places, problems } = placeTables(catalogue);
    if (problems.length > 0) throw new DistributionError(problems.join("\n"));

    const obstacle = await obstacleOf(client);
    if (obstacle && !options.dryRun) throw new DistributionError(`${obstacle} Nothing was done.`);
    if (obstacle) options.say(`-- ${obstacle} These statements are what a Citus cluster would be given.`);
    const where = await ownerOf(client);
    const progress = obstacle ? nothingDone : await progressOf(client, where);
    const steps = planDistribution(catalogue, places, { ...progress, ...where });
    if (options.dryRun) return steps;
    for (const step of steps) await run(client, step, options.say);
    return steps;
  } finally {
    await client.end(); // releases the lock too
  }
}

/** The reason of an error. Node's AggregateError, of a host with several addresses, has no message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}

type Where = Pick<Progress, "owner" | "workspaceRole" | "database">;
type Done = Omit<Progress, keyof Where>;

const nothingDone: Done = { placed: new Set(), dropped: [], settingsStored: false };

async function ownerOf(client: pg.Client): Promise<Where> {
  const { rows } = await client.query<Where>(
    `select pg_get_userbyid(relowner) as owner, current_database() as database,
       (select name from workspace_role where name in (select rolname from pg_roles)) as "workspaceRole"
     from pg_class where oid = 'migrations'::regclass`,
  );
  return rows[0] as Where;
}

/** Why this server cannot be distributed, or null. */
async function obstacleOf(client: pg.Client): Promise<string | null> {
  const { rows } = await client.query<{ version: string }>(
    "select extversion as version from pg_extension where extname = 'citus'",
  );
  const version = rows[0]?.version;
  if (version === undefined)
    return "This PostgreSQL has no Citus: the extension is not created in this database. See docs/self-hosting/scaling.md.";
  if (Number.parseInt(version, 10) < oldestCitus)
    return `This Citus is ${version}; Varsla's statements need ${oldestCitus} or newer.`;
  const nodes = await client.query<{ coordinator: boolean; workers: boolean }>(`
    select coalesce(bool_or(groupid = 0), false) as coordinator, coalesce(bool_or(isactive and shouldhaveshards), false) as workers from pg_dist_node`);
  const { coordinator, workers } = nodes.rows[0] ?? {};
  // Foreign keys from local tables to reference tables need a copy of those on the coordinator.
  if (!coordinator) return "The coordinator does not know itself. Call citus_set_coordinator_host() on it.";
  if (!workers) return "No node takes shards. Add one with citus_add_node().";
  return null;
}

async function progressOf(client: pg.Client, { owner, workspaceRole, database }: Where): Promise<Done> {
  // Local tables that Citus manages because they reference a reference table have the type "local": they are not distributed.
  const placed = await client.query<{ name: string }>(`
    select c.relname as name from citus_tables t join pg_class c on c.oid = t.table_name::oid
    where t.citus_table_type in ('distributed', 'reference')`);
  const kept = await client.query<{ kept: string | null }>("select to_regclass($1) as kept", [keptKeys]);
  const dropped = kept.rows[0]?.kept
    ? (
        await client.query<Progress["dropped"][number]>(
          `select "table", name, definition from ${keptKeys} order by 1, 2`,
        )
      ).rows
    : [];
  const roles = [owner, workspaceRole].filter((role) => role !== null);
  const setting = await client.query(
    `select from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase join pg_roles r on r.oid = s.setrole
     where d.datname = $1 and r.rolname = any($2) and s.setconfig @> $3`,
    [database, roles, Object.entries(roleSettings).map(([name, value]) => `${name}=${value}`)],
  );
  return {
    placed: new Set(placed.rows.map(({ name }) => name)),
    dropped,
    settingsStored: setting.rows.length === roles.length,
  };
}

async function run(client: pg.Client, { why, statements }: Step, say: (sentence: string) => void): Promise<void> {
  say(why);
  // The system scope, since the rows of all workspaces are read.
  await client.query("begin");
  try {
    await client.query("set local varsla.system = 'on'");
    for (const statement of statements) await client.query(statement);
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback");
    throw new DistributionError(
      `${why}: ${(cause as Error).message}. Earlier steps were committed; run the command again to continue.`,
      { cause },
    );
  }
}

/** The steps as a script. */
export function printSteps(steps: readonly Step[]): string {
  const lines = steps.map(({ why, statements }) => `-- ${why}\n${["begin", ...statements, "commit"].join(";\n")};\n`);
  return lines.join("\n");
}
