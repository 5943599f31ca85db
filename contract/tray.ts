/** What waits for a person to decide. */
import { z } from "zod";
import { PossibleOptOut } from "./contacts.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Paging, page } from "./shapes.ts";

export const TrayItem = PossibleOptOut.extend({
  kind: z.literal("opt_out").describe("opt_out: a received text that looks like a STOP and is none by the word"),
  contact: z.object({ id: Id, name: z.string().nullable() }).nullable().describe("whose number it is"),
});
export type TrayItem = z.infer<typeof TrayItem>;

export const tray = {
  list: endpoint({
    method: "GET",
    path: "/tray",
    summary:
      "Received texts that look like an opt-out (“Stop. Thank you”, a STOP above a signature), oldest first: nothing was done about them yet.",
    permission: "consent:read",
    query: z.object({ ...Paging }),
    answer: page(TrayItem),
  }),
  decide: endpoint({
    method: "POST",
    path: "/tray/:id",
    summary:
      "Decides about one, and takes it out of the tray: opt_out records a STOP to the sender that was written to, and none of the texts that it forbids still leaves once this is answered; 404 when it is decided already.",
    permission: "consent:write",
    params: ById,
    body: z.object({ decision: z.enum(["opt_out", "ignore"]) }),
    status: 204,
  }),
} satisfies Resource;
