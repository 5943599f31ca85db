import type { campaigns as en } from "../en/campaigns.ts";
import type { Translation } from "../languages.ts";

export const campaigns: Translation<typeof en> = {
  title: "Campaigns",
};
