/**
 * Live updates as server-sent events, one stream for each client. A slow client is disconnected when its buffer is full, and loses
 * nothing, because the page fetches everything anew when it reconnects.
 */
import { Readable } from "node:stream";
import type { LiveUpdate } from "../../contract/live-updates.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";

export interface StreamLimits {
  /** Octets buffered for a client; thousands of updates. */
  maxBuffered: number;
  /** Milliseconds without an event after which a comment is sent: proxies close connections that are silent for a minute. */
  silence: number;
  /** Milliseconds after which a client that does not read its buffer is disconnected. */
  stuckTimeout: number;
}

export const streamLimits: StreamLimits = { maxBuffered: 64 * 1024, silence: 25_000, stuckTimeout: 60_000 };

/** Opens a stream of a workspace's live updates; it ends with `signal`, and is destroyed when its client does not read. */
export function openLiveUpdates(
  liveUpdates: Pick<LiveUpdates, "listen">,
  workspaceId: string,
  signal: AbortSignal,
  { maxBuffered, silence, stuckTimeout }: StreamLimits = streamLimits,
): Readable {
  let silent: NodeJS.Timeout | undefined;
  let stuck: NodeJS.Timeout | undefined;
  const stream = new Readable({
    highWaterMark: 16 * 1024,
    // Called when the buffer was read.
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

  function send(text: string): void {
    if (stream.destroyed || stream.readableEnded) return;
    clearTimeout(silent);
    const wantsMore = stream.push(text);
    if (stream.readableLength > maxBuffered) return void stream.destroy();
    if (!wantsMore) stuck ??= setTimeout(() => stream.destroy(), stuckTimeout).unref();
    silent = setTimeout(() => send(": still here\n\n"), silence).unref();
  }

  const end = () => {
    stopListening();
    clearTimeout(silent);
    if (!stream.destroyed) stream.push(null);
  };
  const onUpdate = (item: LiveUpdate) => send(`event: news\ndata: ${JSON.stringify(item)}\n\n`);
  const stopListening = liveUpdates.listen(workspaceId, onUpdate);
  signal.addEventListener("abort", end, { once: true });
  // `retry` is the browser's delay before it reconnects. The comment makes proxies pass the stream's start on.
  send("retry: 2000\n: here you are\n\n");
  if (signal.aborted) end();
  return stream;
}
