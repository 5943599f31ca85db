/**
 * Notifies open pages, connected to any process, that something changed. It uses PostgreSQL's NOTIFY, outside of transactions and
 * on a best-effort basis: a page that missed one shows the old state until its next fetch, so no logic may depend on them.
 */
import pg from "pg";
import type { LiveUpdate } from "../../contract/live-updates.ts";
import { singleConnection } from "./connection.ts";
import type { Logger } from "./log.ts";

/** What messages were sent by. */
export interface MessageSource {
  source_type: string;
  source_id: string | null;
}

/** The topics of sources, by their type. Each domain that sends messages registers its own. */
export type SourceTopics = Readonly<Record<string, LiveUpdate["topic"]>>;

/** Publishes and receives live updates. */
export interface LiveUpdates {
  /** Publishes that a thing changed: at once, then at most four times a second while it keeps changing. */
  publish(workspaceId: string, topic: LiveUpdate["topic"], id: string | null): void;
  /** Publishes that messages of these sources changed, under the topics of their domains; sources without one are of no page. */
  publishSources(workspaceId: string, sources: Iterable<MessageSource>): void;
  /** Calls `onUpdate` for each change in a workspace until the returned function is called. */
  listen(workspaceId: string, onUpdate: (item: LiveUpdate) => void): () => void;
  /**
   * Calls `onNotice` with each payload of a pg_notify on the channel `name`, once its transaction has committed; with null after
   * an interruption, in which anything may have been missed. Resolves when it listens.
   */
  subscribe(name: string, onNotice: (payload: string | null) => void): Promise<() => void>;
}

const channel = "varsla_news";
const interval = 250; // milliseconds between two updates of the same thing
const reconnectAfter = 1_000;

/** Starts listening on `connection` and publishes through `pool`. */
export async function startLiveUpdates(options: {
  connection: string;
  pool: pg.Pool;
  log: Logger;
  topics?: SourceTopics;
}): Promise<LiveUpdates & { stop(): Promise<void> }> {
  const { pool, log, topics = {} } = options;
  const listeners = new Map<string, Set<(item: LiveUpdate) => void>>();
  const subscribers = new Map<string, Set<(payload: string | null) => void>>();
  /** Things published within the last interval; true: changed again since. */
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
      else for (const onNotice of subscribers.get(name) ?? []) onNotice(payload);
    });
    let lost = false;
    const onLost = (error?: Error) => {
      if (lost || stopped) return;
      lost = true;
      client = null;
      log.warn({ err: error }, "lost the connection for live updates; connecting again");
      later(reconnectAfter, () => connect().catch(() => {})); // a failure calls onLost again
    };
    next.on("error", onLost);
    next.on("end", () => onLost());
    try {
      await next.connect();
      for (const name of [channel, ...subscribers.keys()]) await next.query(`listen ${pg.escapeIdentifier(name)}`);
      client = next;
    } catch (error) {
      onLost(error as Error);
      throw error;
    }
    if (stopped) return void (await next.end());
    for (const each of subscribers.values()) for (const onNotice of each) onNotice(null);
  }

  function deliver(payload: string): void {
    const [workspaceId, topic, id] = JSON.parse(payload) as [string, LiveUpdate["topic"], string | null];
    for (const onUpdate of listeners.get(workspaceId) ?? []) onUpdate({ topic, id });
  }

  function send(thing: string): void {
    outgoing.push(thing);
    sending ??= flush();
  }

  /** Things published while one statement runs are sent together with the next. */
  async function flush(): Promise<void> {
    try {
      while (outgoing.length > 0) {
        const batch = outgoing;
        outgoing = [];
        await pool.query("select pg_notify($1, thing) from unnest($2::text[]) as thing", [channel, batch]);
      }
    } catch (error) {
      outgoing = [];
      if (!stopped) log.warn({ err: error }, "could not publish live updates");
    } finally {
      sending = null;
    }
  }

  function throttle(thing: string): void {
    recent.set(thing, false);
    later(interval, () => {
      const again = recent.get(thing);
      recent.delete(thing);
      if (!again || stopped) return;
      send(thing);
      throttle(thing);
    });
  }

  await connect();

  function publish(workspaceId: string, topic: LiveUpdate["topic"], id: string | null): void {
    if (stopped) return;
    const thing = JSON.stringify([workspaceId, topic, id]);
    if (recent.has(thing)) {
      recent.set(thing, true);
    } else {
      send(thing);
      throttle(thing);
    }
  }

  return {
    publish,
    publishSources(workspaceId, sources) {
      const seen = new Set<string>();
      for (const { source_type, source_id } of sources) {
        const topic = topics[source_type];
        if (!topic || source_id === null || seen.has(source_id)) continue;
        seen.add(source_id);
        publish(workspaceId, topic, source_id);
      }
    },
    listen(workspaceId, onUpdate) {
      const set = listeners.get(workspaceId) ?? new Set();
      listeners.set(workspaceId, set);
      set.add(onUpdate);
      return () => {
        set.delete(onUpdate);
        if (set.size === 0) listeners.delete(workspaceId);
      };
    },
    async subscribe(name, onNotice) {
      const known = subscribers.get(name);
      const set = known ?? new Set();
      subscribers.set(name, set.add(onNotice));
      // Without a connection, the next one listens on it.
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
