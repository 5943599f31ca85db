/**
 * Writes a list of every statement of a version with the columns that it returns:
 * `node testing/versions/make-statements.ts <checkout of the version, installed> <version>`.
 *
 * The statements come from its sources (row-types/), and from its recording (make.ts), which also has the statements of its libraries
 * and those that are composed at run time. PostgreSQL describes the columns on the version's own schema.
 */
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import pg from "pg";
import { describeStatement } from "../row-types/describe-statement.ts";
import { given } from "../row-types/given.ts";
import { writtenStatements } from "../row-types/written-statements.ts";
import { createImportTable, importTable, type Recorded, type Statement, typeNames } from "./statements.ts";

const [checkout, version] = process.argv.slice(2);
if (!checkout || !version) throw new Error("usage: make-statements.ts <checkout of the version, installed> <version>");
const root = resolve(checkout);
const target = join(import.meta.dirname, version);

const texts = new Map<string, string>();
for (const { place, texts: found } of writtenStatements({ ...given, "*: name(importId)": importTable }, root))
  for (const text of found) texts.set(plain(text), place.replace(/:\d+$/, ""));
const recorded = (await readFile(join(target, "recorded.jsonl"), "utf8")).trim().split("\n");
for (const line of recorded) {
  const { q } = JSON.parse(line) as Partial<Recorded>;
  if (q !== undefined && !texts.has(plain(q))) texts.set(plain(q), "recorded");
}

const directory = await mkdtemp(join(tmpdir(), "varsla-version-"));
const from = (file: string) => import(join(root, "server/kit", file));
const postgres = await (await from("embedded-postgres.ts")).startEmbeddedPostgres({ directory });
const client = new pg.Client({ connectionString: postgres.superuser("varsla") });
try {
  const jobs = await from("jobs.ts");
  await (await from("migrate.ts")).migrate(postgres.connection, { after: () => jobs.migrateJobs(postgres.connection) });
  await client.connect();
  const types = await typeNames(client);
  await createImportTable(client, [...texts.keys()]);
  const found: Statement[] = [];
  for (const [text, place] of [...texts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Not described: fragments, several statements in one text, and statements on temporary tables.
    const columns = await describeStatement(client, text).catch(
      (error: Error) => void console.log(`${place}: ${error.message}: ${text.slice(0, 90)}`),
    );
    if (columns === undefined) continue;
    found.push({ place, text, columns: columns?.map(({ name, type }) => `${name} ${types.get(type)}`) ?? null });
  }
  await writeFile(join(target, "replay.json"), compact(recorded));
  await rm(join(target, "recorded.jsonl"));
  await writeFile(join(target, "statements.json"), `[\n${found.map((each) => JSON.stringify(each)).join(",\n")}\n]\n`);
} finally {
  await client.end();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Each text once, and one line for each event; see replay.ts. */
function compact(lines: string[]): string {
  const numbers = new Map<string, number>();
  const events = lines.map((line) => {
    const { n, c, q = "", v, e, code } = JSON.parse(line) as Partial<Recorded> & { e?: number; code?: string };
    if (e !== undefined) return code === undefined ? [e] : [e, code];
    const text = plain(q);
    if (!numbers.has(text)) numbers.set(text, numbers.size);
    return [n, c, numbers.get(text), v ?? []];
  });
  const texts = [...numbers.keys()].map((text) => JSON.stringify(text)).join(",\n");
  return `{"texts":[\n${texts}\n],\n"events":[\n${events.map((each) => JSON.stringify(each)).join(",\n")}\n]}\n`;
}

/** Collapses white space, which has no meaning in our statements. */
function plain(text: string): string {
  return text.replaceAll(/--.*$/gm, "").replaceAll(/\s+/g, " ").trim();
}
