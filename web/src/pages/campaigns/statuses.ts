import type { CampaignStatus } from "../../../../contract/campaigns.ts";

/** In the order of a campaign's life. The contract's own list would bring zod along. */
export const statuses = [
  "draft",
  "preparing",
  "sending",
  "sent",
  "failed",
] as const satisfies readonly CampaignStatus[];
