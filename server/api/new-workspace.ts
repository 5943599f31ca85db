import { createDefaultSubscriptionTypes } from "../consent/subscription-types.ts";
import { createDefaultSender } from "../senders/senders.ts";
import type { Seed } from "../workspaces/create-workspace.ts";
import { getWorkspace } from "../workspaces/workspace.ts";

/** Gives a new workspace its default subscription types and a sender. */
export const seedWorkspace: Seed = async (tx, workspaceId, at) => {
  const { language } = await getWorkspace(tx, workspaceId);
  await createDefaultSubscriptionTypes(tx, workspaceId, language, at);
  await createDefaultSender(tx, workspaceId, at);
};
