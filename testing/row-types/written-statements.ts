/** Finds every statement in the server's sources, with its possible texts and its declared row type. */
import { globSync } from "node:fs";
import { join } from "node:path";
import type { CallExpression, Node, TaggedTemplateExpression } from "typescript/unstable/ast";
import * as is from "typescript/unstable/ast/is";
import { API, type Checker, SymbolFlags, type Type } from "typescript/unstable/sync";
import { type Sources, textsOf, Unreadable } from "./compose.ts";

/** A column of a declared row type. */
export interface SaidColumn {
  name: string;
  /** "string", "number", "boolean", "Date", "Buffer", "json" and literal strings; in arrays with `[]` behind them. */
  kinds: ReadonlySet<string>;
  nullable: boolean;
  /** May be missing. */
  optional: boolean;
}

export interface WrittenStatement {
  /** File and line. */
  place: string;
  columns: SaidColumn[];
  /** Empty if they cannot be composed from the source; `unreadable` says which part cannot. */
  texts: string[];
  unreadable: string | null;
}

const ours = join(import.meta.dirname, "..", "..");

/**
 * Reads the sources, with the type checker that checks them. `given` has substitutes for expressions that only the
 * running program knows, by "file: expression" or "*: expression"; `root` is the checkout to read, this one by default.
 */
export function writtenStatements(
  given: Readonly<Record<string, string>> = {},
  root: string = ours,
): WrittenStatement[] {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(root, "tsconfig.json")] }).getProjects();
    if (!project) throw new Error("tsconfig.json is no project");
    const { checker, program } = project;
    const files = globSync("server/**/*.ts", { cwd: root })
      .filter((name) => !/\.test(-support)?\.ts$/.test(name))
      .sort();
    const callsOf = callFinder(
      checker,
      files.map((file) => program.getSourceFile(join(root, file))),
    );
    const sources: Sources = { checker, callsOf, given: () => undefined };
    const found: WrittenStatement[] = [];
    for (const file of files) {
      const source = program.getSourceFile(join(root, file));
      if (!source) throw new Error(`${file} is not in the project`);
      const look = (node: Node): undefined => {
        if (isStatement(node)) {
          const row = node.typeArguments?.[0];
          const type = row && checker.getTypeFromTypeNode(row);
          const line = source.text.slice(0, node.getStart()).split("\n").length;
          found.push({ place: `${file}:${line}`, ...read(sources, node, type) });
        }
        node.forEachChild(look);
      };
      sources.given = (expression) => given[`${file}: ${expression}`] ?? given[`*: ${expression}`];
      look(source);
    }
    return found;
  } finally {
    api.close();
  }
}

/** Whether a template is executed; other templates are fragments. */
const isStatement = (node: Node): node is TaggedTemplateExpression =>
  is.isTaggedTemplateExpression(node) &&
  node.tag.getText() === "sql" &&
  is.isPropertyAccessExpression(node.parent) &&
  node.parent.name.getText() === "execute";

/** Finds the calls of each function, once for all. */
function callFinder(checker: Checker, files: readonly (Node | undefined)[]): Sources["callsOf"] {
  let calls: Map<number, CallExpression[]> | null = null;
  const find = () => {
    const all: CallExpression[] = [];
    const look = (node: Node): undefined => {
      if (is.isCallExpression(node) && is.isIdentifier(node.expression)) all.push(node);
      node.forEachChild(look);
    };
    for (const file of files) if (file) look(file);
    const symbols = checker.getSymbolAtLocation(all.map((call) => call.expression));
    const found = new Map<number, CallExpression[]>();
    all.forEach((call, i) => {
      const symbol = symbols[i];
      if (!symbol) return;
      const { id } = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      found.getOrInsertComputed(id, () => []).push(call);
    });
    return found;
  };
  return (symbol) => (calls ??= find()).get(symbol.id) ?? [];
}

function read(
  sources: Sources,
  node: Parameters<typeof textsOf>[1],
  type: Type | undefined,
): Omit<WrittenStatement, "place"> {
  const { checker } = sources;
  const columns = (type ? checker.getPropertiesOfType(type) : []).map((property): SaidColumn => {
    const said = checker.getTypeOfSymbol(property);
    const kinds = new Set(said ? kindsOf(checker, said) : ["?"]);
    const nullable = kinds.delete("null");
    const optional = kinds.delete("undefined");
    return { name: property.name, kinds, nullable, optional };
  });
  try {
    return { columns, texts: textsOf(sources, node), unreadable: null };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { columns, texts: [], unreadable: error.message };
  }
}

function kindsOf(checker: Checker, type: Type): string[] {
  if (type.isUnionType()) return type.getTypes().flatMap((each) => kindsOf(checker, each));
  if (type.isStringLiteralType()) return [`'${type.value}'`];
  if (type.isNumberLiteralType()) return ["number"];
  if (type.isBooleanLiteralType()) return ["boolean"];
  if (checker.isArrayType(type) && type.isTypeReference()) {
    const [element] = checker.getTypeArguments(type);
    const kinds = element ? kindsOf(checker, element) : ["?"];
    // An array of objects is JSON.
    return kinds.every((kind) => kind === "json") ? ["json"] : kinds.map((kind) => `${kind}[]`);
  }
  const name = checker.typeToString(type);
  if (["string", "number", "boolean", "Date", "null", "undefined"].includes(name)) return [name];
  return /^Buffer\b/.test(name) ? ["Buffer"] : ["json"];
}
