import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { NewsItem } from "../../../contract/news.ts";
import { urlOf } from "./client.ts";
import { type ResourceName, routeTable } from "./route-table.ts";

/** What to fetch again when something of a topic changed: resources, or single endpoints where a resource has several. */
const stale: Record<NewsItem["topic"], readonly (readonly [ResourceName, ...string[]])[]> = {
  campaign: [["campaigns"]],
  import: [["contacts", "imports"], ["contacts", "getImport"], ["contacts", "list"], ["lists"], ["properties"]],
  sandbox: [["sandbox"], ["messages"]],
  contact: [["contacts"], ["consent"], ["lists"], ["tray"]],
  usage: [["usage"]],
  alert: [["alerts"]],
  webhook: [["webhooks"]],
};

/** The query keys that a piece of news makes stale. */
export function staleKeys(topic: string): readonly (readonly string[])[] {
  return Object.hasOwn(stale, topic) ? stale[topic as NewsItem["topic"]] : [];
}

/** Between "the connection broke" and saying so: a browser that reconnects at once need not mention it. */
const patience = 3000;

/**
 * Listens to the server's news and makes what changed be fetched again. After an interruption everything is stale, since
 * nobody knows what was missed. Answers whether the connection is lost.
 */
export function useNews(workspaceId: string): { lost: boolean } {
  const client = useQueryClient();
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let source: EventSource | undefined;
    let broken = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let saying: ReturnType<typeof setTimeout> | undefined;
    let attempt = 0;

    const open = () => {
      source = new EventSource(urlOf(routeTable.news.stream, { query: { workspace: workspaceId } }));
      source.addEventListener("open", () => {
        attempt = 0;
        clearTimeout(saying);
        saying = undefined;
        setLost(false);
        if (broken) void client.invalidateQueries();
        broken = false;
      });
      source.addEventListener("news", (event) => {
        const { topic } = JSON.parse((event as MessageEvent<string>).data) as NewsItem;
        for (const queryKey of staleKeys(topic)) void client.invalidateQueries({ queryKey });
      });
      source.addEventListener("error", () => {
        broken = true;
        saying ??= setTimeout(() => setLost(true), patience);
        // A browser reconnects by itself, except after an answer that is no stream, as while the server starts.
        if (source?.readyState !== EventSource.CLOSED) return;
        attempt++;
        retry = setTimeout(open, Math.min(30_000, 1000 * 2 ** attempt));
      });
    };
    open();
    return () => {
      source?.close();
      clearTimeout(retry);
      clearTimeout(saying);
    };
  }, [client, workspaceId]);
  return { lost };
}
