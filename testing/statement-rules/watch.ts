/**
 * Run before each integration test file: reads the text of every statement that the program sends to PostgreSQL in its tests, and
 * fails the file if one breaks a rule (rules.ts) without being an exception (exceptions.ts).
 */
import pg from "pg";
import { afterAll, inject } from "vitest";
import { isExcepted } from "./exceptions.ts";
import { problemsOf, type Schema } from "./rules.ts";

const listed = inject("schema");
const schema: Schema = {
  tenantTables: new Set(listed.tenantTables),
  localTables: new Set(listed.localTables),
  stableFunctions: new Set(listed.stableFunctions),
  volatileFunctions: new Set(listed.volatileFunctions),
  enums: new Set(listed.enums),
};

/** The first file of the project on the stack: "server/…" for a statement of the program, "testing/…" or "….test.ts" for a test's own. */
const frame = /\/((?:server|testing)\/[^:)]+\.ts):(\d+)/;
/** These send what others pass to them. */
const passing = /^server\/kit\/(prepared|pipelining|db|set-local)\.ts$/;
/** These define tables, or are given a database without any. */
const defining = /^server\/(kit\/(migrate|jobs|embedded-postgres[\w-]*)|distribution\/[\w-]+)\.ts$/;
/** One of each transaction, with an id in it. */
const scope = /^(set local [a-z_]+ = [^;]+; )*set local varsla\.workspace_id = '[0-9a-f-]{36}'(; set local [^;]+)*$/;

interface Watch {
  read: Set<string>;
  /** How often tests have sent a text that the program has not sent yet. */
  byTests: Map<string, number>;
  problems: string[];
}
/** One for all files of a worker, which share its modules. */
const watch: Watch = startWatch();

function startWatch(): Watch {
  const shared = globalThis as { statementWatch?: Watch };
  if (shared.statementWatch) return shared.statementWatch;
  const started: Watch = { read: new Set(), byTests: new Map(), problems: [] };
  shared.statementWatch = started;
  const { query } = pg.Client.prototype;
  // oxlint-disable-next-line typescript/no-explicit-any -- query has a dozen overloads, and this passes them all on
  pg.Client.prototype.query = function (this: pg.Client, ...args: any[]) {
    const [first] = args as [string | { text?: string; cursor?: { text: string } }];
    const text = typeof first === "string" ? first : (first.text ?? first.cursor?.text);
    if (text !== undefined && !started.read.has(text) && !scope.test(text)) read(started, text);
    return Reflect.apply(query, this, args);
  } as typeof query;
  return started;
}

/** A text that tests alone have sent so often is theirs: looking for its origin costs more than sending it. */
const often = 5;

function read({ read: known, byTests, problems }: Watch, text: string): void {
  const origin = originOf();
  if (!origin) {
    const times = (byTests.get(text) ?? 0) + 1;
    if (times < often) byTests.set(text, times);
    else known.add(text);
    return;
  }
  known.add(text);
  for (const { rule, what } of problemsOf(text, schema))
    if (!isExcepted(text, rule)) problems.push(`${origin} breaks "${rule}": ${what}\n${text}`);
}

/** Where in the program a statement is sent; null if a test sends it. */
function originOf(): string | null {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const lines = (new Error("of its stack").stack ?? "").split("\n");
  Error.stackTraceLimit = stackTraceLimit;
  for (const line of lines) {
    const [, file, at] = line.includes("/node_modules/") ? [] : (frame.exec(line) ?? []);
    if (!file || file === "testing/statement-rules/watch.ts" || passing.test(file)) continue;
    const isProgram = file.startsWith("server/") && !/\.test(-support)?\.ts$/.test(file) && !defining.test(file);
    return isProgram ? `${file}:${at}` : null;
  }
  return null;
}

afterAll(() => {
  const problems = watch.problems.splice(0);
  if (problems.length > 0)
    throw new Error(`Statements break a rule of docs/decisions/statements.md:\n\n${problems.join("\n\n")}`);
});
