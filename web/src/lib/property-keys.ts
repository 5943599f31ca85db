import { useQuery } from "@tanstack/react-query";
import { query } from "../api/queries.ts";

/** The keys of the properties that the workspace's contacts have; empty until the first answer. */
export function usePropertyKeys(): readonly string[] {
  const { data } = useQuery(query("properties", "list"));
  return data?.items.map(({ key }) => key) ?? none;
}

const none: readonly string[] = [];

/** What a property is called to people: its key, as words. */
export const propertyLabel = (key: string): string => key.replaceAll("_", " ");
