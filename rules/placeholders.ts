/**
 * Texts with placeholders: Liquid outputs with a few filters, and if, unless and case. Tags that loop, include or assign are
 * removed, so that the cost of a text follows from its length. Parsed once per source, rendered once per recipient.
 */
import { Liquid, LiquidError, type Template as LiquidNode } from "liquidjs";
import { isBlank } from "./blank.ts";
import { isKnownPlaceholder, isLinkPlaceholder, isOfPerson, type TemplateScope } from "./placeholder-names.ts";
import { checkNodes, type TemplateProblem } from "./template-check.ts";
import { compileNodes } from "./template-compile.ts";
import { filters } from "./template-filters.ts";
import { checkLeftovers } from "./template-leftovers.ts";
import { firstUnclosed, readTemplateTokens, type Stretch } from "./template-tokens.ts";

export type { TemplateProblem } from "./template-check.ts";

/** The values of one person's placeholders. */
export interface PersonValues {
  first_name?: string | null;
  last_name?: string | null;
  /** First and last name unless given. */
  full_name?: string | null;
  mobile?: string | null;
  phone?: string | null;
  email?: string | null;
  locale?: string | null;
  properties?: Readonly<Record<string, unknown>>;
}

/** The values of placeholders. For a null, absent or blank one the default applies. */
export interface TemplateValues {
  contact?: PersonValues;
  customer?: PersonValues;
  booker?: PersonValues;
  holder?: PersonValues;
  buyer?: PersonValues;
  workspace?: { name?: string | null };
  sender?: { address?: string | null };
  preferences_link?: string | null;
  /** Those of further scopes. */
  [scope: string]: unknown;
}

export interface Template {
  /** The names in the text, like "contact.first_name", each once, in order of appearance. */
  fields: string[];
  /**
   * The people's values that the text needs: for each, the names of which at least one must have a value, or the text has a gap.
   * Placeholders within a tag that checks for the value are not needed.
   */
  needs: string[][];
  /** The text for one recipient: plain, without control characters other than tab and line breaks. Throws if a filter makes it too long. */
  render(values: TemplateValues): string;
  /** The links that are shortened for each recipient; the rendered text has fillers for them. */
  links?: readonly TemplateLink[];
}

/** A link of a text, once however often it is written. */
export interface TemplateLink {
  /** As written, with its placeholders. */
  url: string;
  /** In the rendered text, in place of each recipient's short link and as long. */
  filler: string;
  /** Renders the address for one recipient; null where it is the same for all. */
  own: Template | null;
}

export const longestTemplate = 20_000;
const mostTags = 200;

const engine = new Liquid({ strictFilters: true, ownPropertyOnly: true, cache: false });
for (const tag of Object.keys(engine.tags)) if (!["if", "unless", "case"].includes(tag)) delete engine.tags[tag];
for (const filter of Object.keys(engine.filters)) delete engine.filters[filter];
for (const [name, filter] of Object.entries(filters)) engine.registerFilter(name, filter.apply);

/** Parses a text of at most so many characters, or returns its problems. */
export function parseTemplate(
  text: string,
  scope: TemplateScope,
  { longest = longestTemplate }: { longest?: number } = {},
): { ok: true; template: Template } | { ok: false; problems: TemplateProblem[] } {
  const size = sizeProblem(text, longest);
  if (size) return { ok: false, problems: [size] };
  if (!text.includes("{{") && !text.includes("{%")) {
    const plain = withoutControls(text);
    return { ok: true, template: { fields: [], needs: [], render: () => plain } };
  }
  const tokens = readTemplateTokens(text, 1);
  const unclosed = firstUnclosed(tokens);
  if (unclosed) return { ok: false, problems: [notClosed(text, unclosed)] };
  let nodes: LiquidNode[];
  try {
    nodes = engine.parse(text);
  } catch (error) {
    return { ok: false, problems: [syntaxProblem(error, text)] };
  }
  const { fields, needs, problems } = checkNodes(nodes, text, {
    isKnown: (name) => isKnownPlaceholder(name, scope),
    isLink: (name) => isLinkPlaceholder(name, scope),
  });
  const wrong = problems.length > 0 ? problems : checkLeftovers(text, tokens);
  if (wrong.length > 0) return { ok: false, problems: wrong };
  const compiled = compileNodes(nodes);
  const render = compiled
    ? (values: TemplateValues) => withoutControls(compiled((field) => readField(values, field)))
    : (values: TemplateValues) => renderByEngine(nodes, fields, values);
  const ofPeople = needs.filter((names) => names.every((name) => isOfPerson(name) || name === "access.link"));
  return { ok: true, template: { fields, needs: ofPeople, render } };
}

function renderByEngine(nodes: LiquidNode[], fields: string[], values: TemplateValues): string {
  const scope: Tree = {};
  for (const field of fields) place(scope, field, readField(values, field));
  return withoutControls(engine.renderSync(nodes, scope));
}

type Tree = { [key: string]: unknown };

function place(scope: Tree, field: string, value: unknown): void {
  const path = field.split(".");
  let at = scope;
  for (const key of path.slice(0, -1)) at = (at[key] ??= {}) as Tree;
  at[path.at(-1) as string] = value;
}

/** A field's value; null where it is absent, blank or of a type that cannot be written. */
function readField(values: TemplateValues, field: string): unknown {
  const dot = field.indexOf(".");
  if (dot === -1) return writable((values as Tree)[field]);
  const key = field.slice(dot + 1);
  const thing = values[field.slice(0, dot) as keyof TemplateValues] as Tree | undefined;
  if (!thing) return null;
  if (key.startsWith("properties.")) {
    const properties = thing.properties as Tree | undefined;
    const property = key.slice("properties.".length);
    return properties && Object.hasOwn(properties, property) ? writable(properties[property]) : null;
  }
  const value = writable(thing[key]);
  if (value !== null || key !== "full_name") return value;
  const names = [thing.first_name, thing.last_name].map(writable).filter((name) => name !== null);
  return names.join(" ") || null;
}

function writable(value: unknown): string | number | boolean | null {
  if (typeof value === "string") return isBlank(value) ? null : value;
  return typeof value === "number" || typeof value === "boolean" ? value : null;
}

const control = /[^\P{Cc}\t\n\r]/gu;

function withoutControls(text: string): string {
  return text.search(control) === -1 ? text : text.replace(control, "");
}

function sizeProblem(text: string, longest: number): TemplateProblem | null {
  if (text.length > longest)
    return {
      code: "text_too_long",
      message: `The text has ${text.length} characters; ${longest} are the most.`,
      position: longest,
      value: String(text.length),
    };
  // Counted before parsing, which recurses for each open tag.
  let tags = 0;
  for (let at = text.indexOf("{%"); at !== -1; at = text.indexOf("{%", at + 2))
    if (++tags > mostTags)
      return { code: "too_many_tags", message: `A text has at most ${mostTags} tags.`, position: at, value: "{%" };
  return null;
}

function notClosed(text: string, { start, end }: Stretch): TemplateProblem {
  const value = text.slice(start, end).trim().slice(0, 100);
  return { code: "not_closed", message: `"${value.slice(0, 30)}" is not closed.`, position: start, value };
}

/** The parser's first error as a problem with its place. */
function syntaxProblem(error: unknown, text: string): TemplateProblem {
  const token = error instanceof LiquidError ? error.token : undefined;
  const position = Math.min(token?.begin ?? 0, text.length);
  const value = (token?.getText() || text.slice(position, position + 30)).trim().slice(0, 100);
  const said = error instanceof Error ? error.message.replace(/, line:\d+, col:\d+.*$/s, "") : String(error);
  const tag = /^tag "?([^"\s]+)"? not found/.exec(said)?.[1];
  if (tag) {
    const stray = ["else", "elsif", "when", "endif", "endunless", "endcase"].includes(tag);
    const message = stray
      ? `{% ${tag} %} has nothing to belong to.`
      : `The tag "${tag}" is not allowed. Use if, unless or case.`;
    return { code: stray ? "stray_tag" : "unknown_tag", message, position, value };
  }
  const filter = /^undefined filter: (.+)$/.exec(said)?.[1];
  if (filter) {
    const at = text.indexOf(filter, text.indexOf("|", position));
    const names = Object.keys(filters).join(", ");
    const message = `There is no filter "${filter}". There are ${names}.`;
    return { code: "unknown_filter", message, position: at === -1 ? position : at, value: filter };
  }
  if (said.includes("not closed")) return notClosed(text, { start: position, end: position + value.length });
  return { code: "broken_placeholder", message: `This cannot be read: ${said}.`, position, value };
}
