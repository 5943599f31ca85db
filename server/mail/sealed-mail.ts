/**
 * What of a mail only its recipient may read. It is in the row of the queue, encrypted with the installation's key, and gone with it:
 * the text of a confidential mail, and all texts of one with secrets, of which the ledger has what is shown in their place.
 */
import type { Seal } from "../kit/seal.ts";

/** The texts of a queued mail in place of the ledger's; a confidential mail has no other than `text`. */
export interface SealedTexts {
  subject?: string;
  text: string;
  html?: string | null;
}

const context = (workspaceId: string, mailId: string) => `mail ${workspaceId} ${mailId}`;

export function sealMail(seal: Pick<Seal, "close">, workspaceId: string, mailId: string, texts: SealedTexts): Buffer {
  return seal.close(texts, context(workspaceId, mailId));
}

/** The texts that are sealed, or none. Throws where they were sealed with another key. */
export function openMail(
  seal: Pick<Seal, "open">,
  workspaceId: string,
  mailId: string,
  sealed: Buffer | null,
): Partial<SealedTexts> {
  return sealed === null ? {} : (seal.open(sealed, context(workspaceId, mailId)) as SealedTexts);
}
