/**
 * Texts with secrets, such as a single-use link to sign in. The ledger, and so everything that reads it, has what is shown in place of
 * the secrets. The text itself is in the row of the queue or of the parked texts only, encrypted with the installation's key, and is
 * gone with that row once the text is settled.
 */
import type { Seal } from "../kit/seal.ts";

interface SealedText {
  text: string;
}

const context = (workspaceId: string, messageId: string) => `text ${workspaceId} ${messageId}`;

/** Seals the text of a message. */
export function sealText(seal: Pick<Seal, "close">, workspaceId: string, messageId: string, text: string): Buffer {
  return seal.close({ text } satisfies SealedText, context(workspaceId, messageId));
}

/** The text that is sent: the sealed one where there is one, else the ledger's. Throws where it was sealed with another key. */
export function openText(
  seal: Pick<Seal, "open">,
  workspaceId: string,
  { message_id, text, sealed }: { message_id: string; text: string; sealed: Buffer | null },
): string {
  return sealed === null ? text : (seal.open(sealed, context(workspaceId, message_id)) as SealedText).text;
}
