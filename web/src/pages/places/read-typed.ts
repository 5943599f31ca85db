/** Numbers as people type them: null for none, undefined for what is none of the kind. */

/** A whole number from `least` to `most`. */
export function readWhole(typed: string, least: number, most: number): number | null | undefined {
  const trimmed = typed.trim();
  if (trimmed === "") return null;
  const number = /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  return number >= least && number <= most ? number : undefined;
}

/** A price with at most two decimals, after a comma or a point. */
export function readPrice(typed: string): number | null | undefined {
  const trimmed = typed.trim().replace(",", ".");
  if (trimmed === "") return null;
  const price = /^\d{1,8}(\.\d{1,2})?$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  return price <= 10_000_000 ? price : undefined;
}
