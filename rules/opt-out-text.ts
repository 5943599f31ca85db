/** The sentence that tells people how to stop: added to a text, and looked for in texts that bring their own. */
import { defaultKeywords, type KeywordSets } from "./opt-out-keywords.ts";

/** A text with the opt-out text on a line of its own at the end. */
export function withOptOutText(text: string, optOutText: string): string {
  const ending = optOutText.trim();
  if (ending === "") return text;
  const body = text.trimEnd();
  return body === "" ? ending : `${body}\n${ending}`;
}

const instruction =
  /(?:reply|text|send|sms|write|svar|svare|svara|skriv|skicka)\s*(?:with|med)?\s*:?\s*["'«“”„‘]?\s*$/iu;

/**
 * Whether a text tells people to reply with a stop word: the word in capitals, or after "reply", "send" and the like.
 * "cancel" and "end" in a sentence are no such thing.
 */
export function tellsHowToStop(text: string, sets: KeywordSets = defaultKeywords): boolean {
  const stops = new Set(sets.stop.map((word) => word.normalize("NFC").toUpperCase()));
  const allCapitals = text === text.toUpperCase();
  for (const match of text.normalize("NFC").matchAll(/[\p{L}\p{N}]+/gu)) {
    const [word] = match;
    if (!stops.has(word.toUpperCase())) continue;
    if (!allCapitals && word === word.toUpperCase()) return true;
    if (instruction.test(text.normalize("NFC").slice(Math.max(0, match.index - 30), match.index))) return true;
  }
  return false;
}
