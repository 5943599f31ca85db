import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { query } from "../api/queries.ts";

/** The keys of the properties that the workspace's contacts have; empty until they are loaded. */
export function usePropertyKeys(): readonly string[] {
  const { data } = useQuery(query("properties", "list"));
  return useMemo(() => data?.items.map(({ key }) => key) ?? [], [data]);
}

/** A property's label: its key, as words. */
export const propertyLabel = (key: string): string => key.replaceAll("_", " ");

/** A name as the key of a property: lower-case letters, digits and _. Null where nothing of it is left. */
export function propertyKey(name: string): string | null {
  const key = plainLetters(name)
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+/, "")
    .slice(0, 50)
    .replace(/_+$/, "");
  return key || null;
}

/**
 * Lower case without accents. Not fold() of rules/folding.ts, which also reads ﬁ, ², ł and full-width letters: a heading that
 * was imported once would get another key the next time, and its contacts a second property.
 */
const plainLetters = (words: string): string =>
  words
    .normalize("NFC")
    .toLowerCase()
    .replaceAll("ø", "o")
    .replaceAll("æ", "ae")
    .replaceAll("ß", "ss")
    .normalize("NFD")
    .replace(/\p{M}/gu, "");
