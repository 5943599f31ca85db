/**
 * Texts with placeholders as a part of HTML. The mail road escapes each recipient's values; what is written out in a placeholder, such as
 * the text of a default, is not a value, and is escaped here.
 */
import { escapeHtml } from "./escape-html.ts";
import { findLinks } from "./links.ts";
import type { TemplateScope } from "./placeholder-names.ts";
import { isLinkPlaceholder } from "./placeholder-names.ts";
import { readPlaceholder, readTemplateTokens, type TemplateToken, tokenizerOf } from "./template-tokens.ts";

/** Of links, unless something else is asked for. */
const linkStyle = "color:#1d4ed8";

/**
 * A placeholder or tag of `text` for HTML: each text in quotes is escaped and stands in `quote`, so that it may be in an attribute with the
 * other ones. With `entities` the text is HTML already, and what it has of entities stays.
 */
export function tokenInHtml(
  text: string,
  token: Extract<TemplateToken, { kind: "output" | "tag" }>,
  { quote = '"', entities = false }: { quote?: '"' | "'"; entities?: boolean } = {},
): string {
  const tokenizer = tokenizerOf(text, token.content);
  let written = "";
  let kept = token.start;
  while (!tokenizer.end()) {
    const quoted = tokenizer.readQuoted();
    if (!quoted) {
      tokenizer.advance();
      continue;
    }
    written += text.slice(kept, quoted.begin) + quote + literal(quoted.content, entities) + quote;
    kept = quoted.end;
  }
  return written + text.slice(kept, token.end);
}

/** Without any sign that ends a text in quotes, begins markup, or is read as an escape. */
const literal = (content: string, entities: boolean): string =>
  (entities
    ? content.replaceAll(/&(?![a-z][a-z0-9]{1,30};|#\d{1,7};|#x[0-9a-f]{1,6};)/gi, "&amp;")
    : content.replaceAll("&", "&amp;")
  )
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("\\", "&#92;");

/** A text for the content of an element: escaped, with its line breaks, and with its addresses as links. */
export function textInHtml(text: string, scope: TemplateScope): string {
  let html = "";
  let kept = 0;
  for (const { start, end, url, isCut } of findLinks(text)) {
    if (isCut) continue;
    html += wordsInHtml(text.slice(kept, start), scope) + linkTo(url);
    kept = end;
  }
  return html + wordsInHtml(text.slice(kept), scope);
}

/** A text within an element or an attribute in double quotes: nothing in it becomes a link or a line. */
export function attributeInHtml(text: string): string {
  return readTemplateTokens(text)
    .map((token) =>
      token.kind === "output" || token.kind === "tag"
        ? tokenInHtml(text, token, { quote: "'" })
        : escapeWords(text.slice(token.start, token.end)),
    )
    .join("");
}

function wordsInHtml(text: string, scope: TemplateScope): string {
  return readTemplateTokens(text)
    .map((token) => {
      if (token.kind === "tag") return tokenInHtml(text, token);
      if (token.kind === "output") {
        const placeholder = readPlaceholder(text, token);
        const isLink =
          placeholder !== null && isLinkPlaceholder(placeholder.field, scope) && placeholder.default === null;
        return isLink ? linkTo(text.slice(token.start, token.end)) : tokenInHtml(text, token);
      }
      return escapeWords(text.slice(token.start, token.end)).replaceAll(/\r\n?|\n/g, "<br>");
    })
    .join("");
}

function linkTo(url: string): string {
  const written = attributeInHtml(url);
  return `<a href="${written}" style="${linkStyle}">${written}</a>`;
}

/** A brace could make a placeholder together with one that stands beside it in a layout. */
const escapeWords = (text: string): string => escapeHtml(text).replaceAll("{", "&#123;");
