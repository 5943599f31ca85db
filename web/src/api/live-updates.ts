import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { LiveUpdate } from "../../../contract/live-updates.ts";
import { urlOf } from "./client.ts";
import { type ResourceName, routeTable } from "./route-table.ts";

/** What to refetch after a change of each topic: resources, or single endpoints where a resource has several. */
const stale: Record<LiveUpdate["topic"], readonly (readonly [ResourceName, ...string[]])[]> = {
  campaign: [["campaigns"]],
  import: [
    ["contacts", "imports"],
    ["contacts", "getImport"],
    ["bookings", "getImport"],
    ["orders", "getImport"],
    ["contacts", "list"],
    ["lists"],
    ["properties"],
  ],
  bulk: [
    ["contacts", "bulkChanges"],
    ["contacts", "getBulk"],
  ],
  conversation: [["messages"], ["contacts", "timeline"]],
  sandbox: [["sandbox"], ["messages"]],
  contact: [["contacts"], ["consent"], ["lists"], ["tray"], ["messages"]],
  usage: [["usage"]],
  alert: [["alerts"]],
  webhook: [["webhooks"]],
  editors: [["editors"]],
  booking: [["bookings"], ["workflows", "upcoming"]],
  workflow: [["workflows"], ["bookings", "decisions"]],
  event: [["events"], ["ticketTypes"], ["products"], ["orders"]],
  template: [["templates"]],
};

/** The query keys that a live update of a topic makes stale. */
export function staleKeys(topic: string): readonly (readonly string[])[] {
  return Object.hasOwn(stale, topic) ? stale[topic as LiveUpdate["topic"]] : [];
}

/** Whether a query of such a key is about the texts of other contacts than the one that changed. */
export const isAboutOther = (key: readonly unknown[], { topic, id }: LiveUpdate) =>
  id !== null &&
  (topic === "conversation" || topic === "contact") &&
  (key[0] === "messages" || key[1] === "timeline") &&
  !JSON.stringify(key).includes(id);

/** Of texts to unnamed contacts, as while many are being sent, conversations are fetched again this often at most, in ms. */
const conversationsEvery = 2000;

/** How long a connection may be broken before the page says so, in ms: most browsers reconnect at once. */
const reconnectGrace = 3000;

/**
 * Listens to the server's live updates and refetches what changed. After an interruption everything is stale, since updates may
 * have been missed. Returns whether the connection is lost.
 */
export function useLiveUpdates(workspaceId: string): { lost: boolean } {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let source: EventSource | undefined;
    let broken = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let notice: ReturnType<typeof setTimeout> | undefined;
    let conversations: ReturnType<typeof setTimeout> | undefined;
    let attempt = 0;

    const open = () => {
      source = new EventSource(urlOf(routeTable.news.stream, { query: { workspace: workspaceId } }));
      source.addEventListener("open", () => {
        attempt = 0;
        clearTimeout(notice);
        notice = undefined;
        setLost(false);
        if (broken) void client.invalidateQueries();
        broken = false;
      });
      source.addEventListener("news", (event) => {
        const update = JSON.parse((event as MessageEvent<string>).data) as LiveUpdate;
        const refetch = () => {
          for (const queryKey of staleKeys(update.topic)) {
            const predicate = (found: { queryKey: readonly unknown[] }) => !isAboutOther(found.queryKey, update);
            void client.invalidateQueries({ queryKey, predicate });
          }
        };
        if (update.topic !== "conversation" || update.id !== null) refetch();
        else
          conversations ??= setTimeout(() => {
            conversations = undefined;
            refetch();
          }, conversationsEvery);
      });
      source.addEventListener("error", () => {
        broken = true;
        notice ??= setTimeout(() => setLost(true), reconnectGrace);
        // A browser reconnects by itself, except after a response that is not a stream, as while the server starts.
        if (source?.readyState !== EventSource.CLOSED) return;
        attempt++;
        retry = setTimeout(open, Math.min(30_000, 1000 * 2 ** attempt));
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
      clearTimeout(notice);
      clearTimeout(conversations);
    };
  }, [client, workspaceId]);
  return { lost };
}
