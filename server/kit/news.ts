/**
 * Tells open pages, in whichever process, that something changed. Over PostgreSQL's NOTIFY, outside of transactions and
 * best effort: a page that missed one shows the old state until its next fetch, nothing is ever decided by news.
 */
import pg from "pg";
import type { NewsItem } from "../../contract/news.ts";
import { singleConnection } from "./connection.ts";
import type { Logger } from "./log.ts";

/** Sends and receives news. */
export interface News {
  /** Says that a thing changed; at once, then at most four times a second while it keeps changing. */
  tell(workspaceId: string, topic: NewsItem["topic"], id: string | null): void;
  /** Calls `onNews` for each change in a workspace until the returned function is called. */
  listen(workspaceId: string, onNews: (item: NewsItem) => void): () => void;
  /**
   * Calls `onNotice` with each payload that a transaction gave to pg_notify on `name`, once it is committed; with null after
   * an interruption, in which anything may have been missed. Resolves when it listens.
   */
  hear(name: string, onNotice: (payload: string | null) => void): Promise<() => void>;
}

const channel = "varsla_news";
const interval = 250; // milliseconds between two of the same thing
const reconnectAfter = 1_000;

/** Starts listening on `connection` and tells through `pool`. */
export async function startNews(options: {
  connection: string;
  pool: pg.Pool;
  log: Logger;
}): Promise<News & { stop(): Promise<void> }> {
  const { pool, log } = options;
  const listeners = new Map<string, Set<(item: NewsItem) => void>>();
  const hearers = new Map<string, Set<(payload: string | null) => void>>();
  /** Things told within the last interval; true: and changed again since. */
  const recent = new Map<string, boolean>();
  const timers = new Set<NodeJS.Timeout>();
  let outgoing: string[] = [];
  let sending: Promise<void> | null = null;
  let client: pg.Client | null = null;
  let stopped = false;

  function later(milliseconds: number, work: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, milliseconds);
    timer.unref();
    timers.add(timer);
  }

  async function connect(): Promise<void> {
    const next = new pg.Client({
      connectionString: options.connection,
      application_name: "varsla news",
      ...singleConnection,
    });
    next.on("notification", ({ channel: name, payload = "" }) => {
      if (name === channel) deliver(payload);
      else for (const onNotice of hearers.get(name) ?? []) onNotice(payload);
    });
    let lost = false;
    const onLost = (error?: Error) => {
      if (lost || stopped) return;
      lost = true;
      client = null;
      log.warn({ err: error }, "lost the connection that brings news; connecting again");
      later(reconnectAfter, () => connect().catch(() => {})); // a failure comes back here through onLost
    };
    next.on("error", onLost);
    next.on("end", () => onLost());
    try {
      await next.connect();
      for (const name of [channel, ...hearers.keys()]) await next.query(`listen ${pg.escapeIdentifier(name)}`);
      client = next;
    } catch (error) {
      onLost(error as Error);
      throw error;
    }
    if (stopped) return void (await next.end());
    for (const each of hearers.values()) for (const onNotice of each) onNotice(null);
  }

  function deliver(payload: string): void {
    const [workspaceId, topic, id] = JSON.parse(payload) as [string, NewsItem["topic"], string | null];
    for (const onNews of listeners.get(workspaceId) ?? []) onNews({ topic, id });
  }

  function send(thing: string): void {
    outgoing.push(thing);
    sending ??= flush();
  }

  /** Everything told while one NOTIFY is on its way goes with the next. */
  async function flush(): Promise<void> {
    try {
      while (outgoing.length > 0) {
        const batch = outgoing;
        outgoing = [];
        await pool.query("select pg_notify($1, thing) from unnest($2::text[]) as thing", [channel, batch]);
      }
    } catch (error) {
      outgoing = [];
      if (!stopped) log.warn({ err: error }, "could not tell news");
    } finally {
      sending = null;
    }
  }

  function rest(thing: string): void {
    recent.set(thing, false);
    later(interval, () => {
      const again = recent.get(thing);
      recent.delete(thing);
      if (!again || stopped) return;
      send(thing);
      rest(thing);
    });
  }

  await connect();

  return {
    tell(workspaceId, topic, id) {
      if (stopped) return;
      const thing = JSON.stringify([workspaceId, topic, id]);
      if (recent.has(thing)) {
        recent.set(thing, true);
      } else {
        send(thing);
        rest(thing);
      }
    },
    listen(workspaceId, onNews) {
      const set = listeners.get(workspaceId) ?? new Set();
      listeners.set(workspaceId, set);
      set.add(onNews);
      return () => {
        set.delete(onNews);
        if (set.size === 0) listeners.delete(workspaceId);
      };
    },
    async hear(name, onNotice) {
      const known = hearers.get(name);
      const set = known ?? new Set();
      hearers.set(name, set.add(onNotice));
      // Without a connection the next one listens to it.
      if (!known) await client?.query(`listen ${pg.escapeIdentifier(name)}`);
      return () => void set.delete(onNotice);
    },
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await sending;
      await client?.end();
    },
  };
}
