/** Statements that break a rule for a reason. Each must occur in the tests. */
import type { Rule } from "./rules.ts";

interface Exception {
  rule: Rule;
  /** How its text begins, with single spaces. */
  begins: string;
  reason: string;
}

export const exceptions: readonly Exception[] = [];

/** Whether a statement may break a rule. */
export function isExcepted(text: string, rule: Rule): boolean {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return exceptions.some((each) => each.rule === rule && flat.startsWith(each.begins));
}
