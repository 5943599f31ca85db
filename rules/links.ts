/** Web addresses in a text: where they are, and what may be shortened. */
import type { TemplateProblem } from "./template-check.ts";
import { readTemplateTokens, type Stretch } from "./template-tokens.ts";

/** An address in a text as it is written; placeholders within it belong to it. */
export interface WrittenLink extends Stretch {
  url: string;
  /** The same with underscores for its placeholders, for checks. */
  sample: string;
  /** Whether it goes on with a condition, so that it has no end of its own. */
  isCut: boolean;
}

/** The most different links of a text. */
export const mostLinks = 20;
/** Browsers and servers take addresses of this length. */
export const longestLink = 2_000;

const link = /https?:\/\/[^\s<>"{}|\\^`“”«»]+/gi;
const opens = /^(if|unless|case)$/;

/** The http and https links of a text, in order. Links within tags and in defaults of placeholders are none. */
export function findLinks(text: string): WrittenLink[] {
  // Placeholders become letters of a link, tags end it; all in place, so that indexes stay.
  let masked = "";
  const conditions = new Set<number>();
  for (const { start, end, ...token } of readTemplateTokens(text)) {
    if (token.kind === "text") masked += text.slice(start, end);
    else masked += (token.kind === "output" ? "_" : " ").repeat(end - start);
    if (token.kind === "tag" && opens.test(token.name)) conditions.add(start);
  }
  return [...masked.matchAll(link)].flatMap(({ 0: found, index: start }) => {
    const isCut = conditions.has(start + found.length);
    const sample = isCut ? found : withoutEnding(found);
    if (/^https?:\/*$/i.test(sample)) return [];
    const end = start + sample.length;
    return [{ start, end, url: text.slice(start, end), sample, isCut }];
  });
}

/** Without what belongs to the sentence: a stop, a quote, a bracket that was opened before the link. */
function withoutEnding(found: string): string {
  for (let rest = found; ; rest = rest.slice(0, -1)) {
    const last = rest.at(-1) ?? "";
    const isBracket = last === ")" && count(rest, ")") > count(rest, "(");
    if (!isBracket && !/[.,;:!?'\]’…]/.test(last)) return rest;
  }
}

const count = (text: string, character: string) => text.split(character).length - 1;

/** The text with each of its links replaced. */
export function replaceLinks(text: string, by: (link: WrittenLink) => string): string {
  let replaced = "";
  let kept = 0;
  for (const written of findLinks(text)) {
    replaced += text.slice(kept, written.start) + by(written);
    kept = written.end;
  }
  return replaced + text.slice(kept);
}

const refusedScheme = /(?<![\p{L}\p{N}])(?:javascript:|vbscript:|data:text\/)\S*/giu;

/** What follows a domain of ours in links that are one recipient's. */
const ownLinks = [
  { code: "own_link", path: /\/l\//giu, say: "short link. Write the address that it leads to." },
  {
    code: "own_preferences_link",
    path: /\/p\/[0-9A-Za-z]{12}(?![0-9A-Za-z])/giu,
    say: "page of preferences, which everybody could change. Write {{ preferences_link }}.",
  },
] as const;

/**
 * What keeps a text from being sent with shortened links. `own` are the domains of the installation's short links: one of those in a
 * text is a single recipient's, and everybody's clicks would count as theirs, or their preferences would be everybody's; it is refused
 * whether links are shortened or not.
 */
export function linkProblems(text: string, options: { shorten: boolean; own: readonly string[] }): TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const domains = new Set(options.own.map((domain) => domain.toLowerCase()));
  for (const { code, path, say } of ownLinks) {
    for (const domain of domains) {
      const position = findDomain(text, domain, path);
      if (position === null) continue;
      const value = /^\S{0,100}/.exec(text.slice(position))?.[0] ?? "";
      problems.push({ code, message: `${value} is one recipient's ${say}`, position, value });
    }
  }
  if (!options.shorten) return problems;
  for (const found of text.matchAll(refusedScheme)) {
    const value = found[0].slice(0, 100);
    const message = `${value} is no address of a page. A link begins with https:// or http://.`;
    problems.push({ code: "refused_link", message, position: found.index, value });
  }
  const links = findLinks(text);
  for (const { url, sample, start, isCut } of links) {
    const value = url.slice(0, 100);
    if (isCut)
      problems.push({
        code: "cut_link",
        message: `${value} goes on with a condition. Write the whole address on each side of it.`,
        position: start,
        value,
      });
    else if (url.length > longestLink)
      problems.push({
        code: "link_too_long",
        message: `${value} … has ${url.length} characters; a link has at most ${longestLink}.`,
        position: start,
        value,
      });
    else if (readTarget(sample) === null)
      problems.push({ code: "invalid_link", message: `${value} is no web address.`, position: start, value });
  }
  const different = new Set(links.map(({ url }) => url)).size;
  if (different > mostLinks)
    problems.push({
      code: "too_many_links",
      message: `The text has ${different} links; at most ${mostLinks} are shortened.`,
      position: links[mostLinks]?.start ?? 0,
      value: String(different),
    });
  return problems;
}

/** Where a domain with such a path behind it begins, in any case; null: nowhere. */
function findDomain(text: string, domain: string, path: RegExp): number | null {
  for (const { index } of text.matchAll(path)) {
    const position = index - domain.length;
    if (position >= 0 && text.slice(position, index).toLowerCase() === domain) return position;
  }
  return null;
}

/** An address that a redirect may lead to, as browsers write it; null for anything that is not http or https. */
export function readTarget(text: string): string | null {
  const url = URL.parse(text);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.hostname === "") return null;
  return url.href;
}
