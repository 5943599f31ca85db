import type { CampaignStatus } from "../../../../contract/campaigns.ts";

/** Whether it can be written, reviewed and sent: of what failed nothing was sent. */
export const isUnsent = (status: CampaignStatus) => status === "draft" || status === "failed";

/** In the order of a campaign's life. The contract's own list would bring zod along. */
export const statuses = [
  "draft",
  "preparing",
  "sending",
  "sent",
  "failed",
] as const satisfies readonly CampaignStatus[];
