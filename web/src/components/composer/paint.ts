/** What the layer behind the field paints: the shown text split at chips and at characters outside the GSM alphabet. */
import { replaceSmartCharacters, ucs2Causes } from "../../../../rules/gsm-segments.ts";
import type { Chip, Range } from "./chips.ts";

export type Stroke =
  | { kind: "text" | "unusual"; text: string; start: number }
  | { kind: "chip"; text: string; start: number; chip: Chip };

/** The ranges of a shown text between its chips. */
export function plainStretches(shown: string, chips: readonly Chip[]): Range[] {
  const stretches: Range[] = [];
  let from = 0;
  for (const chip of chips) {
    if (chip.start > from) stretches.push({ start: from, end: chip.start });
    from = chip.end;
  }
  if (shown.length > from) stretches.push({ start: from, end: shown.length });
  return stretches;
}

/** Splits a shown text into strokes. Joined, they are the text again: the layer must wrap exactly as the field does. */
export function paint(shown: string, chips: readonly Chip[]): Stroke[] {
  const strokes: Stroke[] = chips.map((chip) => ({
    kind: "chip",
    text: shown.slice(chip.start, chip.end),
    start: chip.start,
    chip,
  }));
  for (const { start, end } of plainStretches(shown, chips)) {
    let from = start;
    for (const cause of ucs2Causes(shown.slice(start, end))) {
      const at = start + cause.index;
      if (at > from) strokes.push({ kind: "text", text: shown.slice(from, at), start: from });
      const last = strokes.at(-1);
      // Adjacent characters are underlined as one, so that a row of emoji is not a row of fragments.
      if (last?.kind === "unusual" && last.start + last.text.length === at) last.text += cause.character;
      else strokes.push({ kind: "unusual", text: cause.character, start: at });
      from = at + cause.character.length;
    }
    if (end > from) strokes.push({ kind: "text", text: shown.slice(from, end), start: from });
  }
  return strokes.sort((a, b) => a.start - b.start);
}

/** A character that forces UCS-2, its count, and its replacement. */
export interface Unusual {
  character: string;
  replacement: string | null;
  count: number;
}

/** The characters that force a text into UCS-2, in order of appearance, each once. */
export function unusualCharacters(text: string): Unusual[] {
  const found = new Map<string, Unusual>();
  for (const { character, replacement } of ucs2Causes(text)) {
    const known = found.get(character);
    if (known) known.count++;
    else found.set(character, { character, replacement, count: 1 });
  }
  return [...found.values()];
}

/** The stored text with one character replaced everywhere outside tokens, or with every replaceable one when null. */
export function replaceUnusual(text: string, character: string | null): string {
  if (character === null) return replaceSmartCharacters(text);
  let replaced = "";
  let from = 0;
  for (const cause of ucs2Causes(text)) {
    if (cause.character !== character || cause.replacement === null) continue;
    replaced += text.slice(from, cause.index) + cause.replacement;
    from = cause.index + cause.character.length;
  }
  return replaced + text.slice(from);
}

/** The smallest replacement that turns one text into another, so that undoing it is one small step. */
export function difference(before: string, after: string): (Range & { text: string }) | null {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < shorter - start && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
