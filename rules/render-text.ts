/** Renders one recipient's text with the opt-out text, normalises and counts it. Preview, review and sending all use this. */
import type { SkipReason } from "../contract/messages.ts";
import { isBlank } from "./blank.ts";
import { countSegments, type Encoding, normaliseText } from "./gsm-segments.ts";
import { withOptOutText } from "./opt-out-text.ts";
import type { Template, TemplateValues } from "./placeholders.ts";

/** A text as it will be sent, or why it cannot be sent. */
export type Rendered =
  | { ok: true; text: string; encoding: Encoding; segments: number }
  | { ok: false; reason: Extract<SkipReason, "empty_text" | "too_long" | "render_error"> };

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
  const { encoding, segments } = countSegments(text);
  return { ok: true, text, encoding, segments };
}

/** Renderings in the cache: enough for all first names of a country, with little memory. */
const mostCached = 5_000;

/** Renders one template for many recipients; those with the same values cost one rendering. */
export function renderer(
  template: Template,
  optOutText: string | null,
  constant: Pick<TemplateValues, "workspace" | "sender">,
): (contact: NonNullable<TemplateValues["contact"]>) => Rendered {
  const personal = template.fields.filter((field) => field.startsWith("contact."));
  const cache = new Map<string, Rendered>();
  return (contact) => {
    const key = personal.length === 0 ? "" : JSON.stringify(contact);
    let rendered = cache.get(key);
    if (!rendered) {
      rendered = renderText(template, { contact, ...constant }, optOutText);
      if (cache.size >= mostCached) cache.clear();
      cache.set(key, rendered);
    }
    return rendered;
  };
}
