/**
 * The rules that let a statement run on a database whose tables are spread over several servers by workspace, and that keep it
 * on one of them (docs/decisions/statements.md gives the reason of each).
 */
import { type References, referencesOf } from "./references.ts";
import {
  allOf,
  childrenOf,
  lastName,
  isConstant,
  parseStatements,
  type Statement,
  type Syntax,
  unwrap,
  walk,
} from "./syntax.ts";

/** What the rules ask of the database. */
export interface Schema {
  /** Tables that are spread by workspace_id, with their partitions. */
  tenantTables: ReadonlySet<string>;
  /** Tables that only the coordinating server has. */
  localTables: ReadonlySet<string>;
  /** Functions whose result is the same within one statement, but not always. */
  stableFunctions: ReadonlySet<string>;
  /** Functions whose result may be another at each call. */
  volatileFunctions: ReadonlySet<string>;
  enums: ReadonlySet<string>;
}

export type Rule =
  | "look everywhere, write in one place"
  | "name the workspace"
  | "insert in one place"
  | "no tables of its own"
  | "notices and locks by themselves"
  | "only constants in writes"
  | "settings by themselves";

export interface Problem {
  rule: Rule;
  /** What breaks it. */
  what: string;
}

const writes = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);

/** Functions that act on the coordinating server, whatever rows they are called for. */
const onCoordinator = /^(pg_notify|pg_(try_)?advisory_|add_job$|nextval$)/;

/** What breaks a rule in a text that is sent to the database. */
export function problemsOf(text: string, schema: Schema): Problem[] {
  const statements = parseStatements(text);
  const problems = statements.flatMap((statement) => problemsOfStatement(statement, schema));
  const settings = statements.filter(({ type, node }) => type === "VariableSetStmt" && node.is_local === true);
  if (settings.length > 0 && settings.length < statements.length)
    problems.push({ rule: "settings by themselves", what: "SET LOCAL in a text with other statements" });
  return problems;
}

function problemsOfStatement(statement: Statement, schema: Schema): Problem[] {
  const tables = referencesOf(statement, schema.tenantTables);
  const targets = allOf(statement, "InsertStmt").map(({ relation }) => nameOf(relation));
  const isAboutTenants = tables.all.length > 0 || targets.some((name) => schema.tenantTables.has(name));
  return [
    ...ownTables(statement),
    ...(!isAboutTenants
      ? []
      : [
          ...places(statement, tables),
          ...localTables(tables, schema),
          ...inserts(statement, schema),
          ...notices(statement),
          ...computations(statement, schema),
        ]),
  ];
}

/** Reads may look at all workspaces, without locks; what writes or locks is held to one workspace, and so is all of its text. */
function places(statement: Statement, { all }: References): Problem[] {
  const unbound = all.filter(({ isBound }) => !isBound);
  if (unbound.length === 0) return [];
  const names = [...new Set(unbound.map(({ table, alias }) => (alias === table ? table : `${table} ${alias}`)))].join(
    ", ",
  );
  if (unbound.length < all.length) return [{ rule: "name the workspace", what: `no constant for ${names}` }];
  const isLocking = allOf(statement, "LockingClause").length > 0;
  let isWriting = false;
  walk(
    statement,
    ({ type }) => void (isWriting ||= type === "UpdateStmt" || type === "DeleteStmt" || type === "MergeStmt"),
  );
  if (!isLocking && !isWriting) return [];
  return [
    {
      rule: "look everywhere, write in one place",
      what: `${isWriting ? "writes" : "locks"} without a constant for ${names}`,
    },
  ];
}

function localTables({ names }: References, { localTables: local }: Schema): Problem[] {
  const found = names.filter((name) => local.has(name));
  return found.length === 0
    ? []
    : [{ rule: "name the workspace", what: `joins tenant tables with ${found.join(", ")}` }];
}

function inserts(statement: Statement, { tenantTables }: Schema): Problem[] {
  const problems: Problem[] = [];
  walk(statement, ({ type, node }) => {
    if (type === "CommonTableExpr") {
      const query = unwrap(node.ctequery as object);
      if (writes.has(query.type))
        problems.push({ rule: "insert in one place", what: `${node.ctename} writes within WITH` });
    }
    if (type !== "InsertStmt" || !tenantTables.has(nameOf(node.relation))) return;
    problems.push(...insertProblems(node, tenantTables));
  });
  return problems;
}

function insertProblems(node: Syntax, tenantTables: ReadonlySet<string>): Problem[] {
  if (!node.selectStmt) return [];
  const source = unwrap(node.selectStmt as object);
  const rule = "insert in one place";
  const table = nameOf(node.relation);
  if (source.node.valuesLists) {
    const isAsking = allOf(source, "SubLink").length > 0;
    return isAsking ? [{ rule, what: `${table} has a query within VALUES` }] : [];
  }
  const problems: Problem[] = [];
  const { all } = referencesOf(source, tenantTables);
  if (!all.some(({ isBound, depth }) => isBound && depth === 0))
    problems.push({ rule, what: `rows of ${table} come from no tenant table, such as workspaces` });
  if (node.returningClause && !(node.relation as Syntax).alias)
    problems.push({ rule, what: `${table} has no alias, and RETURNING follows` });
  return problems;
}

function ownTables({ type, node }: Statement): Problem[] {
  const rule = "no tables of its own";
  if (type === "CreateStmt" || type === "CreateTableAsStmt") return [{ rule, what: "creates a table" }];
  if (type === "DropStmt" && node.removeType === "OBJECT_TABLE") return [{ rule, what: "drops a table" }];
  return [];
}

function notices(statement: Statement): Problem[] {
  const found = allOf(statement, "FuncCall")
    .map(({ funcname }) => lastName(funcname))
    .filter((name) => onCoordinator.test(name));
  return found.map((name) => ({ rule: "notices and locks by themselves", what: `${name}() beside tenant tables` }));
}

/**
 * What a write may not compute: in ON CONFLICT and RETURNING only what is immutable; elsewhere in UPDATE and DELETE nothing volatile,
 * and nothing stable that is given a column or stands within CASE or COALESCE (Citus, planner/multi_router_planner.c: ModifyQuerySupported,
 * ErrorIfOnConflictNotSupported).
 */
function computations(statement: Statement, schema: Schema): Problem[] {
  const found = new Set<string>();
  walk(statement, ({ type, node }) => {
    if (type === "UpdateStmt" || type === "DeleteStmt") {
      const own = { ...node, withClause: undefined, returningClause: undefined };
      for (const child of childrenOf(own)) computationsOf(child, schema, false, found);
    }
    if (type === "OnConflictClause" || type === "ReturningClause")
      for (const child of childrenOf(node)) computationsOf(child, schema, true, found);
  });
  return [...found].map((what) => ({ rule: "only constants in writes", what }));
}

function computationsOf(statement: Statement, schema: Schema, onlyImmutable: boolean, found: Set<string>): void {
  const isChoice = statement.type === "CaseExpr" || statement.type === "CoalesceExpr";
  const volatility = volatilityOf(statement, schema);
  const columns = allOf(statement, "ColumnRef").length > 0;
  if (volatility && (onlyImmutable || volatility.isVolatile || columns)) found.add(volatility.what);
  for (const child of childrenOf(statement.node)) computationsOf(child, schema, onlyImmutable || isChoice, found);
}

/** What makes an expression itself, apart from its parts, more than a constant; null if nothing does. */
function volatilityOf({ type, node }: Statement, schema: Schema): { what: string; isVolatile: boolean } | null {
  if (type === "SQLValueFunction") return { what: "the time of now", isVolatile: false };
  if (type === "FuncCall") {
    const name = lastName(node.funcname);
    const isVolatile = schema.volatileFunctions.has(name);
    return isVolatile || schema.stableFunctions.has(name) ? { what: `${name}()`, isVolatile } : null;
  }
  // Of a text and anything else; that of jsonb is immutable.
  if (type === "A_Expr" && lastName(node.name) === "||")
    return isOfJson(node) ? null : { what: "||", isVolatile: false };
  if (type !== "TypeCast") return null;
  const to = lastName((node.typeName as Syntax).names);
  return schema.enums.has(to) && !isConstant(unwrap(node.arg as object))
    ? { what: `a cast to ${to}`, isVolatile: false }
    : null;
}

const isOfJson = ({ lexpr, rexpr }: Syntax): boolean =>
  [lexpr, rexpr].some((side) => {
    const { type, node } = unwrap(side as object);
    return type === "TypeCast" && lastName((node.typeName as Syntax).names) === "jsonb";
  });

export const nameOf = (relation: unknown): string => String((relation as Syntax | undefined)?.relname ?? "");
