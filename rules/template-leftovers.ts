/**
 * Content of a placeholder or tag that the template engine would silently ignore: it reads a value and its filters, and stops.
 * `{{ contact.first_name, default: "du" }}` would be sent as if the default were not there.
 */
import type { TemplateProblem } from "./template-check.ts";
import { type Stretch, type TemplateToken, tokenizerOf } from "./template-tokens.ts";

/** The problems of a text that the engine has parsed and that `checkNodes` has found no problem in. */
export function checkLeftovers(text: string, tokens: readonly TemplateToken[]): TemplateProblem[] {
  return tokens.flatMap((token) => {
    if (token.kind !== "output" && token.kind !== "tag") return [];
    const leftover = leftoverOf(text, token);
    const written = text.slice(leftover.start, leftover.end);
    const value = written.trim();
    if (value === "") return [];
    const position = leftover.start + written.indexOf(value);
    return [{ code: "broken_placeholder", message: `"${value}" means nothing here.`, position, value }];
  });
}

function leftoverOf(text: string, token: TemplateToken & { kind: "output" | "tag" }): Stretch {
  const { content } = token;
  if (token.kind === "output") return afterValue(text, content);
  if (token.name === "when") return afterChoices(text, content);
  return token.name === "else" || token.name.startsWith("end") ? content : afterValue(text, content);
}

/** What follows one value, or more with a comma or "or" between them. */
function afterChoices(text: string, content: Stretch): Stretch {
  const tokenizer = tokenizerOf(text, content);
  let start = content.start;
  while (tokenizer.readValue()) {
    start = tokenizer.p;
    tokenizer.skipBlank();
    if (tokenizer.peek() === ",") tokenizer.advance();
    else if (tokenizer.readIdentifier().getText() !== "or") break;
  }
  return { start, end: content.end };
}

/** What is in excess of `value | filter: argument, argument | …`: a separator without an argument, or what follows all. */
function afterValue(text: string, content: Stretch): Stretch {
  const { initial, filters } = tokenizerOf(text, content).readFilteredValue();
  let start = Math.max(content.start, ...initial.postfix.map((token) => token.end));
  for (const filter of filters) {
    start = filter.begin + filter.name.length;
    for (const argument of filter.args) {
      if (Array.isArray(argument)) continue;
      const separators = text.slice(start, argument.begin).trim();
      if (separators.length > 1) return firstOf(text, { start, end: argument.begin });
      start = argument.end;
    }
    if (text.slice(start, filter.end).trim() !== "") return firstOf(text, { start, end: filter.end });
  }
  return { start, end: content.end };
}

/** The first character of a stretch that is not blank. */
function firstOf(text: string, { start, end }: Stretch): Stretch {
  const at = end - text.slice(start, end).trimStart().length;
  return { start: at, end: at + 1 };
}
