import { fold } from "../../../../rules/folding.ts";
import { nameWords } from "../../../../rules/name-words.ts";

/** What a command is found by. */
export interface Findable {
  label: string;
  /** Its synonyms. */
  words?: string;
  /** Shown before anything is typed. */
  usual: boolean;
}

/**
 * The commands that match a text: every word of it begins one of the command's words, ignoring case and accents, or the label
 * contains it as it is. Matches in the label come before matches in the synonyms.
 */
export function findCommands<C extends Findable>(commands: readonly C[], text: string): C[] {
  const wanted = fold(text.trim());
  if (wanted === "") return commands.filter(({ usual }) => usual);
  const wantedWords = nameWords(wanted);
  const begin = (words: string[]) =>
    wantedWords.length > 0 && wantedWords.every((word) => words.some((each) => each.startsWith(word)));
  const rankOf = ({ label, words = "" }: C) => {
    const called = fold(label);
    const own = nameWords(called);
    if (called.startsWith(wanted)) return 0;
    if (begin(own)) return 1;
    if (called.includes(wanted)) return 2;
    return begin([...own, ...nameWords(fold(words))]) ? 3 : null;
  };
  return commands
    .map((command) => ({ command, rank: rankOf(command) }))
    .filter((each): each is { command: C; rank: 0 | 1 | 2 | 3 } => each.rank !== null)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ command }) => command);
}
