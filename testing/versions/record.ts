/**
 * Preloaded into a version's own program, it records the statements that the program sends to PostgreSQL, one line each:
 * `{n, c, q, v}` when a connection sends a statement, `{e}` when it is answered, with PostgreSQL's code if it was an error.
 */
import { appendFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const file = process.env.RECORD_TO;
if (!file) throw new Error("RECORD_TO is not set");
// The version's own copy of pg.
const pg = createRequire(join(process.cwd(), "package.json"))("pg");
const names = new WeakMap<object, number>();
let connections = 0;
let statements = 0;

const write = (line: object) => appendFileSync(file, `${JSON.stringify(line)}\n`);
const { query } = pg.Client.prototype;
// oxlint-disable-next-line typescript/no-explicit-any -- query has a dozen overloads, and this passes them all on
pg.Client.prototype.query = function (this: object, ...args: any[]) {
  const [first, second] = args;
  const text = typeof first === "string" ? first : first?.text;
  if (typeof text !== "string") return Reflect.apply(query, this, args);
  let connection = names.get(this);
  if (connection === undefined) names.set(this, (connection = ++connections));
  const values = Array.isArray(second) ? second : first?.values;
  const n = ++statements;
  write({ n, c: connection, q: text, ...(values?.length && { v: values.map(plain) }) });
  const ended = (error?: { code?: string } | null) => write({ e: n, ...(error && { code: error.code ?? "?" }) });
  const callback = args.findIndex((each) => typeof each === "function");
  if (callback >= 0) {
    const answer = args[callback];
    args[callback] = (error: { code?: string } | null, result: unknown) => {
      ended(error);
      answer(error, result);
    };
    return Reflect.apply(query, this, args);
  }
  // oxlint-disable-next-line typescript/no-explicit-any -- a promise, or the submitted query
  const made: any = Reflect.apply(query, this, args);
  made?.then?.(() => ended(), ended);
  if (typeof first?.callback === "function") {
    const answer = first.callback;
    first.callback = (error: { code?: string } | null, result: unknown) => {
      ended(error);
      answer(error, result);
    };
  }
  return made;
};

/** A value as JSON that keeps its type. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return { date: value.toISOString() };
  if (Buffer.isBuffer(value)) return { bytes: value.toString("base64") };
  if (Array.isArray(value)) return value.map(plain);
  if (value !== null && typeof value === "object") return { json: JSON.stringify(value) };
  return value ?? null;
}
