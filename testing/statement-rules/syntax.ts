/** What the rules need to know of a statement, read from PostgreSQL's own syntax tree of it. */
import { loadModule, parseSync } from "libpg-query";

await loadModule();

/** A node of the tree, by its fields; children are nodes, lists of nodes, or `{ "<type>": node }`. */
export interface Syntax {
  [field: string]: unknown;
}

export interface Statement {
  /** "SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt" … */
  type: string;
  node: Syntax;
}

/** The statements of a text. Throws PostgreSQL's error if it is none. */
export function parseStatements(text: string): Statement[] {
  const { stmts = [] } = parseSync(text) as { stmts?: { stmt?: object }[] };
  return stmts.flatMap(({ stmt }) => (stmt ? [unwrap(stmt)] : []));
}

/** A child with its type: `{ "ColumnRef": { … } }`. */
export function unwrap(wrapped: object): Statement {
  const [[type, node]] = Object.entries(wrapped) as [[string, Syntax]];
  return { type, node };
}

/** Children whose field has one type only stand in the tree without it. */
const typesOfFields: Record<string, string> = {
  relation: "RangeVar",
  withClause: "WithClause",
  onConflictClause: "OnConflictClause",
  returningClause: "ReturningClause",
  typeName: "TypeName",
};

/** The children of a node with their types. */
export function childrenOf(node: Syntax): Statement[] {
  return Object.entries(node).flatMap(([field, value]) => childrenIn(field, value));
}

function childrenIn(field: string, value: unknown): Statement[] {
  if (Array.isArray(value)) return value.flatMap((each) => childrenIn(field, each));
  if (typeof value !== "object" || value === null) return [];
  const keys = Object.keys(value);
  if (keys.length === 1 && /^[A-Z]/.test(keys[0] as string)) return [unwrap(value)];
  // Both sides of a UNION are statements without their type.
  const isSide = (field === "larg" || field === "rarg") && "op" in value;
  return [{ type: typesOfFields[field] ?? (isSide ? "SelectStmt" : "other"), node: value as Syntax }];
}

/** Calls `look` for a node and everything below it; `false` keeps it from going below that node. */
export function walk(statement: Statement, look: (each: Statement) => unknown): void {
  if (look(statement) === false) return;
  for (const child of childrenOf(statement.node)) walk(child, look);
}

/** All nodes of a type, at or below a node. */
export function allOf(statement: Statement, type: string): Syntax[] {
  const found: Syntax[] = [];
  walk(statement, (each) => void (each.type === type && found.push(each.node)));
  return found;
}

/** The strings of a list of names, such as ["c", "workspace_id"]; * is left out. */
export function namesIn(list: unknown): string[] {
  return ((list ?? []) as object[]).flatMap((each) => {
    const { type, node } = unwrap(each);
    return type === "String" ? [String(node.sval)] : [];
  });
}

/** The name of a table, type or function without its schema. */
export const lastName = (list: unknown): string => namesIn(list).at(-1) ?? "";

/** Parameters and literals, also with a cast: what is known before a statement is planned. */
export function isConstant({ type, node }: Statement): boolean {
  if (type === "ParamRef" || type === "A_Const") return true;
  return type === "TypeCast" && isConstant(unwrap(node.arg as object));
}
