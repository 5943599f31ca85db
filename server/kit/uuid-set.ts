/**
 * Ids as a parameter that is cast to `uuid[]`, each once and nulls left out; quicker to write and to read than an array of texts. For
 * `= any(…)`, never for a column of rows, whose ids may repeat.
 */
export const uuidSet = (ids: Iterable<string | null>): string =>
  `{${[...new Set(ids)].filter((id) => id !== null).join(",")}}`;
