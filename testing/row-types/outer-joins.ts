/** Which columns of a statement's rows an outer join may fill with nulls, as PostgreSQL plans it. */
import { nodesOf, type PlanNode } from "../statements.ts";

/** A column as it is, and of which table or subquery. */
const columnOf = /^\(*(\w+|"[^"]+")\.(\w+|"[^"]+")\)*$/;

/**
 * Of each column of the plan's rows, in their order, whether it is a column of a table or subquery on the nullable side of an
 * outer join. A join whose condition in WHERE refuses nulls is none in the plan. Not seen: what is computed of such a column.
 */
export function outerColumns(plan: PlanNode): boolean[] {
  const nodes = nodesOf(plan);
  const outer = new Set(nodes.flatMap(nullableSides).flatMap(nodesOf).flatMap(aliasesOf));
  const within = (column: string): boolean => {
    const [, alias = "", name = ""] = columnOf.exec(column) ?? [];
    if (outer.has(alias)) return true;
    const scan = nodes.find((node) => aliasOf(node) === alias);
    const source = scan && sourceOf(scan, nodes);
    // A subquery's column that has another name there is not followed.
    return (source?.Output ?? []).some((each) => columnOf.exec(each)?.[2] === name && within(each));
  };
  const branches = /^(Append|Merge Append|SetOp)$/.test(plan["Node Type"]) ? (plan.Plans ?? []) : [plan];
  return (plan.Output ?? []).map((_, i) => branches.some((branch) => within(branch.Output?.[i] ?? "")));
}

const aliasOf = (node: PlanNode) => node["Alias"] as string | undefined;

/** The names that a node's columns have in the plan: those of a partition also its parent's, which has no node of its own. */
function aliasesOf(node: PlanNode): string[] {
  const alias = aliasOf(node);
  if (alias === undefined) return [];
  return node["Parent Relationship"] === "Member" ? [alias, alias.replace(/_\d+$/, "")] : [alias];
}

/** The parts of a join that may have no row. */
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
