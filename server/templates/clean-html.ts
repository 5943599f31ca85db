/**
 * The HTML of a layout as it is stored and sent: a whole document of what mail programs take. No scripts, event handlers, forms, frames,
 * style sheets from elsewhere, and no addresses but of the web, mail and telephone. What is clean stays as it is.
 */
import sanitizeHtml from "sanitize-html";
import type { FieldProblem } from "../../rules/custom-text.ts";
import { escapeHtml } from "../../rules/escape-html.ts";
import type { TemplateScope } from "../../rules/placeholder-names.ts";
import { parseTemplate } from "../../rules/placeholders.ts";
import type { TemplateProblem } from "../../rules/template-check.ts";
import { readTemplateTokens } from "../../rules/template-tokens.ts";
import { allowedAttributes, allowedTags, contentRemoved, linkSchemes } from "./allowed-html.ts";
import { inspectHtml } from "./inspect-html.ts";
import { judgeAttribute } from "./judge-attribute.ts";
import { type MaskedHtml, maskHtml } from "./mask-html.ts";

export interface CleanHtml {
  html: string;
  /** Of those none is saved. Positions are indexes into what was given. */
  problems: FieldProblem[];
  warnings: FieldProblem[];
}

/** More often than any HTML needs it. */
const mostRounds = 5;

/**
 * Cleans a text that is read as HTML; `language` is the document's where it does not say one. What it answers is clean: what was around an
 * element decides how it is read, so that another round is needed where something around it was removed.
 */
export function cleanHtml(given: string, scope: TemplateScope, language: string): CleanHtml {
  const first = cleanOnce(given, scope, language);
  let { html } = first;
  for (let round = 1; first.problems.length === 0 && round <= mostRounds; round++) {
    const next = cleanOnce(html, scope, language);
    if (next.problems.length > 0)
      return { ...first, problems: next.problems.map((each) => ({ ...each, position: null })) };
    if (next.html === html) return { ...first, html };
    ({ html } = next);
  }
  return { ...first, html, problems: first.problems.length > 0 ? first.problems : [unstable] };
}

const unstable: FieldProblem = {
  code: "unreadable_html",
  message: "The HTML is broken in such a way that it is read otherwise each time it is written.",
  field: "html",
  position: null,
  value: "",
};

function cleanOnce(given: string, scope: TemplateScope, language: string): CleanHtml {
  const source = withoutEntitiesInTokens(given);
  const masked = maskHtml(source);
  const found = inspectHtml(source, masked, scope);
  const { problems, warnings } = found;
  if (problems.some(({ code }) => code === "too_deep" || code === "too_many_elements"))
    return { html: "", problems, warnings };
  const content = sanitizeHtml(masked.html, {
    allowedTags,
    allowedAttributes,
    allowedSchemes: linkSchemes,
    allowProtocolRelative: false,
    nonTextTags: contentRemoved,
    // judgeAttribute has cleaned them.
    parseStyleAttributes: false,
    transformTags: {
      "*": (tagName, attribs) => {
        const kept: Record<string, string> = {};
        for (const [name, value] of Object.entries(attribs)) {
          const { keep } = judgeAttribute(tagName, name, value, { source, masked, scope });
          if (keep !== null) kept[name] = masked.inAttribute(keep);
        }
        return { tagName, attribs: kept };
      },
    },
  });
  const lines = [
    "<!doctype html>",
    `<html lang="${found.language ?? language}"${found.direction ? ` dir="${found.direction}"` : ""}>`,
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    ...(found.color_scheme
      ? ["color-scheme", "supported-color-schemes"].map(
          (name) => `<meta name="${name}" content="${found.color_scheme}">`,
        )
      : []),
    `<title>${escapeHtml(found.title)}</title>`,
    ...(found.sheet ? [`<style>\n${found.sheet}\n</style>`] : []),
    "</head>",
    `<body${attributes(found.body, masked)}>`,
    content.trim(),
    "</body>",
    "</html>",
    "",
  ];
  const html = masked.unmask(lines.join("\n"));
  if (problems.length > 0) return { html, problems, warnings };
  const parsed = parseTemplate(html, scope, { longest: Number.POSITIVE_INFINITY });
  return { html, problems: parsed.ok ? [] : parsed.problems.map(cutByRemoval), warnings };
}

/** A condition that begins or ends in what was removed. */
const cutByRemoval = ({ code, message, value }: TemplateProblem): FieldProblem => ({
  code,
  message: `${message} The other part of it was in something that mail programs do not take, which was removed.`,
  field: "html",
  position: null,
  value,
});

const attributes = (of: Record<string, string>, masked: MaskedHtml): string =>
  Object.entries(of)
    .map(([name, value]) => ` ${name}="${escapeHtml(masked.inAttribute(value))}"`)
    .join("");

const written: Readonly<Record<string, string>> = { nbsp: " ", quot: '"', "#39": "'", amp: "&", lt: "<", gt: ">" };

/**
 * Editors write a placeholder's spaces and quotes as entities. Quotes only become such where there are none: in others they belong to a
 * text in quotes.
 */
function withoutEntitiesInTokens(html: string): string {
  if (!html.includes("&")) return html;
  return readTemplateTokens(html)
    .map(({ kind, start, end }) => {
      const part = html.slice(start, end);
      if (kind !== "output" && kind !== "tag") return part;
      const spaced = part.replaceAll(/&nbsp;|&#160;|&#xa0;/gi, " ");
      return /["']/.test(spaced)
        ? spaced
        : spaced.replaceAll(/&(quot|#39|amp|lt|gt);/g, (_, name: string) => written[name] as string);
    })
    .join("");
}
