import type { Readable } from "node:stream";
import type { news } from "../../contract/news.ts";
import { Problem } from "../kit/errors.ts";
import type { Actor, Handlers } from "../kit/http.ts";
import type { News } from "../kit/news.ts";
import { openNewsStream, type StreamLimits, streamLimits } from "./news-stream.ts";

export interface NewsLimits extends StreamLimits {
  /** Streams at a time in one process. Each open page has one, and each person some open pages. */
  perPerson: number;
  perWorkspace: number;
}

const usual: NewsLimits = { ...streamLimits, perPerson: 20, perWorkspace: 500 };
const tryAgainAfter = 10; // seconds

/** News of the workspace as server-sent events. */
export function newsRoutes(services: { news: Pick<News, "listen"> }, limits = usual): Handlers<typeof news> {
  const open = new Map<string, number>();

  /** Counts a stream for as long as it is open; 429 where there are too many. */
  function count(stream: () => Readable, counted: readonly (readonly [who: string, most: number])[]): Readable {
    for (const [who, most] of counted) {
      if ((open.get(who) ?? 0) < most) continue;
      const message = `More than ${most} streams of news are open ${who.startsWith("workspace") ? "in this workspace" : "to this caller"}; close some.`;
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
        () => openNewsStream(services.news, actor.workspaceId, signal, limits),
        [
          [callerOf(actor), limits.perPerson],
          [`workspace ${actor.workspaceId}`, limits.perWorkspace],
        ],
      );
    },
  };
}

/** A key by its id: its name may be given to many. */
const callerOf = ({ userId, key }: Actor) => (userId ? `person ${userId}` : `key ${key?.id}`);
