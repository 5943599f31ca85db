import type { LiveUpdates } from "../kit/live-updates.ts";

/** The most texts of one batch of which each contact's conversation is published by itself. */
export const mostByName = 50;

/**
 * Publishes that texts to or from these contacts changed, so that open conversations show it. Null, for many at once as while a campaign
 * is being sent, publishes only that some did: a notice for each would cost more than the texts.
 */
export function publishConversations(
  liveUpdates: Pick<LiveUpdates, "publish">,
  workspaceId: string,
  contactIds: readonly string[] | null,
): void {
  if (contactIds === null) liveUpdates.publish(workspaceId, "conversation", null);
  else for (const id of new Set(contactIds)) liveUpdates.publish(workspaceId, "conversation", id);
}
