/** The sentence that tells recipients how to opt out: added to texts, and recognised in texts that already contain one. */
import type { Language } from "../contract/shapes.ts";
import { type KeywordSets, standardKeywords } from "./keyword-sets.ts";

/** A text with the opt-out text on a line of its own at the end. */
export function withOptOutText(text: string, optOutText: string): string {
  const ending = optOutText.trim();
  if (ending === "") return text;
  const body = text.trimEnd();
  return body === "" ? ending : `${body}\n${ending}`;
}

const byLink: Record<Language, string> = {
  en: "Opt out:",
  nb: "Meld deg av:",
  sv: "Avsluta:",
  da: "Afmeld:",
};

/** The opt-out text of a sender that cannot receive a STOP: a link to the recipient's page of preferences. */
export const optOutByLink = (language: Language, link: string): string => `${byLink[language]} ${link}`;

const instruction =
  /(?:reply|text|send|sms|write|svar|svare|svara|skriv|skicka)\s*(?:with|med)?\s*:?\s*["'«“”„‘]?\s*$/iu;

/**
 * Whether a text tells people to reply with a stop word: the word in capitals, or after "reply", "send" and the like.
 * "cancel" and "end" in a sentence do not count.
 */
export function tellsHowToStop(text: string, sets: KeywordSets = standardKeywords): boolean {
  const normal = text.normalize("NFC");
  const stops = sets.stop.map((word) => word.normalize("NFC").toUpperCase().split(" "));
  const allCapitals = text === text.toUpperCase();
  const words = [...normal.matchAll(/[\p{L}\p{N}]+/gu)].map((match) => ({ text: match[0], at: match.index }));
  return words.some(({ at }, from) =>
    stops.some((stop) => {
      const written = words.slice(from, from + stop.length).map((word) => word.text);
      if (written.length < stop.length || written.some((word, i) => word.toUpperCase() !== stop[i])) return false;
      if (!allCapitals && written.every((word) => word === word.toUpperCase())) return true;
      return instruction.test(normal.slice(Math.max(0, at - 30), at));
    }),
  );
}
