/** Renders one recipient's text with the opt-out text, normalises and counts it. Preview, review and sending all use this. */
import type { SkipReason } from "../contract/messages.ts";
import { isBlank } from "./blank.ts";
import { countSegments, type Encoding, normaliseText } from "./gsm-segments.ts";
import { readTarget } from "./links.ts";
import { withOptOutText } from "./opt-out-text.ts";
import type { Template, TemplateLink, TemplateValues } from "./placeholders.ts";

/** A text as it will be sent, or why it cannot be sent. */
export type Rendered =
  | { ok: true; text: string; encoding: Encoding; segments: number; links: readonly RenderedLink[] }
  | { ok: false; reason: Extract<SkipReason, "empty_text" | "too_long" | "render_error"> };

/** A link to be shortened in a rendered text. */
export interface RenderedLink {
  /** As written in the template. */
  url: string;
  /** Where this recipient's leads, if that has values of theirs; null: to `url`. */
  target: string | null;
  /** What the text has in place of the short link. */
  filler: string;
}

/** The most characters (UTF-16 code units) of one message. */
export const longestText = 1600;

/** Renders a template for one recipient. */
export function renderText(template: Template, values: TemplateValues, optOutText: string | null): Rendered {
  let rendered: string;
  try {
    rendered = template.render(values);
  } catch {
    return { ok: false, reason: "render_error" }; // a filter made it too long for this recipient's values
  }
  if (isBlank(rendered)) return { ok: false, reason: "empty_text" };
  const text = normaliseText(withOptOutText(rendered, optOutText ?? ""));
  if (text.length > longestText) return { ok: false, reason: "too_long" };
  const links = template.links ? renderLinks(template.links, text, values) : none;
  if (!links) return { ok: false, reason: "render_error" };
  const { encoding, segments } = countSegments(text);
  return { ok: true, text, encoding, segments, links };
}

const none: readonly RenderedLink[] = [];

/** The links that are in a text: of an if only one branch is. Null where a recipient's values make one that leads nowhere. */
function renderLinks(links: readonly TemplateLink[], text: string, values: TemplateValues): RenderedLink[] | null {
  const rendered: RenderedLink[] = [];
  for (const { url, filler, own } of links) {
    if (!text.includes(filler)) continue;
    const target = own && renderTarget(own, values);
    if (own && target === null) return null;
    rendered.push({ url, target, filler });
  }
  return rendered;
}

function renderTarget(template: Template, values: TemplateValues): string | null {
  try {
    return readTarget(template.render(values));
  } catch {
    return null; // a filter made it too long
  }
}

/** Renderings in the cache: enough for all first names of a country, with little memory. */
const mostCached = 5_000;

/** Renders one template for many recipients; those with the same values cost one rendering. */
export function renderer(
  template: Template,
  optOutText: string | null,
  constant: Omit<TemplateValues, "contact">,
): (contact: NonNullable<TemplateValues["contact"]>, own?: TemplateValues) => Rendered {
  const isPersonal = template.fields.some((field) => field.startsWith("contact."));
  const cache = new Map<string, Rendered>();
  return (contact, own) => {
    const key = isPersonal || own ? JSON.stringify([contact, own]) : "";
    let rendered = cache.get(key);
    if (!rendered) {
      rendered = renderText(template, { contact, ...own, ...constant }, optOutText);
      if (cache.size >= mostCached) cache.clear();
      cache.set(key, rendered);
    }
    return rendered;
  };
}
