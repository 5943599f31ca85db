/** The statements that pg really sends, for tests that check the statements of a part of the program, and their plans. */
import pg from "pg";
import { onTestFinished } from "vitest";

/** Collects statement texts from now on, each once, until the test ends. */
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

/** A statement's generic plan, for unknown parameters. A superuser's plan has no conditions of row-level security in it. */
export async function planOf(superuser: pg.Client, text: string): Promise<PlanNode> {
  const { rows } = await superuser.query(`explain (generic_plan, verbose, costs off, format json) ${text}`);
  return rows[0]["QUERY PLAN"][0].Plan;
}

/** Every node of that plan. */
export async function planNodes(superuser: pg.Client, text: string): Promise<PlanNode[]> {
  return nodesOf(await planOf(superuser, text));
}

export const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

/**
 * The tables that a plan reads in full (of one workspace, or of all) for each row of something else: the inner side of a nested
 * loop, or a correlated subquery, where no column of the outer row is a condition of the index.
 */
export function readAgain(plan: PlanNode): string[] {
  const found = new Set<string>();
  const look = (node: PlanNode, around: PlanNode | null) => {
    const table = node["Relation Name"];
    const conditions = nodesOf(node).map((each) => each["Index Cond"] ?? "");
    if (table && around && node["Node Type"] !== "ModifyTable" && !isSought(conditions.join(" "), aliasesIn(around)))
      found.add(table);
    for (const child of node.Plans ?? []) look(child, aroundOf(node, child, around));
  };
  look(plan, null);
  return [...found];
}

/** The node that is executed again for each outer row: this child, null below an InitPlan, otherwise the one before. */
function aroundOf(parent: PlanNode, child: PlanNode, around: PlanNode | null): PlanNode | null {
  const place = child["Parent Relationship"];
  if (place === "InitPlan") return null;
  return place === "SubPlan" || (parent["Node Type"] === "Nested Loop" && place === "Inner") ? child : around;
}

const aliasesIn = (node: PlanNode) => new Set(nodesOf(node).flatMap(({ Alias }) => (Alias ? [String(Alias)] : [])));

/** Whether a condition compares with a column of an outer row, other than its workspace, which all rows share. */
function isSought(condition: string, inside: ReadonlySet<string>): boolean {
  const columns = condition.replaceAll(/'[^']*'/g, "").matchAll(/(?:"([^"]+)"|(\b[a-z_]\w*))\.("?\w+)/g);
  return [...columns].some(
    ([, quoted, plain, column]) => !inside.has(quoted ?? (plain as string)) && column !== "workspace_id",
  );
}
