/**
 * A text whose links are shortened for each recipient. It is parsed with fillers of a short link's length, so that everything that
 * renders, counts or reserves sees the final length; only the door puts each recipient's own code in.
 */
import { findLinks, replaceLinks } from "./links.ts";
import type { TemplateScope } from "./placeholder-names.ts";
import { parseTemplate, type Template, type TemplateLink } from "./placeholders.ts";
import { writeCode } from "./short-link-code.ts";
import type { TemplateProblem } from "./template-check.ts";

/** Parses a text with its links shortened to `base`, such as "https://sms.example/l/", and ten characters. */
export function parseLinkedTemplate(
  text: string,
  scope: TemplateScope,
  base: string,
): { ok: true; template: Template } | { ok: false; problems: TemplateProblem[] } {
  // For the problems' places in the text, and the fields within addresses.
  const written = parseTemplate(text, scope);
  const urls = written.ok ? [...new Set(findLinks(text).map(({ url }) => url))] : [];
  if (!written.ok || urls.length === 0) return written;
  const links: TemplateLink[] = [];
  for (const [i, url] of urls.entries()) {
    const parsed = parseTemplate(url, scope);
    if (!parsed.ok) return parsed;
    const { template } = parsed;
    links.push({ url, filler: base + writeCode(BigInt(i)), own: template.fields.length > 0 ? template : null });
  }
  const fillers = new Map(links.map(({ url, filler }) => [url, filler]));
  const shortened = parseTemplate(
    replaceLinks(text, ({ url }) => fillers.get(url) ?? url),
    scope,
  );
  if (!shortened.ok) return shortened;
  const { fields, needs } = written.template;
  return { ok: true, template: { fields, needs, render: shortened.template.render, links } };
}
