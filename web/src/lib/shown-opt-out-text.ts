import type { Language } from "../../../contract/shapes.ts";
/** The opt-out text as it is shown before it is sent: the workspace's, or for a sender that cannot receive a link to preferences. */
import { optOutByLink } from "../../../rules/opt-out-text.ts";
import { isName } from "../../../rules/sender.ts";

/** Each recipient has a code of their own, of this length. */
const sampleCode = "x".repeat(12);

export function shownOptOutText(
  workspace: { opt_out_text: string; language: Language },
  sender: string | null | undefined,
): string {
  if (!sender || !isName(sender)) return workspace.opt_out_text;
  return optOutByLink(workspace.language, `${window.location.origin}/p/${sampleCode}`);
}
