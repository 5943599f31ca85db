import type { Readable } from "node:stream";
import type { liveUpdates as liveUpdatesContract } from "../../contract/live-updates.ts";
import { Problem } from "../kit/errors.ts";
import type { Actor, Handlers } from "../kit/http.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { openLiveUpdates, type StreamLimits, streamLimits } from "./live-updates-stream.ts";

export interface LiveUpdateLimits extends StreamLimits {
  /** Concurrent streams in one process. Each open page has one, and a person has several pages open. */
  perPerson: number;
  perWorkspace: number;
}

const defaultLimits: LiveUpdateLimits = { ...streamLimits, perPerson: 20, perWorkspace: 500 };
const tryAgainAfter = 10; // seconds

/** The call that streams the workspace's live updates as server-sent events. */
export function liveUpdatesRoutes(
  services: { liveUpdates: Pick<LiveUpdates, "listen"> },
  limits = defaultLimits,
): Handlers<typeof liveUpdatesContract> {
  const open = new Map<string, number>();

  /** Counts a stream for as long as it is open; 429 when there are too many. */
  function count(stream: () => Readable, counted: readonly (readonly [who: string, max: number])[]): Readable {
    for (const [who, max] of counted) {
      if ((open.get(who) ?? 0) < max) continue;
      const message = `More than ${max} streams of news are open ${who.startsWith("workspace") ? "in this workspace" : "to this caller"}; close some.`;
      throw new Problem(429, "too_many_streams", message, { retryAfter: tryAgainAfter });
    }
    for (const [who] of counted) open.set(who, (open.get(who) ?? 0) + 1);
    return stream().once("close", () => {
      for (const [who] of counted) {
        const left = (open.get(who) ?? 1) - 1;
        if (left === 0) open.delete(who);
        else open.set(who, left);
      }
    });
  }

  return {
    async stream({ actor, signal }) {
      return count(
        () => openLiveUpdates(services.liveUpdates, actor.workspaceId, signal, limits),
        [
          [callerOf(actor), limits.perPerson],
          [`workspace ${actor.workspaceId}`, limits.perWorkspace],
        ],
      );
    },
  };
}

/** A key is identified by its id, since several may have the same name. */
const callerOf = ({ userId, key }: Actor) => (userId ? `person ${userId}` : `key ${key?.id}`);
