import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";

/** What changed, so that an open page fetches it again. It carries no data. */
export const LiveUpdate = z.object({
  topic: z.enum([
    "campaign",
    "import",
    "bulk",
    "conversation",
    "sandbox",
    "contact",
    "usage",
    "alert",
    "webhook",
    "editors",
    "booking",
    "workflow",
    "event",
    "template",
  ]),
  id: z.string().nullable(),
});
export type LiveUpdate = z.infer<typeof LiveUpdate>;

export const liveUpdates = {
  stream: endpoint({
    method: "GET",
    path: "/news",
    summary:
      "Server-sent events, one `news` event per change in the workspace, at most four a second per topic and id.",
    permission: "workspace:read",
    query: z.object({ workspace: z.uuid().optional().describe("for clients that cannot set the X-Workspace header") }),
    answerType: "text/event-stream",
  }),
} satisfies Resource;
