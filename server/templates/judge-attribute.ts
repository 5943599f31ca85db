/** What becomes of an attribute of a layout's HTML. */
import { isLinkPlaceholder, type TemplateScope } from "../../rules/placeholder-names.ts";
import { readPlaceholder } from "../../rules/template-tokens.ts";
import { isAllowedAttribute, linkSchemes, openAttributes } from "./allowed-html.ts";
import { cleanStyle } from "./clean-css.ts";
import type { MaskedHtml, MaskedToken } from "./mask-html.ts";

export interface Said {
  code: string;
  message: string;
  value: string;
}

export interface Judgement {
  /** The value that is kept, masked; null: the attribute goes. */
  keep: string | null;
  /** Keeps the layout from being saved. */
  problems: Said[];
  warnings: Said[];
}

const customText = /#CUSTOMTEXT#/i;

/** Judges an attribute whose placeholders are masked; `source` is the whole HTML as it was given. */
export function judgeAttribute(
  tag: string,
  name: string,
  value: string,
  { source, masked, scope }: { source: string; masked: MaskedHtml; scope: TemplateScope },
): Judgement {
  const shown = masked.written(value).slice(0, 100);
  const gone = (said: Partial<Pick<Judgement, "problems" | "warnings">> = {}): Judgement => ({
    keep: null,
    problems: [],
    warnings: [],
    ...said,
  });
  if (!isAllowedAttribute(tag, name)) {
    const message = `The attribute "${name.slice(0, 50)}" was removed: mail programs do not take it.`;
    return gone({ warnings: [{ code: "removed_attribute", message, value: name.slice(0, 50) }] });
  }
  const tokens = masked.tokensOf(value);
  if (tokens.some(({ kind }) => kind === "tag"))
    return gone({
      problems: [
        {
          code: "tag_in_attribute",
          message: `There is a condition within the attribute "${name}". Put it around the whole element.`,
          value: shown,
        },
      ],
    });
  if (tokens.length > 0 && !openAttributes.has(name))
    return gone({
      problems: [
        {
          code: "placeholder_in_attribute",
          message: `No placeholder can stand in the attribute "${name}".`,
          value: shown,
        },
      ],
    });
  if (customText.test(value))
    return gone({
      problems: [
        {
          code: "custom_text_in_attribute",
          message: `The message cannot stand in the attribute "${name}". Put #CUSTOMTEXT# among the words.`,
          value: shown,
        },
      ],
    });
  if (name === "style") {
    const { css, removed } = cleanStyle(value);
    const warnings = removed.map((property) => ({
      code: "removed_style",
      message: `The style "${property.slice(0, 50)}" was removed: mail programs do not take it, or it loads something.`,
      value: property.slice(0, 50),
    }));
    return { keep: css === "" ? null : css, problems: [], warnings };
  }
  if (name === "href" || name === "src" || name === "cite")
    return judgeAddress(name === "src" ? "image" : "link", value, { source, masked, scope, shown });
  return { keep: value, problems: [], warnings: [] };
}

function judgeAddress(
  kind: "link" | "image",
  given: string,
  about: { source: string; masked: MaskedHtml; scope: TemplateScope; shown: string },
): Judgement {
  const { masked, shown } = about;
  const result = (keep: string | null, said: Partial<Pick<Judgement, "problems" | "warnings">> = {}): Judgement => ({
    keep,
    problems: [],
    warnings: [],
    ...said,
  });
  const broken = (keep: string | null, message: string) =>
    result(keep, { warnings: [{ code: `broken_${kind}`, message, value: shown }] });
  // Browsers read past these signs.
  // oxlint-disable-next-line eslint/no-control-regex -- they are what is removed
  const value = given.replaceAll(/[\u0000-\u001f\u007f]/g, "").trim();
  if (value === "") return broken(null, `This ${kind} has no address.`);
  if (value === "#") return broken(kind === "link" ? value : null, `"#" leads nowhere.`);
  if (value.startsWith("#") && kind === "link") return result(value);
  const first = masked.firstOf(value);
  if (first) {
    if (isAddress(first, about)) return result(value);
    const message = `${masked.written(first)} is no address. A ${kind} begins with https://, or with a placeholder for a link such as {{ event.url }}.`;
    return result(null, { problems: [{ code: "not_a_link", message, value: masked.written(first).slice(0, 100) }] });
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1]?.toLowerCase();
  if (scheme === undefined)
    return broken(
      kind === "link" && /^[\p{L}\p{N}][\p{L}\p{N}./?=&%#~+_-]*$/u.test(value) ? value : null,
      `${shown} is no whole address: it begins with https://.`,
    );
  if (scheme === "http" || scheme === "https") {
    if (!/^https?:\/\/[^/?#\s]/i.test(value)) return broken(null, `${shown} is no web address.`);
    if (kind === "link" || scheme === "https") return result(value);
    const message = `${shown} is not encrypted: many mail programs do not show it. Use https.`;
    return result(value, { warnings: [{ code: "insecure_image", message, value: shown }] });
  }
  if (kind === "link" && linkSchemes.includes(scheme)) return result(value);
  const message = `${shown} was removed: the address of ${kind === "link" ? "a link begins with https, http, mailto or tel" : "an image begins with https"}.`;
  return result(null, { warnings: [{ code: `refused_${kind}`, message, value: shown }] });
}

/** Whether a placeholder stands for an address, and its default is one. */
function isAddress(token: MaskedToken, { source, scope }: { source: string; scope: TemplateScope }): boolean {
  const placeholder = readPlaceholder(source, token);
  if (!placeholder?.isPlain || !isLinkPlaceholder(placeholder.field, scope)) return false;
  return placeholder.default === null || /^https?:\/\/[^/?#\s]/i.test(placeholder.default);
}
