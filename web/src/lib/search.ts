/** Query strings as plain names and values: `?query=anna&status=sent`, with nothing quoted or nested. */

/** Reads a query string into text values; the last value of a repeated name is used. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** Writes text values into a query string, leaving out the empty ones. */
export function stringifySearch(values: Record<string, unknown>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== null && value !== "") search.set(name, String(value));
  }
  return search.size > 0 ? `?${search}` : "";
}
