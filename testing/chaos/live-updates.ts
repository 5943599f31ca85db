/** An open page: it receives the live updates of a workspace from one API process. */
import type { LiveUpdate } from "../../contract/live-updates.ts";

export interface OpenPage {
  /** The updates received so far, and when. */
  received: { item: LiveUpdate; at: number }[];
  close(): void;
}

/** Opens it; resolves once the stream has begun. */
export async function openPage(url: string, apiKey: string): Promise<OpenPage> {
  const closing = new AbortController();
  const response = await fetch(`${url}/api/v1/news`, {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: closing.signal,
  });
  if (!response.ok || !response.body) throw new Error(`GET /news: ${response.status}`);
  const received: OpenPage["received"] = [];
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  await reader.read(); // the greeting
  void (async () => {
    let text = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (text + value).split("\n\n");
      text = events.pop() ?? "";
      for (const event of events) {
        const data = /^data: (.*)$/m.exec(event)?.[1];
        if (data) received.push({ item: JSON.parse(data) as LiveUpdate, at: Date.now() });
      }
    }
  })().catch(() => {}); // closed by us, or with its process
  return { received, close: () => closing.abort() };
}
