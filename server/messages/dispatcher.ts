/**
 * Serves lanes: leases them, works on a few at a time in turn, and lets them go when they are empty or others wait.
 *
 * Woken by NOTIFY when an idle lane gets work, and once a second by itself for what no notice reached: lanes whose pacing or
 * back-off is over, and lanes whose worker died.
 */
import pg from "pg";
import type { Carriers } from "../carriers/carrier.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { openLanePool } from "./lane-connection.ts";
import { type LaneContext, type LaneState, newLaneState, type Pause, serveLane } from "./lane.ts";
import { type LaneRow, laneChannel, leaseLanes, releaseLane, renewLeases, reviveLanes } from "./lanes-store.ts";
import { LeaseLost } from "./record.ts";

export interface Dispatcher {
  start(): Promise<void>;
  /** Finishes the batches under way and gives all lanes up. */
  stop(): Promise<void>;
}

export interface DispatcherServices {
  /**
   * Not the pool that requests use, and the carriers' and the receipts' is not either: a STOP keeps its connection while it
   * waits for what is being handed over, and enough of them would leave none to finish that with.
   */
  db: Db;
  carriers: Carriers;
  clock: Clock;
  news: Pick<News, "tell">;
  log: Logger;
  onReceipts: LaneContext["onReceipts"];
}

export interface DispatcherOptions {
  /** Lanes worked on at the same time; twice as many while each needs a moment only. */
  slots?: number;
  /** A worker that is silent for so long loses its lanes. */
  lease_ms?: number;
}

const sweepEvery = 1_000;
const quantum = 1_000;
/** An empty lane is kept this long: the next text then needs no lease. */
const linger = 2_000;
/** A lane that may go on within this time is kept. */
const shortWait = 2_000;
const failurePause = 1_000;
/**
 * Lanes that wait for a slot here, leased already: as many as are served in this time, so that thousands of lanes with a few
 * texts each are leased by the dozen, and lanes with much to do are left to other workers.
 */
const ahead = 200;
const mostAhead = 64;
/** Lanes that have a slot for less than this on average do with one connection: two of them fit into a slot. */
const aMoment = 100;

interface Held {
  lane: LaneRow;
  state: LaneState;
  lost: AbortController;
  /** performance.now() when the lease is over. */
  leaseEnds: number;
  running: boolean;
  /** Work was announced while it ran. */
  again: boolean;
  timer: NodeJS.Timeout | null;
}

/** A dispatcher over these carriers. */
export function createDispatcher(services: DispatcherServices, options: DispatcherOptions = {}): Dispatcher {
  const { db, carriers, clock, news, log, onReceipts } = services;
  const { slots = 4, lease_ms = 10_000 } = options;
  const worker = newId();
  const lease = { worker, seconds: lease_ms / 1000 };
  const key = (lane: Pick<LaneRow, "workspace_id" | "sender_id">) => `${lane.workspace_id} ${lane.sender_id}`;
  // Two connections a lane at work, held across the hand-over; apart from the pool that requests wait for.
  const pool = openLanePool({ ...db.workspacePool.options, max: slots * 2, idleTimeoutMillis: 30_000 }, log);

  const held = new Map<string, Held>();
  const ready: Held[] = [];
  let running = 0;
  let stopping = false;
  let leasing: Promise<void> | null = null;
  let leaseAgain = false;
  /** How long a lane has a slot of late, in milliseconds. */
  let serving = quantum;
  let listener: pg.Client | null = null;
  const timers: NodeJS.Timeout[] = [];
  const under = new Set<Promise<void>>();

  /** Takes lanes while there is room for them. One query at a time; calls meanwhile are one more. */
  function leaseMore(): void {
    if (stopping) return;
    if (leasing) {
      leaseAgain = true;
      return;
    }
    const reserve = Math.min(mostAhead, Math.floor((atOnce() * ahead) / serving));
    const room = atOnce() + reserve - running - ready.length;
    // A reserve is filled up when half of it is used, not lane by lane.
    if (room <= reserve / 2) return;
    leasing = (async () => {
      const before = performance.now();
      const lanes = await db.asSystem((tx) => leaseLanes(tx, { ...lease, now: clock.now() }, room));
      for (const lane of lanes) {
        const known = held.get(key(lane));
        if (known) drop(known);
        const lane_ = { lane, state: newLaneState(lane), lost: new AbortController(), leaseEnds: before + lease_ms };
        const taken: Held = { ...lane_, running: false, again: false, timer: null };
        held.set(key(lane), taken);
        ready.push(taken);
      }
    })()
      .catch((error) => log.warn({ err: error }, "could not lease lanes"))
      .finally(() => {
        leasing = null;
        pump();
        if (leaseAgain) {
          leaseAgain = false;
          leaseMore();
        }
      });
  }

  const atOnce = () => (serving < aMoment ? slots * 2 : slots);

  function pump(): void {
    while (running < atOnce() && ready.length > 0) {
      const next = ready.shift() as Held;
      if (held.get(key(next.lane)) !== next || next.running) continue;
      running++;
      next.running = true;
      next.again = false;
      const since = performance.now();
      const work = serve(next).finally(() => {
        serving += (Math.max(1, performance.now() - since) - serving) / 8;
        running--;
        under.delete(work);
        pump();
        leaseMore();
      });
      under.add(work);
    }
  }

  async function serve(each: Held): Promise<void> {
    const { lane } = each;
    try {
      const pause = await serveLane(
        {
          lane,
          carriers,
          worker,
          pool,
          news,
          log,
          onReceipts,
          now: () => clock.now(),
          signal: each.lost.signal,
          pausing: () => stopping,
          leaseHolds: () => each.leaseEnds - performance.now() > lease_ms / 5,
          crowded: () => ready.length > 0,
          quantum_ms: quantum,
        },
        each.state,
      );
      each.running = false;
      await afterPause(each, pause);
    } catch (error) {
      each.running = false;
      if (error instanceof LeaseLost) {
        log.warn({ err: error, lane: key(lane) }, "lost a lane");
        drop(each);
        return;
      }
      log.error({ err: error, lane: key(lane) }, "a lane failed and will be tried again");
      await letGo(each, new Date(clock.now().getTime() + failurePause));
    }
  }

  async function afterPause(each: Held, pause: Pause): Promise<void> {
    const now = clock.now().getTime();
    const settle = each.state.settleAt ? each.state.settleAt.getTime() - now : null;
    if (pause.kind === "left") return drop(each);
    if (stopping || pause.kind === "quantum") return letGo(each, each.state.nextAt);
    if (pause.kind === "until") {
      const wait = pause.at.getTime() - now;
      if (wait > shortWait) return letGo(each, pause.at);
      return resumeIn(each, settle === null ? wait : Math.min(wait, settle));
    }
    if (each.again) return resume(each);
    // Texts that were set aside keep the lane: their time comes, and new work is announced meanwhile.
    if (settle !== null) return resumeIn(each, settle);
    each.timer = setTimeout(() => void letGo(each, each.state.nextAt), linger);
  }

  function resumeIn(each: Held, wait: number): void {
    each.timer = setTimeout(() => resume(each), Math.max(0, wait));
  }

  function resume(each: Held): void {
    if (each.timer) clearTimeout(each.timer);
    each.timer = null;
    if (held.get(key(each.lane)) !== each || each.running || ready.includes(each)) return;
    ready.push(each);
    pump();
  }

  function drop(each: Held): void {
    if (each.timer) clearTimeout(each.timer);
    each.lost.abort();
    if (held.get(key(each.lane)) === each) held.delete(key(each.lane));
  }

  async function letGo(each: Held, nextAt: Date | null): Promise<void> {
    if (held.get(key(each.lane)) !== each || each.running) return;
    drop(each);
    await db
      .asSystem((tx) => releaseLane(tx, each.lane, worker, nextAt))
      .catch((error) => log.warn({ err: error }, "could not give a lane up; its lease will run out"));
  }

  async function renew(): Promise<void> {
    const lanes = [...held.values()];
    if (lanes.length === 0) return;
    const before = performance.now();
    const ours = await db
      .asSystem((tx) =>
        renewLeases(
          tx,
          lease,
          lanes.map((each) => each.lane),
        ),
      )
      .catch((error) => {
        log.warn({ err: error }, "could not renew leases");
        return null;
      });
    for (const each of lanes) {
      if (ours?.has(key(each.lane))) each.leaseEnds = before + lease_ms;
      else if (ours || each.leaseEnds < performance.now()) drop(each);
    }
  }

  function onNotice(payload: string): void {
    const known = held.get(payload);
    if (!known) leaseMore();
    else if (known.running) known.again = true;
    else if (!known.state.nextAt || known.state.nextAt <= clock.now()) resume(known);
  }

  async function listen(): Promise<void> {
    const client = new pg.Client(db.pool.options);
    let broken = false;
    const again = (error?: Error) => {
      if (broken || stopping) return;
      broken = true;
      log.warn({ reason: error?.message }, "the dispatcher hears no notices for a moment");
      timers.push(setTimeout(() => void listen(), sweepEvery));
    };
    client.on("error", again);
    client.on("end", () => again());
    client.on("notification", ({ payload }) => onNotice(payload ?? ""));
    try {
      await client.connect();
      await client.query(`listen ${laneChannel}`);
      listener = client;
    } catch (error) {
      again(error as Error);
    }
  }

  async function sweep(): Promise<void> {
    await db.asSystem((tx) => reviveLanes(tx)).catch((error) => log.warn({ err: error }, "could not look for lanes"));
    leaseMore();
  }

  return {
    async start() {
      await listen();
      timers.push(
        setInterval(() => void renew(), lease_ms / 3),
        setInterval(() => void sweep(), sweepEvery),
      );
      await sweep();
    },
    async stop() {
      stopping = true;
      for (const timer of timers) clearTimeout(timer);
      await leasing;
      while (under.size > 0) await Promise.all(under);
      await Promise.all([...held.values()].map((each) => letGo(each, each.state.nextAt)));
      await listener?.end();
      await pool.end();
    },
  };
}
