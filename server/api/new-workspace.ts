import { createDefaultSubscriptionTypes } from "../consent/subscription-types.ts";
import { createDefaultSender } from "../numbers/senders.ts";
import type { Seed } from "../workspaces/create-workspace.ts";
import { getWorkspace } from "../workspaces/workspace.ts";

/** What every new workspace begins with: its subscription types and a number to send from. */
export const seedWorkspace: Seed = async (tx, workspaceId, at) => {
  const { language } = await getWorkspace(tx, workspaceId);
  await createDefaultSubscriptionTypes(tx, workspaceId, language, at);
  await createDefaultSender(tx, workspaceId, at);
};
