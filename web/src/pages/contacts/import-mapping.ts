/** Which column of a file becomes which field, while the user is choosing. */
import { propertyKey } from "../../lib/property-keys.ts";

/** What each column becomes, by its position: a file may have headings that are alike, or none. */
export type Mapping = readonly string[];

/** Fields of people who do not want to be written to: several columns may be mapped to them, and the server obeys unmapped ones too. */
const limitsConsent = new Set(["consent", "opted_out"]);

/** The positions of the columns of each field that several columns are mapped to. */
export function mappedTwice(mapping: Mapping): Map<string, number[]> {
  const positions = [...mapping.keys()].filter((at) => {
    const field = mapping[at] as string;
    return field !== "ignore" && !limitsConsent.has(field);
  });
  const columns = Map.groupBy(positions, (at) => mapping[at] as string);
  return new Map([...columns].filter(([, several]) => several.length > 1));
}

/** The position of a column of consents for which no subscription type is chosen; -1 where there is none. */
export const consentColumn = (mapping: Mapping): number => mapping.findIndex((field) => field.startsWith("consent"));

/** The mapping is part of the URL: usual proxies refuse longer ones, and the server refuses twice this. */
const longestMapping = 7_000;

/**
 * The mapping in the server's format, columns by their number; null where it would be too long. Columns that are not imported are left
 * out, unless the server would obey the column by its own guess.
 */
export function writeMapping(mapping: Mapping, guessed: Mapping): string | null {
  const sent = [...mapping.entries()].filter(
    ([at, field]) => field !== "ignore" || limitsConsent.has(guessed[at] ?? ""),
  );
  const json = JSON.stringify(Object.fromEntries(sent.map(([at, field]) => [`#${at + 1}`, field])));
  return encodeURIComponent(json).length > longestMapping ? null : json;
}

/** Fields that identify a contact. */
const findable = new Set(["mobile", "phone", "email"]);
export const tellsWho = (mapping: Mapping): boolean => mapping.some((field) => findable.has(field));

/** A unique property key for each column: small letters, figures and _; the column's number for headings with none of these. */
export function propertyKeys(headings: readonly string[]): string[] {
  const taken = new Set<string>();
  return headings.map((heading, index) => {
    const wanted = (propertyKey(heading) ?? `column_${index + 1}`).slice(0, 46);
    let key = wanted;
    for (let n = 2; taken.has(key); n++) key = `${wanted}_${n}`;
    taken.add(key);
    return key;
  });
}

/** The properties that a column with this `field` can become: its present one, its own key, then those that contacts have already. */
export function propertiesFor(field: string, own: string, known: readonly string[]): string[] {
  const chosen = field.startsWith("property:") ? field.slice("property:".length) : own;
  return [...new Set([chosen, own, ...known])];
}
