/** Previews a text as a contact would receive it, while it is being written. */
import type { z } from "zod";
import type { campaigns, Finding } from "../../contract/campaigns.ts";
import { countSegments, normaliseText } from "../../rules/gsm-segments.ts";
import { withOptOutText } from "../../rules/opt-out-text.ts";
import type { TemplateValues } from "../../rules/placeholders.ts";
import { renderText } from "../../rules/render-text.ts";
import { isName } from "../../rules/sender.ts";
import { getContact } from "../contacts/contacts.ts";
import type { Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import type { ShortLinks } from "../links/short-links.ts";
import { resolveAddress } from "../senders/senders.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { readText } from "./campaign.ts";
import { optOutTextOf, textErrors } from "./review-campaign.ts";

type Input = z.output<typeof campaigns.preview.body>;
type Preview = z.output<typeof campaigns.preview.answer>;

/** Renders with the contact's values, or without any. A text that cannot be rendered is returned unchanged, with its errors. */
export async function previewText(tx: Tx, workspaceId: string, input: Input, shortLinks: ShortLinks): Promise<Preview> {
  const workspace = await getWorkspace(tx, workspaceId);
  const senderFaults: Finding[] = [];
  const address = await senderAddress(tx, workspaceId, input.sender, senderFaults);
  // No network takes a reply to a name.
  const sender = address === null ? null : { can_receive: !isName(address) };
  const optOutText = optOutTextOf(input, workspace, sender, shortLinks);
  const linked = { text: input.text, shorten_links: input.links.shorten };
  const errors = [...textErrors(linked, optOutText, shortLinks), ...senderFaults];
  const contact = input.contact_id ? await getContact(tx, workspaceId, input.contact_id) : null;
  const values: TemplateValues = {
    ...(contact ? { contact } : {}),
    workspace: { name: workspace.name },
    sender: { address },
    preferences_link: shortLinks.preferences.filler,
  };
  const parsed = readText(linked, shortLinks);
  const rendered = parsed.ok ? renderText(parsed.template, values, optOutText) : null;
  if (rendered?.ok) {
    const { text, encoding, segments } = rendered;
    return { text, encoding, segments, errors };
  }
  const text = normaliseText(withOptOutText(input.text, optOutText ?? ""));
  const { encoding, segments } = countSegments(text);
  return { text, encoding, segments, errors };
}

async function senderAddress(
  tx: Tx,
  workspaceId: string,
  ref: string | null | undefined,
  errors: Finding[],
): Promise<string | null> {
  try {
    return await resolveAddress(tx, workspaceId, ref);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    errors.push({ code: error.code, message: error.message, field: "sender", value: error.value });
    return null;
  }
}
