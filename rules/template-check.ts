/** Checks a parsed template: which fields it uses, and which of its parts are not allowed. */
import { type Template as LiquidNode, type Output, TypeGuards, Value } from "liquidjs";
import { filters } from "./template-filters.ts";
import { fieldOf } from "./template-tokens.ts";

/** A problem with its place in the text and the offending words. */
export interface TemplateProblem {
  code: string;
  message: string;
  /** Index into the text. */
  position: number;
  value: string;
}

const deepest = 5;
const mostFilters = 5;

interface LiquidToken {
  begin: number;
  end: number;
}

export interface CheckedNodes {
  /** The names in the template, in order of appearance. */
  fields: string[];
  /** The placeholders without a fallback: for each, the names of which at least one must have a value. */
  needs: string[][];
  /** Every problem beyond syntax. */
  problems: TemplateProblem[];
}

/** Filters that leave nothing of a link, or another one. */
const changing = ["upcase", "downcase", "capitalize", "truncate", "replace"];

/** Checks the nodes of a parsed template. */
export function checkNodes(
  nodes: LiquidNode[],
  text: string,
  { isKnown, isLink }: { isKnown(name: string): boolean; isLink(name: string): boolean },
): CheckedNodes {
  const used: { name: string; at: number }[] = [];
  const needs = new Map<string, string[]>();
  const problems: TemplateProblem[] = [];

  function report(code: string, message: string, token: LiquidToken): void {
    problems.push({ code, message, position: token.begin, value: text.slice(token.begin, token.end).trim() });
  }

  /** `asked` are the names in the tags around the node: their placeholders need no value, since the tags check for it. */
  function checkNode(node: LiquidNode, depth: number, asked: ReadonlySet<string>): void {
    if (depth > deepest) {
      report("too_deep", `Tags can be nested at most ${deepest} deep.`, node.token);
      return;
    }
    const before = used.length;
    for (const argument of node.arguments?.() ?? []) {
      if (argument instanceof Value) checkValue(argument, node);
      else checkToken(argument);
    }
    const children = childrenOf(node);
    if (TypeGuards.isOutputToken(node.token)) noteNeed(node as Output, asked);
    if (children.length === 0) return;
    const inside = new Set([...asked, ...used.slice(before).map(({ name }) => name)]);
    for (const child of children) checkNode(child, depth + 1, inside);
  }

  function noteNeed({ value }: Output, asked: ReadonlySet<string>): void {
    const names = namesOrNone(value);
    if (names === null || names.some((name) => asked.has(name))) return;
    needs.set(names.join(" "), names);
  }

  function checkValue(value: Value, node: LiquidNode): void {
    const { postfix } = value.initial;
    const first = postfix[0] ?? node.token;
    const isOutput = TypeGuards.isOutputToken(node.token);
    if (postfix.length === 0) report("broken_placeholder", "A name is missing here.", node.token);
    else if (isOutput ? postfix.length > 1 : !isExpression(postfix))
      report("broken_placeholder", "There is more than one name with nothing between them.", node.token);
    for (const token of postfix) checkToken(token);
    if (value.filters.length > mostFilters)
      report("too_many_filters", `A placeholder has at most ${mostFilters} filters.`, first);
    const linkChange = value.filters.find(({ name }) => changing.includes(name));
    if (linkChange && postfix.some((token) => TypeGuards.isPropertyAccessToken(token) && isLink(fieldOf(token))))
      report("filter_of_link", `The filter "${linkChange.name}" would make it lead nowhere.`, first);
    for (const filter of value.filters) checkFilter(filter as unknown as LiquidFilter);
  }

  function checkFilter({ name, args, token }: LiquidFilter): void {
    const [fewest, most] = filters[name]?.takes ?? [0, 0];
    if (args.length < fewest || args.length > most) {
      const wanted = fewest === most ? `${fewest}` : `${fewest} or ${most}`;
      report("filter_arguments", `The filter "${name}" takes ${wanted} arguments, not ${args.length}.`, token);
    }
    for (const argument of args) {
      if (Array.isArray(argument)) report("filter_arguments", `The filter "${name}" takes no named argument.`, token);
      else checkToken(argument);
    }
  }

  function checkToken(token: LiquidToken): void {
    if (TypeGuards.isPropertyAccessToken(token)) checkName(token);
    else if (!isPlain(token))
      report("broken_placeholder", "Only names, texts in quotes and numbers are allowed here.", token);
  }

  function checkName(token: LiquidToken & { variable?: unknown; props: unknown[] }): void {
    const path = token.props.map((prop) => (prop as { content?: unknown }).content);
    const name = path.join(".");
    if (token.variable === undefined && path.every((key) => typeof key === "string") && isKnown(name)) {
      used.push({ name, at: token.begin });
      return;
    }
    const written = text.slice(token.begin, token.end).trim();
    report("unknown_placeholder", `There is no placeholder "${written}".`, token);
  }

  for (const node of nodes) checkNode(node, 0, new Set());
  used.sort((a, b) => a.at - b.at);
  problems.sort((a, b) => a.position - b.position);
  return { fields: [...new Set(used.map(({ name }) => name))], needs: [...needs.values()], problems };
}

interface LiquidFilter {
  name: string;
  args: (LiquidToken | [string, LiquidToken])[];
  token: LiquidToken;
}

/**
 * The names of which an output writes the first one with a value; null where it always has something to write, or where its
 * default allows nothing (`default: ""`).
 */
function namesOrNone(value: Value): string[] | null {
  const [first] = value.initial.postfix;
  if (!TypeGuards.isPropertyAccessToken(first)) return null;
  const names = [fieldOf(first)];
  for (const filter of value.filters as unknown as LiquidFilter[]) {
    // From here on the value is not blank, so that a later default never applies.
    if (filter.name === "append" || filter.name === "prepend") break;
    if (filter.name !== "default") continue;
    const [fallback] = filter.args;
    if (!TypeGuards.isPropertyAccessToken(fallback)) return null;
    names.push(fieldOf(fallback));
  }
  return names;
}

function isPlain(token: LiquidToken): boolean {
  return (
    TypeGuards.isQuotedToken(token) ||
    TypeGuards.isNumberToken(token) ||
    TypeGuards.isLiteralToken(token) ||
    TypeGuards.isOperatorToken(token)
  );
}

/** Whether a condition in postfix order comes to exactly one value. */
function isExpression(postfix: LiquidToken[]): boolean {
  let values = 0;
  for (const token of postfix) {
    if (!TypeGuards.isOperatorToken(token)) values++;
    else if (token.operator !== "not") values--;
    if (values < 1) return false;
  }
  return values === 1;
}

function childrenOf(node: LiquidNode): LiquidNode[] {
  const walk = node.children?.(false, true);
  if (!walk) return [];
  for (;;) {
    const step = walk.next();
    if (step.done) return step.value;
  }
}
