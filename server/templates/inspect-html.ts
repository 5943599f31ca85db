/** Reads a layout's HTML once: what is written anew around its content, and what is said about it, each with its place. */
import { Parser } from "htmlparser2";
import type { FieldProblem } from "../../rules/custom-text.ts";
import type { TemplateScope } from "../../rules/placeholder-names.ts";
import { allowedTags, contentRemoved, documentTags } from "./allowed-html.ts";
import { cleanSheet } from "./clean-css.ts";
import { judgeAttribute, type Said } from "./judge-attribute.ts";
import type { MaskedHtml } from "./mask-html.ts";

export const deepestHtml = 100;
export const mostElements = 20_000;
const mostSaid = 50;
const longestTitle = 500;

export interface InspectedHtml {
  language: string | null;
  direction: "ltr" | "rtl" | null;
  /** Of the head, where the layout says that it knows dark mode. */
  color_scheme: string | null;
  /** Masked. */
  title: string;
  sheet: string;
  /** Of the body element, masked. */
  body: Record<string, string>;
  problems: FieldProblem[];
  warnings: FieldProblem[];
}

/** Ends the reading of what nests without end: parsers take longer for each level. */
class TooMuch extends Error {}

const customText = /#CUSTOMTEXT#/gi;
const count = (text: string) => text.match(customText)?.length ?? 0;
const allowed: ReadonlySet<string> = new Set(allowedTags);
const removed: ReadonlySet<string> = new Set(contentRemoved);
/** Of these the head gets one anyway, or needs none. */
const usualMeta =
  /^(viewport|color-scheme|supported-color-schemes|format-detection|x-apple-disable-message-reformatting|generator|author)$/i;

export function inspectHtml(source: string, masked: MaskedHtml, scope: TemplateScope): InspectedHtml {
  const found: InspectedHtml = {
    language: null,
    direction: null,
    color_scheme: null,
    title: "",
    sheet: "",
    body: {},
    problems: [],
    warnings: [],
  };
  const seen = new Set<string>();
  const say = (list: FieldProblem[], { code, message, value }: Said, at: number) => {
    const key = `${code} ${value}`;
    if (seen.has(key) || list.length >= mostSaid) return;
    seen.add(key);
    list.push({ code, message, field: "html", position: masked.originalIndex(at), value });
  };
  const sheets: string[] = [];
  let words = "";
  let run = "";
  let places = 0;
  let depth = 0;
  let elements = 0;
  let hidden: string | null = null;

  /** Words without a tag between them are one text. */
  const endRun = () => {
    places += count(run);
    words += run;
    run = "";
  };

  function readMeta({ name = "", content = "", ...more }: Record<string, string>, at: number): void {
    if (name.toLowerCase() === "color-scheme" && /^((light|dark|only|normal)\s*){1,3}$/i.test(content.trim()))
      found.color_scheme = content.trim().toLowerCase();
    const isUsual =
      usualMeta.test(name) ||
      more.charset !== undefined ||
      /^(content-type|x-ua-compatible)$/i.test(more["http-equiv"] ?? "");
    if (!isUsual) say(found.warnings, removedTag("meta"), at);
  }

  function readAttributes(tag: string, attributes: Record<string, string>, at: number): Record<string, string> {
    const kept: Record<string, string> = {};
    for (const [name, value] of Object.entries(attributes)) {
      const { keep, problems, warnings } = judgeAttribute(tag, name, value, { source, masked, scope });
      if (keep !== null) kept[name] = keep;
      for (const each of problems) say(found.problems, each, at);
      for (const each of warnings) say(found.warnings, each, at);
    }
    return kept;
  }

  const parser = new Parser({
    onopentag(tag, attributes) {
      endRun();
      const at = parser.startIndex;
      elements++;
      depth++;
      if (depth > deepestHtml || elements > mostElements) {
        const [code, message] =
          depth > deepestHtml
            ? ["too_deep", `The HTML nests its elements more than ${deepestHtml} deep: some are never closed.`]
            : ["too_many_elements", `The HTML has more than ${mostElements} elements.`];
        say(found.problems, { code, message, value: tag.slice(0, 50) }, at);
        throw new TooMuch();
      }
      if (hidden !== null) return;
      if (removed.has(tag)) hidden = tag;
      if (tag === "html") {
        found.language ??= /^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.exec(attributes.lang ?? "")?.[0] ?? null;
        found.direction ??= attributes.dir === "rtl" || attributes.dir === "ltr" ? attributes.dir : null;
      } else if (tag === "body") found.body = { ...readAttributes(tag, attributes, at), ...found.body };
      else if (tag === "meta") readMeta(attributes, at);
      else if (documentTags.has(tag)) return;
      else if (allowed.has(tag)) {
        readAttributes(tag, attributes, at);
        if (tag === "img" && attributes.alt === undefined) {
          const value = masked.written(attributes.src ?? "").slice(0, 100);
          const message = `The image ${value} has no alt text, which is shown in its place and read aloud. For a decoration write alt="".`;
          say(found.warnings, { code: "image_without_alt", message, value }, at);
        }
      } else say(found.warnings, removedTag(tag.slice(0, 50)), at);
    },
    onclosetag(tag) {
      endRun();
      depth--;
      if (tag === hidden) hidden = null;
    },
    ontext(text) {
      if (hidden === null) run += text;
      else if (hidden === "title") found.title += text;
      else if (hidden === "style") {
        const { css, removed: gone } = cleanSheet(text, (each) => masked.tokensOf(each).length > 0);
        if (css !== "") sheets.push(css);
        for (const each of gone)
          say(
            found.warnings,
            {
              code: "removed_style",
              message: `The style "${each}" was removed: mail programs do not take it, or it loads something.`,
              value: each,
            },
            parser.startIndex,
          );
      }
    },
    oncomment(text) {
      endRun();
      if (!/^\[if /i.test(text)) return;
      const message = "A conditional comment was removed, and what is in it.";
      say(found.warnings, { code: "removed_comment", message, value: text.slice(0, 50) }, parser.startIndex);
    },
  });
  try {
    parser.end(masked.html);
  } catch (error) {
    if (!(error instanceof TooMuch)) throw error;
    return found;
  }
  endRun();
  found.sheet = sheets.join("\n");
  found.title = found.title.slice(0, longestTitle).replaceAll(/\s+/g, " ").trim();
  if (count(words) > places)
    say(
      found.problems,
      {
        code: "split_custom_text",
        message: "#CUSTOMTEXT# is cut by a tag, so it is no place for the message. Write it anew in one go.",
        value: "#CUSTOMTEXT#",
      },
      0,
    );
  return found;
}

const removedTag = (tag: string): Said => ({
  code: "removed_tag",
  message: `<${tag}> was removed: mail programs do not take it.`,
  value: tag,
});
