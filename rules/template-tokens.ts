/**
 * A text cut by Liquid's own tokenizer into words, placeholders and tags. The parser's checks, the composer's chips and the
 * estimate all read a text through this file, so that they agree about every text, half-written ones included.
 */
import { defaultOptions, Tokenizer, TypeGuards } from "liquidjs";

/** Indexes into a text, the last one excluded. */
export interface Stretch {
  start: number;
  end: number;
}

export type TemplateToken =
  /** Plain words. */
  | ({ kind: "text" } & Stretch)
  /** `{{ … }}`; `content` is what is between the braces. */
  | ({ kind: "output"; content: Stretch } & Stretch)
  /** `{% … %}`; `content` is what follows the name. The name is empty where the tag has none. */
  | ({ kind: "tag"; name: string; content: Stretch } & Stretch)
  /** The beginning of a placeholder or tag that has no end, up to where the next one begins. */
  | ({ kind: "unclosed" } & Stretch);

/** Each unclosed token costs a search to the text's end; after this many the rest is plain words. */
const mostUnclosed = 50;

/** Cuts a text into tokens. Joined, they are the text. Who refuses what is not closed needs only the first of those. */
export function readTemplateTokens(text: string, most = mostUnclosed): TemplateToken[] {
  const tokens: TemplateToken[] = [];
  let unclosed = 0;
  for (let at = 0; at < text.length;) {
    const token: TemplateToken = unclosed < most ? readToken(text, at) : { kind: "text", start: at, end: text.length };
    if (token.kind === "unclosed") unclosed++;
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** The first token that has no end, or null. */
export function firstUnclosed(tokens: readonly TemplateToken[]): Stretch | null {
  return tokens.find(({ kind }) => kind === "unclosed") ?? null;
}

/** Liquid's tokenizer for a stretch of a text. */
export function tokenizerOf(text: string, { start, end }: Stretch): Tokenizer {
  return new Tokenizer(text, undefined, undefined, [start, end]);
}

function readToken(text: string, start: number): TemplateToken {
  const tokenizer = tokenizerOf(text, { start, end: text.length });
  if (!beginsToken(tokenizer)) {
    const { end } = tokenizer.readHTMLToken(["{{", "{%"]);
    return { kind: "text", start, end };
  }
  const isOutput = tokenizer.match("{{");
  const end = tokenizer.readToDelimiter(isOutput ? "}}" : "%}", isOutput);
  if (end === -1) return { kind: "unclosed", start, end: nextBeginning(text, start + 2) };
  // Liquid reads `{{ a {{ b }}` as one placeholder. Its first half is being written before one that was there already.
  const inner = innerBeginning(text, { start: start + 2, end });
  if (inner !== -1) return { kind: "unclosed", start, end: inner };
  return isOutput ? readOutput(text, start) : readTag(text, start, end);
}

function readOutput(text: string, start: number): TemplateToken {
  const { contentRange, end } = tokenizerOf(text, { start, end: text.length }).readOutputToken();
  return { kind: "output", start, end, content: { start: contentRange[0], end: contentRange[1] } };
}

function readTag(text: string, start: number, end: number): TemplateToken {
  try {
    const { name, args, contentRange } = tokenizerOf(text, { start, end }).readTagToken(defaultOptions);
    return { kind: "tag", start, end, name, content: { start: contentRange[1] - args.length, end: contentRange[1] } };
  } catch {
    return { kind: "tag", start, end, name: "", content: { start: end, end } }; // `{% %}`
  }
}

const beginsToken = (tokenizer: Tokenizer): boolean => tokenizer.match("{{") || tokenizer.match("{%");

function nextBeginning(text: string, start: number): number {
  return tokenizerOf(text, { start, end: text.length }).readHTMLToken(["{{", "{%"]).end;
}

/** Where another placeholder or tag begins within a stretch, outside of quotes; -1 where none does. */
function innerBeginning(text: string, stretch: Stretch): number {
  const tokenizer = tokenizerOf(text, stretch);
  while (!tokenizer.end()) {
    tokenizer.skipBlank();
    if (beginsToken(tokenizer)) return tokenizer.p;
    if (!tokenizer.readQuoted()) tokenizer.advance();
  }
  return -1;
}

/** A placeholder that writes one field. */
export interface Placeholder extends Stretch {
  /** The field's dotted name, which need not exist. */
  field: string;
  /** The text of its first default filter, or null. */
  default: string | null;
  /** Whether it is a dotted name with at most a default in quotes: all that a chip can show. */
  isPlain: boolean;
}

/** A token as a placeholder; null where it is none, or says something that Liquid would not read to its end. */
export function readPlaceholder(text: string, token: TemplateToken): Placeholder | null {
  if (token.kind !== "output") return null;
  const tokenizer = tokenizerOf(text, token.content);
  try {
    const { initial, filters } = tokenizer.readFilteredValue();
    const [name, ...more] = initial.postfix;
    if (!tokenizer.end() || more.length > 0 || !TypeGuards.isPropertyAccessToken(name)) return null;
    const field = fieldOf(name);
    const fallback = filters.find((filter) => filter.name === "default");
    const value = fallback?.args[0];
    return {
      start: token.start,
      end: token.end,
      field,
      default: TypeGuards.isQuotedToken(value) ? value.content : null,
      isPlain:
        text.slice(name.begin, name.end) === field &&
        (filters.length === 0 ||
          (filters.length === 1 && fallback?.args.length === 1 && TypeGuards.isQuotedToken(value))),
    };
  } catch {
    return null; // half-written, such as `{{ contact.email | default "x" }}`
  }
}

/** The dotted name that a property access writes out, such as "contact.first_name". */
export function fieldOf(token: { props: unknown[] }): string {
  return token.props.map((prop) => (prop as { content?: unknown }).content).join(".");
}
