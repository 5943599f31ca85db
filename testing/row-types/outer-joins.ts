/** Finds the columns of a statement's rows that an outer join may fill with nulls, from PostgreSQL's plan. */
import { nodesOf, type PlanNode } from "../statements.ts";

/** A plain column with the alias of its table or subquery. */
const columnOf = /^\(*(\w+|"[^"]+")\.(\w+|"[^"]+")\)*$/;

/**
 * For each column of the plan's rows, in order: whether it is a column of a table or subquery on the nullable side of an outer join.
 * Columns that the rows are only sorted by may follow. If a condition in WHERE excludes nulls, the plan has no outer join. Columns
 * that are computed from a nullable one are not detected.
 */
export function outerColumns(plan: PlanNode): boolean[] {
  const nodes = nodesOf(plan);
  const outer = new Set(nodes.flatMap(nullableSides).flatMap(nodesOf).flatMap(aliasesOf));
  const within = (column: string): boolean => {
    const [, alias = "", name = ""] = columnOf.exec(column) ?? [];
    if (outer.has(alias)) return true;
    const scan = nodes.find((node) => aliasOf(node) === alias);
    const source = scan && sourceOf(scan, nodes);
    if (!source) return false;
    // A column that has another name in the subquery is not followed.
    const columns = outerOf(source);
    return leavesOf(source).some(({ Output = [] }) =>
      Output.some((each, i) => columnOf.exec(each)?.[2] === name && columns[i]),
    );
  };
  const outerOf = (node: PlanNode): boolean[] => {
    const [first, ...others] = leavesOf(node).map(({ Output = [] }) => Output.map(within));
    return (first ?? []).map((is, i) => is || others.some((other) => other[i]));
  };
  return outerOf(plan);
}

/** The nodes that produce a node's rows. EXPLAIN names the columns of a node that only passes rows on by its first branch, or not at all. */
function leavesOf(node: PlanNode): PlanNode[] {
  const branches = branchesOf(node);
  return branches.length === 0 ? [node] : branches.flatMap(leavesOf);
}

/** The nodes whose rows a node passes on unchanged; none if it produces rows of its own. */
function branchesOf(node: PlanNode): PlanNode[] {
  const { Plans: plans = [] } = node;
  const inputs = plans.filter((each) => /^(Outer|Inner|Member)$/.test(String(each["Parent Relationship"])));
  const type = node["Node Type"];
  if (/^(Append|Merge Append|Recursive Union)$/.test(type)) return inputs;
  const [input] = inputs;
  if (!input) return [];
  if (/^(Sort|Incremental Sort|Limit|Unique|LockRows|Materialize|SetOp)$/.test(type)) return [input];
  // UNION: a union whose duplicates are removed.
  const keys = (node["Group Key"] as string[] | undefined)?.length;
  const distinct = type === "Aggregate" && branchesOf(input).length > 1 && node.Output?.length === keys;
  return distinct ? [input] : [];
}

const aliasOf = (node: PlanNode) => node["Alias"] as string | undefined;

/** The aliases of a node's columns in the plan. Of a partition also its parent's, which has no node of its own. */
function aliasesOf(node: PlanNode): string[] {
  const alias = aliasOf(node);
  if (alias === undefined) return [];
  return node["Parent Relationship"] === "Member" ? [alias, alias.replace(/_\d+$/, "")] : [alias];
}

/** The inputs of a join that may have no matching row. */
function nullableSides({ Plans = [], ...node }: PlanNode): PlanNode[] {
  const side = (relation: string) => Plans.filter((each) => each["Parent Relationship"] === relation);
  switch (node["Join Type"]) {
    case "Left":
    case "Anti":
      return side("Inner");
    case "Right":
    case "Right Anti":
      return side("Outer");
    case "Full":
      return [...side("Outer"), ...side("Inner")];
    default:
      return [];
  }
}

/** The plan of a subquery that a node reads. */
function sourceOf(node: PlanNode, nodes: readonly PlanNode[]): PlanNode | undefined {
  if (node["Node Type"] === "Subquery Scan") return node.Plans?.[0];
  if (node["Node Type"] !== "CTE Scan") return undefined;
  return nodes.find((each) => each["Subplan Name"] === `CTE ${String(node["CTE Name"])}`);
}
