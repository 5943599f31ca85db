/** A page that is open: it hears the news of a workspace from one API process. */
import type { NewsItem } from "../../contract/news.ts";

export interface OpenPage {
  /** What it heard so far, and when. */
  heard: { item: NewsItem; at: number }[];
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
  const heard: OpenPage["heard"] = [];
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
        if (data) heard.push({ item: JSON.parse(data) as NewsItem, at: Date.now() });
      }
    }
  })().catch(() => {}); // closed by us, or with its process
  return { heard, close: () => closing.abort() };
}
