import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";

/** What changed, so that an open page fetches it again. Carries no data of its own. */
export const NewsItem = z.object({
  topic: z.enum(["campaign", "import", "sandbox", "contact", "usage", "alert", "webhook"]),
  id: z.string().nullable(),
});
export type NewsItem = z.infer<typeof NewsItem>;

export const news = {
  stream: endpoint({
    method: "GET",
    path: "/news",
    summary: "Server-sent events, one `news` event per change in the workspace, at most four a second per thing.",
    permission: "workspace:read",
    query: z.object({ workspace: z.uuid().optional().describe("where the X-Workspace header cannot be set") }),
    answerType: "text/event-stream",
  }),
} satisfies Resource;
