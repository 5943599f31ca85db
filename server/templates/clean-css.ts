/** Styles of a layout: what mail programs know of them. Nothing in them loads anything but pictures, or leaves its place. */
import { parse, type Root } from "postcss";
import { isKeptDeclaration } from "./allowed-html.ts";

export interface CleanStyles {
  css: string;
  /** What was removed: properties and rules by name. */
  removed: string[];
}

/** The declarations of a style attribute. */
export function cleanStyle(style: string): CleanStyles {
  const root = /[{}]/.test(style) ? null : parsed(`a{${style}}`);
  const rule = root?.first;
  if (!root || rule?.type !== "rule" || root.nodes.length !== 1)
    return { css: "", removed: style.trim() ? ["style"] : [] };
  const kept: string[] = [];
  const removed: string[] = [];
  for (const node of rule.nodes) {
    if (node.type === "comment") continue;
    if (node.type === "decl" && isKeptDeclaration(node.prop, node.value))
      kept.push(`${node.prop}:${node.value}${node.important ? "!important" : ""}`);
    else removed.push(node.type === "decl" ? node.prop : "style");
  }
  return { css: kept.join(";"), removed };
}

/** A style sheet: rules, and rules for kinds of screens. A text that `isRefused` is in none of them. */
export function cleanSheet(sheet: string, isRefused: (text: string) => boolean): CleanStyles {
  const root = parsed(sheet);
  if (!root) return { css: "", removed: sheet.trim() ? ["style"] : [] };
  const removed: string[] = [];
  root.walkComments((comment) => void comment.remove());
  root.walkAtRules((rule) => {
    if (rule.name.toLowerCase() === "media" && rule.nodes && !/[\\<@]/.test(rule.params) && !isRefused(rule.params))
      return;
    removed.push(`@${rule.name}`);
    rule.remove();
  });
  root.walkRules((rule) => {
    if (!/[\\<@]/.test(rule.selector) && !isRefused(rule.selector)) return;
    removed.push(rule.selector.slice(0, 50));
    rule.remove();
  });
  root.walkDecls((declaration) => {
    const { prop, value, parent } = declaration;
    if (parent?.type === "rule" && isKeptDeclaration(prop, value) && !isRefused(value)) return;
    removed.push(prop.slice(0, 50));
    declaration.remove();
  });
  root.walkRules((rule) => {
    if (rule.nodes.length === 0) rule.remove();
  });
  root.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove();
  });
  const css = root.toString().trim();
  return css.includes("<") ? { css: "", removed: [...removed, "style"] } : { css, removed };
}

function parsed(css: string): Root | null {
  try {
    return parse(css);
  } catch {
    return null; // not CSS
  }
}
