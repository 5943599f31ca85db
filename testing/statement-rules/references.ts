/** The tables that a statement names, each with whether its workspace is named by a constant. */
import { allOf, childrenOf, isConstant, namesIn, type Statement, type Syntax, unwrap } from "./syntax.ts";

export interface Reference {
  table: string;
  alias: string;
  /** Whether `alias.workspace_id = <parameter or literal>` is a condition beside it. */
  isBound: boolean;
  /** 0 in the statement itself, more in queries within it. */
  depth: number;
}

export interface References {
  /** The tenant tables that are read, changed or deleted from; not those that rows are inserted into. */
  all: Reference[];
  /** All tables, whatever their place. */
  names: string[];
}

/** Reads the references of a statement; names of its WITH queries are no tables. */
export function referencesOf(statement: Statement, tenantTables: ReadonlySet<string>): References {
  const ctes = new Set(allOf(statement, "CommonTableExpr").map(({ ctename }) => String(ctename)));
  const names: string[] = [];
  const all: Reference[] = [];
  const isTable = ({ relname, schemaname }: Syntax) => schemaname !== undefined || !ctes.has(String(relname));

  const read = (level: Statement, depth: number): void => {
    const { tables, conditions, inner } = partsOf(level);
    const own = tables.filter(isTable);
    for (const { relname, schemaname } of own)
      names.push(
        schemaname === undefined || schemaname === "public"
          ? String(relname)
          : `${String(schemaname)}.${String(relname)}`,
      );
    const tenants = own.filter(({ relname }) => tenantTables.has(String(relname)));
    const bound = new Set(conditions.flatMap((each) => namedIn(each)));
    for (const table of tenants) {
      const alias = aliasOf(table);
      // A column without a table's name belongs to the only table that there is.
      const isBound = bound.has(alias) || (bound.has("") && tables.length === 1);
      all.push({ table: String(table.relname), alias, isBound, depth });
    }
    for (const each of inner) read(each, depth + 1);
  };
  read(statement, 0);
  return { all, names };
}

const aliasOf = ({ alias, relname }: Syntax): string => String((alias as Syntax | undefined)?.aliasname ?? relname);

interface Parts {
  /** The tables in its FROM, and the one that it changes. */
  tables: Syntax[];
  /** Conditions that all must hold. */
  conditions: Statement[];
  /** Queries within it, in FROM, WITH, or an expression. */
  inner: Statement[];
}

const queries = new Set(["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt"]);

function partsOf({ type, node }: Statement): Parts {
  const parts: Parts = { tables: [], conditions: [], inner: [] };
  const look = (each: Statement): void => {
    if (queries.has(each.type)) parts.inner.push(each);
    else if (each.type === "RangeVar") parts.tables.push(each.node);
    else {
      if (each.type === "JoinExpr" && each.node.quals)
        parts.conditions.push(...conjuncts(unwrap(each.node.quals as object)));
      for (const child of childrenOf(each.node)) look(child);
    }
  };
  if (node.whereClause) parts.conditions.push(...conjuncts(unwrap(node.whereClause as object)));
  // Rows of an INSERT come from its query; its own table is reached by their workspace.
  const { relation, ...rest } = node;
  // FOR UPDATE OF names tables that are in FROM already.
  const { lockingClause: _, ...read } = rest;
  for (const child of childrenOf(type === "InsertStmt" ? read : { relation, ...read })) look(child);
  return parts;
}

function conjuncts(condition: Statement): Statement[] {
  const { type, node } = condition;
  if (type !== "BoolExpr" || node.boolop !== "AND_EXPR") return [condition];
  return (node.args as object[]).flatMap((each) => conjuncts(unwrap(each)));
}

/** The aliases whose workspace a condition names by a constant; "" for a column without an alias. */
function namedIn({ type, node }: Statement): string[] {
  if (type !== "A_Expr" || node.kind !== "AEXPR_OP" || namesIn(node.name).join() !== "=") return [];
  const left = unwrap(node.lexpr as object);
  const right = unwrap(node.rexpr as object);
  if (left.type === "RowExpr" && right.type === "RowExpr") {
    const others = right.node.args as object[];
    return (left.node.args as object[]).flatMap((each, i) => pairNames(unwrap(each), unwrap(others[i] as object)));
  }
  return pairNames(left, right);
}

function pairNames(left: Statement, right: Statement): string[] {
  if (isConstant(left)) return isConstant(right) ? [] : pairNames(right, left);
  if (left.type !== "ColumnRef" || !isConstant(right)) return [];
  const names = namesIn(left.node.fields);
  if (names.at(-1) !== "workspace_id") return [];
  return [names.length > 1 ? (names.at(-2) as string) : ""];
}
