/** Statements that break a rule for a reason. */
import type { Rule } from "./rules.ts";

interface Exception {
  rule: Rule;
  /** How its text begins, with single spaces. */
  begins: string;
  reason: string;
}

const exceptions: readonly Exception[] = [
  {
    rule: "no tables of its own",
    begins: 'drop table "messages_',
    reason: "a month of the ledger that no workspace keeps any longer is dropped as a whole",
  },
];

/** Whether a statement may break a rule. */
export function isExcepted(text: string, rule: Rule): boolean {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  return exceptions.some((each) => each.rule === rule && flat.startsWith(each.begins));
}
