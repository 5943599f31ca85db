/** Secrets in a message: what only its recipient may read, such as a single-use link to sign in. */
import { mapTexts } from "./map-texts.ts";

export interface Secret {
  /** As the recipient gets it. */
  value: string;
  /** What stands for it wherever else the message is shown. */
  shown: string;
}

/**
 * The values of placeholders with what is shown in place of each secret. Masked before the text is rendered, since a filter could
 * change a secret into what would not be found in the text.
 */
export function maskSecrets<T>(values: T, secrets: readonly Secret[]): T {
  const hidden = secrets.filter(({ value }) => value !== "");
  return mapTexts(values, (text) =>
    hidden.reduce((masked, { value, shown }) => masked.replaceAll(value, () => shown), text),
  );
}
