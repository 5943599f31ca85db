import type { NewsItem, news } from "../../contract/news.ts";
import type { Handlers } from "../kit/http.ts";
import type { News } from "../kit/news.ts";

/** Proxies close a connection that is silent for a minute; half of that leaves room. */
const heartbeatEvery = 25_000; // milliseconds

/** News of the workspace as server-sent events. */
export function newsRoutes(services: { news: Pick<News, "listen"> }): Handlers<typeof news> {
  return {
    async stream({ actor, signal }) {
      return eventsOf(services.news, actor.workspaceId, signal);
    },
  };
}

async function* eventsOf(news: Pick<News, "listen">, workspaceId: string, signal: AbortSignal): AsyncIterable<string> {
  const waiting: NewsItem[] = [];
  let wake = () => {};
  const stopListening = news.listen(workspaceId, (item) => {
    waiting.push(item);
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener("abort", onAbort);
  let timer: NodeJS.Timeout | undefined;
  try {
    // The browser connects again after this many milliseconds. The comment opens the stream through proxies.
    yield "retry: 2000\n: here you are\n\n";
    while (!signal.aborted) {
      const due = waiting.splice(0);
      if (due.length > 0) {
        yield due.map((item) => `event: news\ndata: ${JSON.stringify(item)}\n\n`).join("");
        continue;
      }
      const silent = await new Promise<boolean>((done) => {
        wake = () => done(false);
        timer = setTimeout(() => done(true), heartbeatEvery);
        timer.unref();
      });
      clearTimeout(timer);
      wake = () => {};
      if (silent) yield ": still here\n\n";
    }
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
    stopListening();
  }
}
