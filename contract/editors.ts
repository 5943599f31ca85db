import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id } from "./shapes.ts";

/** Somebody who has a draft open. */
export const Editor = z.object({ id: Id, name: z.string() });
export type Editor = z.infer<typeof Editor>;

/** Who has a draft open, so that two people see each other before one's change is refused (`campaign_changed`). */
export const editors = {
  keep: endpoint({
    method: "PUT",
    path: "/campaigns/:id/editors",
    summary:
      "Says that the caller has the draft open, and answers who else has. It counts for 30 seconds; repeat it every ten.",
    permission: "campaigns:write",
    params: ById,
    answer: z.object({ items: z.array(Editor), next_cursor: z.null() }),
  }),
  leave: endpoint({
    method: "DELETE",
    path: "/campaigns/:id/editors",
    summary: "Says that the caller has closed the draft.",
    permission: "campaigns:write",
    params: ById,
    status: 204,
  }),
} satisfies Resource;
