/** What of a text is different for each recipient, as it is shown before it is sent: as long as theirs, and as the server's preview has it. */
import type { Language } from "../../../contract/shapes.ts";
import { optOutByLink } from "../../../rules/opt-out-text.ts";
import { isName } from "../../../rules/sender.ts";
import { codeLength } from "../../../rules/short-link-code.ts";

/** A short link that leads nowhere. `origin` is that of the installation's links. */
export const sampleShortLink = (origin: string): string => `${origin}/l/${"0".repeat(codeLength)}`;

/** Each recipient has a code of their own, of this length. */
const samplePreferencesCode = "0".repeat(12);

/** The opt-out text: the workspace's, or for a sender that cannot receive a link to preferences. */
export function shownOptOutText(
  workspace: { opt_out_text: string; language: Language },
  sender: string | null | undefined,
  origin: string,
): string {
  if (!sender || !isName(sender)) return workspace.opt_out_text;
  return optOutByLink(workspace.language, `${origin}/p/${samplePreferencesCode}`);
}
