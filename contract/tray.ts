/** Received texts about which a person has to decide. */
import { z } from "zod";
import { PossibleOptOut } from "./contacts.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Paging, page } from "./shapes.ts";

export const TrayItem = PossibleOptOut.extend({
  kind: z.literal("opt_out").describe("opt_out: a received text that looks like a STOP but is not exactly one"),
  contact: z.object({ id: Id, name: z.string().nullable() }).nullable().describe("the contact with this number"),
});
export type TrayItem = z.infer<typeof TrayItem>;

export const tray = {
  list: endpoint({
    method: "GET",
    path: "/tray",
    summary:
      "Undecided received texts that look like an opt-out (“Stop. Thank you”, a STOP above a signature), oldest first.",
    permission: "consent:read",
    query: z.object({ ...Paging }),
    answer: page(TrayItem),
  }),
  decide: endpoint({
    method: "POST",
    path: "/tray/:id",
    summary:
      "Decides about one text and removes it from the tray: opt_out records an opt-out from the sender that it was sent to, and after the answer no text that this forbids is submitted any more; 404 if it is decided already.",
    permission: "consent:write",
    params: ById,
    body: z.object({ decision: z.enum(["opt_out", "ignore"]) }),
    status: 204,
  }),
} satisfies Resource;
