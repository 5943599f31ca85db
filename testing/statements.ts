/** The statements that pg really sends, for tests that look at what a part of the program asks the database. */
import pg from "pg";
import { onTestFinished } from "vitest";

/** Gathers texts from here on, each once, until the test ends. */
export function gatherStatements(): Set<string> {
  const texts = new Set<string>();
  const { query } = pg.Client.prototype;
  // oxlint-disable-next-line typescript/no-explicit-any -- query has a dozen overloads, and this passes them all on
  pg.Client.prototype.query = function (this: pg.Client, ...args: any[]) {
    const [first] = args as [string | { text?: string }];
    const text = typeof first === "string" ? first : first.text;
    if (text !== undefined) texts.add(text);
    return Reflect.apply(query, this, args);
  } as typeof query;
  onTestFinished(() => void (pg.Client.prototype.query = query));
  return texts;
}

/** A node of EXPLAIN's JSON. */
export interface PlanNode {
  "Node Type": string;
  "Relation Name"?: string;
  Operation?: string;
  Output?: string[];
  Plans?: PlanNode[];
  [condition: string]: unknown;
}

/** Every node of a statement's plan, as if its parameters were not known. A superuser's plan has no conditions of walls in it. */
export async function planNodes(superuser: pg.Client, text: string): Promise<PlanNode[]> {
  const { rows } = await superuser.query(`explain (generic_plan, verbose, costs off, format json) ${text}`);
  const walk = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(walk)];
  return walk(rows[0]["QUERY PLAN"][0].Plan);
}
