/** Links to people's own pages, where the texts of workflows name them. */
import type { Secret } from "../../../rules/secrets.ts";
import { type Deciding, type Step, skip } from "./step.ts";
import { templateOf } from "./texts.ts";
import type { WorkflowRow } from "./workflow.ts";

/** By contact. */
export type Access = ReadonlyMap<string, string>;

type Fires = Pick<WorkflowRow, "trigger">;

/** A new link for each contact among the recipients, if any of the texts names it and the workspace gives its customers access. */
export async function makeAccess(
  { tx, workspace, access, now }: Deciding,
  steps: readonly Step[],
  texts: readonly string[],
): Promise<Access> {
  const [first] = steps;
  if (!first || !workspace.customer_access) return new Map();
  const isNamed = texts.some((text) => templateOf(first.occasion.workflow, text).fields.includes("access.link"));
  if (!isNamed) return new Map();
  const contacts = steps.flatMap(({ recipient }) => recipient?.contact?.id ?? []);
  return access.make(tx, workspace.workspace_id, [...new Set(contacts)], now);
}

/** The link in a recipient's text; null where there is none. */
export const accessOf = (access: Access, { recipient }: Step): string | null =>
  access.get(recipient?.contact?.id ?? "") ?? null;

/** Those whose texts lack no link that they need; the others are skipped. */
export function withAccess(steps: readonly Step[], access: Access, textsOf: (step: Step) => readonly string[]): Step[] {
  return steps.filter((step) => {
    const { workflow } = step.occasion;
    if (accessOf(access, step) !== null || !textsOf(step).some((text) => needsAccess(workflow, text))) return true;
    skip(step, "no_access");
    return false;
  });
}

/** Whether a text can be sent to nobody without a link to their own page. */
export const needsAccess = (workflow: Fires, text: string): boolean =>
  templateOf(workflow, text).needs.some((names) => names.includes("access.link"));

/** Whoever has the link is signed in, so nothing that keeps the text keeps it. */
export const secretsOf = (link: string | null): { secrets?: Secret[] } =>
  link === null ? {} : { secrets: [{ value: link, shown: "[access link]" }] };
