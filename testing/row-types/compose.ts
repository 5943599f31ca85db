/**
 * Composes the texts of statements from the sources: templates with their fragments, each of which may have alternatives. Values
 * become parameters, as when the statement is sent.
 */
import {
  type BindingElement,
  type CallExpression,
  type Expression,
  type Node,
  SyntaxKind,
} from "typescript/unstable/ast";
import * as is from "typescript/unstable/ast/is";
import { type Checker, type Symbol as TypeSymbol, SymbolFlags } from "typescript/unstable/sync";

/** Part of a statement, whose parameters are not numbered yet. */
type Text = string;

const parameter = "\u0001";

/** The arguments of a function while its fragment is composed, by the id of the parameter's symbol. */
type Scope = ReadonlyMap<number, Bound>;
interface Bound {
  node: Expression;
  scope: Scope;
}
const nowhere: Scope = new Map();

/** Access to the sources. */
export interface Sources {
  checker: Checker;
  /** All calls of a function, from which its possible arguments follow. */
  callsOf(symbol: TypeSymbol): readonly CallExpression[];
  /** A substitute for an expression whose text only the running program knows. */
  given(expression: string): string | undefined;
}

/** A part that cannot be derived from the source. */
export class Unreadable extends Error {
  override name = "Unreadable";
}

/** The texts of a template: each alternative of each fragment is in at least one of them. */
export function textsOf(sources: Sources, template: Expression): string[] {
  return compose(sources, template, nowhere).map((text) => {
    let n = 0;
    return text.replaceAll(parameter, () => `$${++n}`);
  });
}

function compose(sources: Sources, node: Expression, scope: Scope): Text[] {
  const given = sources.given(node.getText());
  if (given !== undefined) return [given];
  if (is.isParenthesizedExpression(node) || is.isAsExpression(node) || is.isNonNullExpression(node))
    return compose(sources, node.expression, scope);
  if (is.isTaggedTemplateExpression(node)) return composeTemplate(sources, node.template, scope);
  if (is.isConditionalExpression(node))
    return [...compose(sources, node.whenTrue, scope), ...compose(sources, node.whenFalse, scope)];
  if (is.isCallExpression(node)) return composeCall(sources, node, scope);
  if (is.isIdentifier(node)) return composeName(sources, node, scope);
  if (is.isPropertyAccessExpression(node) || is.isElementAccessExpression(node))
    return composeMember(sources, node, scope);
  if (is.isBinaryExpression(node)) {
    const either =
      node.operatorToken.kind === SyntaxKind.AmpersandAmpersandToken ? [node.right] : [node.left, node.right];
    return either.flatMap((each) => compose(sources, each, scope));
  }
  throw new Unreadable(node.getText());
}

function composeTemplate(sources: Sources, template: Node, scope: Scope): Text[] {
  if (is.isNoSubstitutionTemplateLiteral(template)) return [template.text];
  if (!is.isTemplateExpression(template)) throw new Unreadable(template.getText());
  const parts: Text[][] = [[template.head.text]];
  for (const { expression, literal } of template.templateSpans) {
    parts.push(isFragment(sources, expression) ? compose(sources, expression, scope) : [parameter]);
    parts.push([literal.text]);
  }
  // Not all combinations: it is enough that each alternative is described once.
  const most = Math.max(...parts.map((part) => part.length));
  return [...new Set(Array.from({ length: most }, (_, i) => parts.map((part) => part[i % part.length]).join("")))];
}

/** Whether an expression is a fragment; everything else is sent as a value. */
function isFragment(sources: Sources, expression: Expression): boolean {
  const type = sources.checker.getTypeAtLocation(expression);
  return type !== undefined && /\b(RawBuilder|Sql)\b/.test(sources.checker.typeToString(type));
}

function composeCall(sources: Sources, call: CallExpression, scope: Scope): Text[] {
  const [first, second] = call.arguments;
  const name = call.expression.getText();
  if (name === "sql.raw" && first) return [constantOf(sources, first, scope)];
  if (name === "sql.lit" && first) return literalsOf(sources, first);
  if ((name === "sql.ref" || name === "sql.table" || name === "sql.id") && first)
    return [
      constantOf(sources, first, scope)
        .split(".")
        .map((part) => `"${part}"`)
        .join("."),
    ];
  if (name === "sql.join" && first) return composeJoin(sources, first, second, scope);
  const { body, inner } = enter(sources, call, scope);
  return returnsOf(body).flatMap((each) => compose(sources, each, inner));
}

/** The body of the called function, and its arguments. */
function enter(sources: Sources, call: CallExpression, scope: Scope): { body: Node; inner: Scope } {
  const callee = declarationOf(sources, call.expression);
  const made = callee && functionOf(callee);
  if (!made) throw new Unreadable(call.getText());
  const inner = new Map<number, Bound>(scope);
  made.parameters.forEach(({ name, initializer }, i) => {
    const given = call.arguments[i];
    const symbol = sources.checker.getSymbolAtLocation(name);
    if (symbol && given) inner.set(symbol.id, { node: given, scope });
    else if (symbol && initializer) inner.set(symbol.id, { node: initializer, scope: nowhere });
  });
  return { body: made.body, inner };
}

/** Elements joined by the separator; twice, so that the separator occurs. */
function composeJoin(sources: Sources, items: Expression, separator: Expression | undefined, scope: Scope): Text[] {
  const between = separator ? compose(sources, separator, scope) : [", "];
  const of = (node: Expression): Text[] => (isFragment(sources, node) ? compose(sources, node, scope) : [parameter]);
  let elements: Text[];
  const given = sources.given(items.getText());
  if (given !== undefined) return [[given, given].join(between[0])];
  if (is.isArrayLiteralExpression(items)) {
    return [items.elements.map((element) => of(element)[0]).join(between[0])];
  }
  if (is.isCallExpression(items) && /\.(map|flatMap)$/.test(items.expression.getText())) {
    const [mapper] = items.arguments;
    if (!mapper || !is.isArrowFunction(mapper)) throw new Unreadable(items.getText());
    elements = returnsOf(mapper.body).flatMap(of);
  } else if (is.isIdentifier(items)) {
    return valuesOf(sources, items, scope).flatMap((value) => composeJoin(sources, value.node, separator, value.scope));
  } else throw new Unreadable(items.getText());
  return [[...elements, ...elements].join(between[0])];
}

function composeName(sources: Sources, node: Expression, scope: Scope): Text[] {
  return valuesOf(sources, node, scope).flatMap((value) => compose(sources, value.node, value.scope));
}

/** The possible values of a name: its argument, its initializer, or the arguments of all calls of its function. */
function valuesOf(sources: Sources, name: Expression, scope: Scope): Bound[] {
  const symbol = symbolOf(sources, name);
  const given = symbol && scope.get(symbol.id);
  if (given) return [given];
  const declaration = symbol?.valueDeclaration?.resolve();
  if (!declaration) throw new Unreadable(`${name.getText()} has no declaration`);
  if (is.isVariableDeclaration(declaration) && declaration.initializer)
    return [{ node: declaration.initializer, scope }];
  if (is.isBindingElement(declaration)) return membersOf(sources, declaration, scope);
  if (is.isParameterDeclaration(declaration)) return argumentsOf(sources, declaration);
  throw new Unreadable(`${name.getText()} is no constant`);
}

/** `const { a } = made(…)`: the property `a` of what `made` returns. */
function membersOf(sources: Sources, element: BindingElement, scope: Scope): Bound[] {
  const declaration = element.parent.parent;
  if (!is.isVariableDeclaration(declaration) || !declaration.initializer) throw new Unreadable(element.getText());
  const name = (element.propertyName ?? element.name)?.getText() ?? null;
  return objectsOf(sources, declaration.initializer, scope).flatMap((object) => memberOf(sources, object, name));
}

function argumentsOf(sources: Sources, parameter: Node & { initializer?: Expression }): Bound[] {
  const made = parameter.parent;
  const named = is.isArrowFunction(made) ? made.parent : made;
  const symbol = "name" in named && named.name ? sources.checker.getSymbolAtLocation(named.name as Node) : undefined;
  if (!symbol || !("parameters" in made)) throw new Unreadable(parameter.getText());
  const place = (made.parameters as readonly Node[]).indexOf(parameter);
  const found = sources.callsOf(symbol).flatMap((call) => {
    const argument = call.arguments[place] ?? parameter.initializer;
    return argument ? [{ node: argument, scope: nowhere }] : [];
  });
  if (found.length === 0) throw new Unreadable(`no call passes ${parameter.getText()}`);
  return found;
}

/** A property of a constant object, or of what a function returns; all properties if the key is not constant. */
function composeMember(sources: Sources, node: Expression & { expression: Expression }, scope: Scope): Text[] {
  const wanted = is.isPropertyAccessExpression(node) ? node.name.getText() : null;
  return objectsOf(sources, node.expression, scope)
    .flatMap((object) => memberOf(sources, object, wanted))
    .flatMap((value) => compose(sources, value.node, value.scope));
}

function objectsOf(sources: Sources, node: Expression, scope: Scope): Bound[] {
  if (is.isSatisfiesExpression(node) || is.isAsExpression(node)) return objectsOf(sources, node.expression, scope);
  if (is.isObjectLiteralExpression(node)) return [{ node, scope }];
  if (is.isIdentifier(node))
    return valuesOf(sources, node, scope).flatMap((value) => objectsOf(sources, value.node, value.scope));
  if (!is.isCallExpression(node)) throw new Unreadable(node.getText());
  const { body, inner } = enter(sources, node, scope);
  return returnsOf(body).flatMap((made) => objectsOf(sources, made, inner));
}

function memberOf(sources: Sources, { node, scope }: Bound, wanted: string | null): Bound[] {
  const found = !is.isObjectLiteralExpression(node)
    ? []
    : node.properties.flatMap((property): Bound[] => {
        if (is.isPropertyAssignment(property))
          return wanted === null || property.name.getText() === wanted ? [{ node: property.initializer, scope }] : [];
        if (!is.isShorthandPropertyAssignment(property) || property.name.getText() !== wanted) return [];
        const declaration = sources.checker.getShorthandAssignmentValueSymbol(property)?.valueDeclaration?.resolve();
        const made = declaration && is.isVariableDeclaration(declaration) && declaration.initializer;
        return made ? [{ node: made, scope }] : [];
      });
  if (found.length === 0) throw new Unreadable(`${node.getText()} has no ${wanted}`);
  return found;
}

/** A string constant of the source. */
function constantOf(sources: Sources, node: Expression, scope: Scope): string {
  const given = sources.given(node.getText());
  if (given !== undefined) return given;
  if (is.isStringLiteral(node) || is.isNoSubstitutionTemplateLiteral(node)) return node.text;
  const type = sources.checker.getTypeAtLocation(node);
  if (type?.isStringLiteralType()) return type.value;
  if (is.isTemplateExpression(node))
    return node.templateSpans.reduce(
      (text, { expression, literal }) => text + constantOf(sources, expression, scope) + literal.text,
      node.head.text,
    );
  if (is.isConditionalExpression(node)) return constantOf(sources, node.whenTrue, scope);
  if (is.isIdentifier(node)) {
    const [value] = valuesOf(sources, node, scope);
    if (value) return constantOf(sources, value.node, value.scope);
  }
  const name = type ? sources.checker.typeToString(type) : "";
  // A number that is written into the text.
  if (name === "number" || name === "bigint") return "1";
  throw new Unreadable(node.getText());
}

/** A literal of the expression's type. */
function literalsOf(sources: Sources, node: Expression): Text[] {
  const type = sources.checker.getTypeAtLocation(node);
  const name = type ? sources.checker.typeToString(type) : "";
  if (type?.isNumberLiteralType()) return [String(type.value)];
  if (type?.isStringLiteralType()) return [`'${type.value}'`];
  if (type?.isUnionType() && type.getTypes().every((each) => each.isNumberLiteralType())) return ["1"];
  if (type?.isUnionType()) {
    const [first] = type.getTypes();
    if (first?.isStringLiteralType()) return [`'${first.value}'`];
  }
  if (name === "number") return ["1"];
  if (name === "string") return ["'x'"];
  throw new Unreadable(`a literal of ${name}: ${node.getText()}`);
}

function symbolOf(sources: Sources, node: Node): TypeSymbol | undefined {
  const symbol = sources.checker.getSymbolAtLocation(node);
  return symbol && symbol.flags & SymbolFlags.Alias ? sources.checker.getAliasedSymbol(symbol) : symbol;
}

function declarationOf(sources: Sources, node: Node): Node | undefined {
  return symbolOf(sources, node)?.valueDeclaration?.resolve();
}

function functionOf(
  declaration: Node,
): { parameters: readonly { name: Node; initializer?: Expression }[]; body: Node } | null {
  const made = is.isVariableDeclaration(declaration) ? declaration.initializer : declaration;
  if (!made || !(is.isArrowFunction(made) || is.isFunctionDeclaration(made)) || !made.body) return null;
  return { parameters: made.parameters, body: made.body };
}

/** What a function returns: its expression, or those of its return statements. */
function returnsOf(body: Node): Expression[] {
  if (body.kind !== SyntaxKind.Block) return [body as Expression];
  const found: Expression[] = [];
  const look = (node: Node): undefined => {
    if (is.isReturnStatement(node) && node.expression) found.push(node.expression);
    else if (!is.isArrowFunction(node) && !is.isFunctionDeclaration(node)) node.forEachChild(look);
  };
  look(body);
  return found;
}
