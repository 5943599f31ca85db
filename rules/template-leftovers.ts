/**
 * What stands in a placeholder or tag and would be passed over in silence: the template engine reads a value and its filters,
 * and stops. `{{ contact.first_name, default: "du" }}` would be sent as if the default were not there.
 */
import { Tokenizer, TypeGuards } from "liquidjs";
import type { TemplateProblem } from "./template-check.ts";

interface Stretch {
  from: number;
  to: number;
}

/** The problems of a text that the engine has parsed. */
export function checkLeftovers(text: string): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  for (const token of new Tokenizer(text).readTopLevelTokens()) {
    if (TypeGuards.isTagToken(token)) {
      const { name, args, contentRange } = token;
      report(leftoverOfTag(name, args), contentRange[1] - args.length);
    } else if (TypeGuards.isOutputToken(token)) {
      const [from, to] = token.contentRange;
      report(leftoverOf(text.slice(from, to)), from);
    }
  }
  return problems;

  function report(leftover: Stretch | null, offset: number): void {
    if (!leftover) return;
    const written = text.slice(offset + leftover.from, offset + leftover.to);
    const value = written.trim();
    if (value === "") return;
    const position = offset + leftover.from + written.indexOf(value);
    problems.push({ code: "broken_placeholder", message: `"${value}" means nothing here.`, position, value });
  }
}

function leftoverOfTag(name: string, args: string): Stretch | null {
  const to = args.length;
  if (name === "when") return { from: choices.exec(args)?.[0].length ?? 0, to };
  if (name === "else" || name.startsWith("end")) return { from: 0, to };
  return leftoverOf(args);
}

/** One value, or more with a comma or "or" between them. */
const choices = /^\s*(?:"[^"]*"|'[^']*'|[^\s,|"']+)(?:(?:\s*,\s*|\s+or\s+)(?:"[^"]*"|'[^']*'|[^\s,|"']+))*/;

/** The first stretch of `value | filter: argument, argument | …` that is neither, or null. */
function leftoverOf(content: string): Stretch | null {
  const whole = { from: 0, to: content.length };
  const [value = whole, ...filters] = cut(content, whole, "|");
  const end = cut(content, value, ",")[1] ?? cut(content, whole, ")")[1];
  if (end) return { from: end.from - 1, to: content.length };
  for (const filter of filters) {
    const written = content.slice(filter.from, filter.to);
    // `{{ name | }}`: a filter was to come.
    if (written.trim() === "") return { from: filter.from - 1, to: filter.to };
    const colon = /^\s*\w+\s*:/.exec(written)?.[0].length;
    const named = cut(content, { from: filter.from + (colon ?? 0), to: filter.to }, ",");
    const [first, ...others] = named;
    if (colon === undefined) {
      if (first && others.length > 0) return { from: first.to, to: filter.to };
      continue;
    }
    const empty = named.find(({ from, to }) => content.slice(from, to).trim() === "");
    if (empty) return { from: empty.from - 1, to: empty.to };
  }
  return null;
}

/** The stretches between the separators that stand outside of quotes. */
function cut(content: string, { from, to }: Stretch, separator: "|" | "," | ")"): Stretch[] {
  const stretches: Stretch[] = [];
  let begin = from;
  let quote: string | null = null;
  for (let at = from; at < to; at++) {
    const character = content.charAt(at);
    if (quote !== null) {
      if (character === "\\") at++;
      else if (character === quote) quote = null;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === separator) {
      stretches.push({ from: begin, to: at });
      begin = at + 1;
    }
  }
  stretches.push({ from: begin, to });
  return stretches;
}
