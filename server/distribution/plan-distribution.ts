/**
 * What is to be run to distribute a database, in its order: foreign keys of tenant tables away, reference tables, tenant
 * tables, foreign keys back. Each step is a transaction of its own, so that a run that was killed is gone on with by the
 * next: what stands already is left out, and the definitions of the dropped keys are kept in a table until they are back.
 */
import { type Catalogue, distributionColumn, firstDistributed, type ForeignKey, type Place } from "./placement.ts";

/** Statements that take effect together. */
export interface Step {
  why: string;
  statements: string[];
}

/** What an earlier run has done. */
export interface Progress {
  /** Who has the tables, and whom work for one workspace logs in as. */
  owner: string;
  workspaceRole: string | null;
  database: string;
  /** Tables that Citus knows. */
  placed: ReadonlySet<string>;
  /** Foreign keys that were dropped and are not back. */
  dropped: readonly Pick<ForeignKey, "name" | "table" | "definition">[];
  /** SET LOCAL reaches the shards already. */
  settingsPropagate: boolean;
}

/** Holds what was dropped while tables are distributed. */
export const keptKeys = "staging.dropped_foreign_keys";

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** The steps that are left. Empty when everything stands. */
export function planDistribution(
  { tables, foreignKeys }: Catalogue,
  places: ReadonlyMap<string, Place>,
  { placed, dropped, settingsPropagate, owner, workspaceRole, database }: Progress,
): Step[] {
  const missing = (place: Place) =>
    [...places.keys()].filter((name) => places.get(name) === place && !placed.has(name));
  const references = missing("reference");
  const tenants = missing("distributed").sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const steps: Step[] = [];

  if (!settingsPropagate) {
    steps.push({
      why: "SET LOCAL names the workspace of a transaction for row-level security, so it must reach the shards: for the roles of this database, so that every process and every tool has it",
      statements: [owner, ...(workspaceRole === null ? [] : [workspaceRole])].map(
        (role) => `alter role ${quoted(role)} in database ${quoted(database)} set citus.propagate_set_commands = local`,
      ),
    });
  }

  const away =
    references.length + tenants.length > 0 ? foreignKeys.filter((key) => isInTheWay(key, places, placed)) : [];
  if (away.length > 0) {
    steps.push({
      why: "A table that a local table points to, or that points to one, cannot be distributed: these keys go for as long as that takes",
      statements: [
        `create table if not exists ${keptKeys} ("table" text not null, name text not null, definition text not null, primary key ("table", name))`,
        ...away.flatMap(({ table, name, definition }) => [
          `insert into ${keptKeys} ("table", name, definition) values (${literal(table)}, ${literal(name)}, ${literal(definition)})`,
          `alter table ${quoted(table)} drop constraint ${quoted(name)}`,
        ]),
      ],
    });
  }
  for (const table of references)
    steps.push({
      why: `${table} on every node`,
      statements: [
        // Its policy asks a sharded table, which a node cannot do in the middle of its part of a statement.
        `alter table ${quoted(table)} disable row level security`,
        `select create_reference_table(${literal(table)})`,
      ],
    });
  for (const table of tenants) {
    const walls = [table, ...(tables.find(({ name }) => name === table)?.partitions ?? [])];
    const together = table === firstDistributed ? "none" : firstDistributed;
    steps.push({
      why: `${table} by workspace`,
      statements: [
        // The triggers refuse changes, or change rows of the same workspace: those are in the same shard.
        "set local citus.enable_unsafe_triggers = on",
        // Rows go into the shards by COPY, which PostgreSQL refuses behind row-level security that binds the owner too.
        ...walls.map((wall) => `alter table ${quoted(wall)} no force row level security`),
        `select create_distributed_table(${literal(table)}, ${literal(distributionColumn)}, colocate_with => ${literal(together)})`,
        ...walls.map((wall) => `alter table ${quoted(wall)} force row level security`),
      ],
    });
  }
  const back = [...dropped, ...away];
  for (const { table, name, definition } of back) {
    steps.push({
      why: `${name} back`,
      statements: [
        `alter table ${quoted(table)} add constraint ${quoted(name)} ${definition}`,
        `delete from ${keptKeys} where "table" = ${literal(table)} and name = ${literal(name)}`,
      ],
    });
  }
  if (back.length > 0) steps.push({ why: "all keys are back", statements: [`drop table ${keptKeys}`] });
  return steps;
}

/** The first of the group founds it. */
const rank = (table: string) => (table === firstDistributed ? 0 : 1);

/** Keys of a tenant table one end of which is not where it belongs yet. */
function isInTheWay(key: ForeignKey, places: ReadonlyMap<string, Place>, placed: ReadonlySet<string>): boolean {
  if (places.get(key.table) !== "distributed") return false;
  return !placed.has(key.table) || !placed.has(key.target);
}
