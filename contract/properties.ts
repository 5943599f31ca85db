/** What contacts have of their own: a town, a customer's number. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";

export const properties = {
  list: endpoint({
    method: "GET",
    path: "/properties",
    summary: "The keys of the properties that the workspace's contacts have, by name.",
    permission: "contacts:read",
    answer: z.object({
      items: z.array(z.object({ key: z.string().describe("as `contact.properties.<key>` in texts") })),
      next_cursor: z.null(),
    }),
  }),
} satisfies Resource;
