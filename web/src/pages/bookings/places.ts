/** The services, locations and resources of the workspace, for choosing one. */
import { useQuery } from "@tanstack/react-query";
import { query } from "../../api/queries.ts";

const all = { query: { limit: 200 } } as const;

export const useServices = () => useQuery(query("services", "list", all)).data?.items ?? [];
export const useLocations = () => useQuery(query("locations", "list", all)).data?.items ?? [];
export const useResources = () => useQuery(query("resources", "list", all)).data?.items ?? [];
