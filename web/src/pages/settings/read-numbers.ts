/** Numbers as people type them; undefined for what is none. */

/** Whole seconds from 0 to 60. */
export function readSeconds(text: string): number | undefined {
  const seconds = /^\d{1,2}$/.test(text.trim()) ? Number(text) : Number.NaN;
  return seconds <= 60 ? seconds : undefined;
}

/** A price above 0, with a comma or a point; null for none. */
export function readAmount(text: string): number | null | undefined {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return null;
  if (!/^\d{1,4}(\.\d{1,6})?$/.test(trimmed)) return undefined;
  const amount = Number(trimmed);
  return amount > 0 && amount <= 1000 ? amount : undefined;
}
