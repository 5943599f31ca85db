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

/** A statement's plan, as if its parameters were not known. A superuser's plan has no conditions of walls in it. */
export async function planOf(superuser: pg.Client, text: string): Promise<PlanNode> {
  const { rows } = await superuser.query(`explain (generic_plan, verbose, costs off, format json) ${text}`);
  return rows[0]["QUERY PLAN"][0].Plan;
}

/** A plan's nodes, each before those under it. */
export const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

/** Every node of a statement's plan. */
export const planNodes = async (superuser: pg.Client, text: string): Promise<PlanNode[]> =>
  nodesOf(await planOf(superuser, text));
