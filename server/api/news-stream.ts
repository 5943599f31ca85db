/**
 * News as server-sent events, a stream for each client. Events are not buffered for a slow client: it is disconnected, and loses
 * nothing, because the page fetches everything anew when it connects again.
 */
import { Readable } from "node:stream";
import type { NewsItem } from "../../contract/news.ts";
import type { News } from "../kit/news.ts";

export interface StreamLimits {
  /** Octets that may wait for a client; thousands of news. */
  mostWaiting: number;
  /** Milliseconds of silence after which a sign of life goes out: proxies close what is silent for a minute. */
  silence: number;
  /** Milliseconds within which a client takes what waits for it. */
  patience: number;
}

export const streamLimits: StreamLimits = { mostWaiting: 64 * 1024, silence: 25_000, patience: 60_000 };

/** Opens a stream of a workspace's news; it ends with `signal`, and is destroyed when its client does not read. */
export function openNewsStream(
  news: Pick<News, "listen">,
  workspaceId: string,
  signal: AbortSignal,
  { mostWaiting, silence, patience }: StreamLimits = streamLimits,
): Readable {
  let silent: NodeJS.Timeout | undefined;
  let stuck: NodeJS.Timeout | undefined;
  const stream = new Readable({
    highWaterMark: 16 * 1024,
    // Asked for more: what waited was taken.
    read() {
      clearTimeout(stuck);
      stuck = undefined;
    },
    destroy(error, done) {
      clearTimeout(silent);
      clearTimeout(stuck);
      stopListening();
      signal.removeEventListener("abort", end);
      done(error);
    },
  });

  function say(text: string): void {
    if (stream.destroyed || stream.readableEnded) return;
    clearTimeout(silent);
    const wantsMore = stream.push(text);
    if (stream.readableLength > mostWaiting) return void stream.destroy();
    if (!wantsMore) stuck ??= setTimeout(() => stream.destroy(), patience).unref();
    silent = setTimeout(() => say(": still here\n\n"), silence).unref();
  }

  const end = () => {
    stopListening();
    clearTimeout(silent);
    if (!stream.destroyed) stream.push(null);
  };
  const onNews = (item: NewsItem) => say(`event: news\ndata: ${JSON.stringify(item)}\n\n`);
  const stopListening = news.listen(workspaceId, onNews);
  signal.addEventListener("abort", end, { once: true });
  // The browser connects again after this many milliseconds. The comment opens the stream through proxies.
  say("retry: 2000\n: here you are\n\n");
  if (signal.aborted) end();
  return stream;
}
