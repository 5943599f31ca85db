/**
 * Serves lanes: leases them, works on a few at a time in turn, and releases them when they are empty or others wait.
 *
 * It is woken by NOTIFY when an idle lane gets work, and polls once a second for lanes whose pacing or back-off is over, and lanes
 * whose worker died.
 */
import pg from "pg";
import type { Carriers } from "../../carriers/carrier.ts";
import type { Clock } from "../../kit/clock.ts";
import { settingsOf, singleConnection } from "../../kit/connection.ts";
import { type Db, systemScope } from "../../kit/db.ts";
import { newId } from "../../kit/id.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { preparedTransaction } from "../../kit/prepared.ts";
import { type Repeated, repeat } from "../../kit/repeat.ts";
import { openLanePool } from "./lane-connection.ts";
import { type LaneContext, type LaneState, newLaneState } from "./lane-context.ts";
import { type Pause, serveLane } from "./lane.ts";
import { type LaneKey, type LaneRow, laneChannel, leaseLanes, releaseLane } from "./lanes-store.ts";
import { createLeaseKeeper } from "./lease-keeper.ts";
import { LeaseLost } from "./record-outcomes.ts";

export interface Dispatcher {
  start(): Promise<void>;
  /** Finishes the batches under way and releases all lanes. */
  stop(): Promise<void>;
}

export interface DispatcherServices {
  /**
   * Not the pool that requests use; neither may carriers and receipts use that: a STOP keeps its connection while it waits for the
   * submissions under way, and enough of them would leave no connection to finish those with.
   */
  db: Db;
  carriers: Carriers;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish" | "publishSources">;
  log: Logger;
  seal: LaneContext["seal"];
  onReceipts: LaneContext["onReceipts"];
}

export interface DispatcherOptions {
  /** Lanes worked on at the same time; twice as many while each needs a moment only. */
  slots?: number;
  /** A worker that does not renew its leases for so long loses its lanes. */
  lease_ms?: number;
  /** Lanes that wait for their time, or for work, are kept up to so many in all: each is renewed in every round. */
  kept?: number;
}

const lookEvery = 1_000;
const quantum = 1_000;
/** An empty lane is kept this long: the next text then needs no lease. */
const linger = 2_000;
/** A lane that may go on within this time is kept. */
const shortWait = 2_000;
const failurePause = 1_000;
const longestPause = 60_000;
/**
 * Lanes that wait for a slot here, leased already: as many as are served in this time, so that thousands of lanes with a few
 * texts each are leased by the dozen, and lanes with much to do are left to other workers.
 */
const ahead = 200;
const mostAhead = 64;
/** A lane is released after so many leases, however busy it is: its next holder looks for unreconciled texts. */
const longestHold = 3;
/** Lanes that have a slot for less than this on average need one connection only: two of them fit into a slot. */
const shortTurn = 100;

interface Held {
  lane: LaneRow;
  /** The lease's own id: a lane that was lost and leased again counts as another holder's, even within this process. */
  worker: string;
  state: LaneState;
  since: number;
  lost: AbortController;
  lease: LeaseEnd;
  /** Its row was locked for longer than a renewal waits: the others are renewed first. */
  slow: boolean;
  running: boolean;
  /** Work was announced while it ran. */
  again: boolean;
  timer: NodeJS.Timeout | null;
}

/**
 * When a lease is over, by both clocks: a machine that slept may not have counted that time in one, and the other may have
 * been set.
 */
interface LeaseEnd {
  monotonic: number;
  wall: number;
}

/** A dispatcher over these carriers. */
export function createDispatcher(services: DispatcherServices, options: DispatcherOptions = {}): Dispatcher {
  const { db, carriers, clock, liveUpdates, log, seal, onReceipts } = services;
  const { slots = 4, lease_ms = 10_000, kept = 300 } = options;
  const seconds = lease_ms / 1000;
  const key = (lane: LaneKey) => `${lane.workspace_id} ${lane.sender_id}`;
  // Two connections for each lane at work, held across the submission; not of the pool that requests use.
  const pool = openLanePool(
    { ...settingsOf(db.workspacePool), max: slots * 2, idleTimeoutMillis: 30_000 },
    lease_ms,
    log,
  );
  const keeper = createLeaseKeeper(db.workspacePool, lease_ms, log);

  const leaseFrom = (): LeaseEnd => ({
    monotonic: performance.now() + lease_ms,
    wall: clock.now().getTime() + lease_ms,
  });
  const leaseLeft = ({ lease }: Held) =>
    Math.min(lease.monotonic - performance.now(), lease.wall - clock.now().getTime());

  const held = new Map<string, Held>();
  const ready: Held[] = [];
  let running = 0;
  let stopping = false;
  let leasing: Promise<void> | null = null;
  let leaseAgain = false;
  /** How long a lane had a slot recently, in milliseconds, as a moving average. */
  let serving = quantum;
  let listener: pg.Client | null = null;
  const timers: NodeJS.Timeout[] = [];
  let rounds: Repeated[] = [];
  const under = new Set<Promise<void>>();

  /** Leases lanes while there is room for them. One query at a time; calls in the meantime cause one more. */
  function leaseMore(): void {
    if (stopping) return;
    if (leasing) {
      leaseAgain = true;
      return;
    }
    const reserve = Math.min(mostAhead, Math.floor((atOnce() * ahead) / serving));
    const room = atOnce() + reserve - running - ready.length;
    // The reserve is refilled when half of it is used, not lane by lane.
    if (room <= reserve / 2) return;
    leasing = (async () => {
      const lease = leaseFrom();
      const worker = newId(clock.now());
      const lanes = await preparedTransaction(db.pool, systemScope, (tx) =>
        leaseLanes(tx, { worker, seconds, now: clock.now() }, room),
      );
      for (const lane of lanes) {
        const known = held.get(key(lane));
        if (known) drop(known);
        const taken: Held = {
          lane,
          worker,
          state: newLaneState(lane),
          since: performance.now(),
          lost: new AbortController(),
          lease,
          slow: false,
          running: false,
          again: false,
          timer: null,
        };
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

  const atOnce = () => (serving < shortTurn ? slots * 2 : slots);

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
          worker: each.worker,
          pool,
          liveUpdates,
          log,
          seal,
          onReceipts,
          now: () => clock.now(),
          signal: each.lost.signal,
          pausing: () => stopping,
          leaseHolds: () => leaseLeft(each) > lease_ms / 5,
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
      await release(each, new Date(clock.now().getTime() + failurePause));
    }
  }

  async function afterPause(each: Held, pause: Pause): Promise<void> {
    const now = clock.now().getTime();
    const reconcileIn = each.state.reconcileAt ? each.state.reconcileAt.getTime() - now : null;
    if (pause.kind === "left") return drop(each);
    const long = performance.now() - each.since > longestHold * lease_ms;
    if (stopping || long || pause.kind === "quantum") return release(each, each.state.nextAt);
    if (held.size > kept) {
      // A lane with an open journal is marked; a worker that leased it at once would have to release it again.
      const soonest = reconcileIn === null ? 0 : now + Math.min(reconcileIn, shortWait);
      return release(each, soonest > (each.state.nextAt?.getTime() ?? 0) ? new Date(soonest) : each.state.nextAt);
    }
    if (pause.kind === "until") {
      const wait = pause.at.getTime() - now;
      if (wait > shortWait) return release(each, pause.at);
      return resumeIn(each, reconcileIn === null ? wait : Math.min(wait, reconcileIn));
    }
    if (each.again) return resume(each);
    // Quarantined texts keep the lane until they can be reconciled; new work is announced in the meantime.
    if (reconcileIn !== null) return resumeIn(each, reconcileIn);
    each.timer = setTimeout(() => void release(each, each.state.nextAt), linger);
  }

  function resumeIn(each: Held, wait: number): void {
    // Bounded, so that a clock that is set in the meantime does not cost hours.
    each.timer = setTimeout(() => resume(each), Math.min(longestPause, Math.max(0, wait)));
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

  async function release(each: Held, nextAt: Date | null): Promise<void> {
    if (held.get(key(each.lane)) !== each || each.running) return;
    drop(each);
    await db
      .asSystem((tx) => releaseLane(tx, each.lane, each.worker, nextAt))
      .catch((error) => log.warn({ err: error }, "could not release a lane; its lease will run out"));
  }

  /**
   * Renews all leases whose rows are free first; then those whose rows were locked, one by one and not for longer than a round, so
   * that no other waits for them. A renewed lease counts from the beginning of the round, see lane-connection.ts.
   */
  async function renew(): Promise<void> {
    const lease = leaseFrom();
    const over = performance.now() + lease_ms / 3;
    pool.keepAlive();
    const renewed = (each: Held) => Object.assign(each, { lease, slow: false });
    const locked = await keeper.renewAll([...held.values()].sort(byUrgency), renewed);
    for (const each of locked) {
      if (performance.now() > over) break;
      if (held.get(key(each.lane)) !== each || leaseLeft(each) < 0) continue;
      const ours = await keeper.renewOne(each).catch((error) => {
        log.warn({ err: error, lane: key(each.lane) }, "could not renew a lease");
        each.slow = true;
      });
      if (ours) renewed(each);
      else if (ours === false) drop(each);
    }
    for (const each of held.values()) if (each.lease !== lease && leaseLeft(each) < 0) drop(each);
  }

  const byUrgency = (a: Held, b: Held) => Number(a.slow) - Number(b.slow) || a.lease.monotonic - b.lease.monotonic;

  function onNotice(payload: string): void {
    const known = held.get(payload);
    if (!known) leaseMore();
    else if (known.running) known.again = true;
    else if (!known.state.nextAt || known.state.nextAt <= clock.now()) resume(known);
  }

  async function listen(): Promise<void> {
    const client = new pg.Client({ ...settingsOf(db.pool), ...singleConnection });
    let broken = false;
    const again = (error?: Error) => {
      if (broken || stopping) return;
      broken = true;
      log.warn({ reason: error?.message }, "the dispatcher receives no notifications until it has connected again");
      timers.push(setTimeout(() => void listen(), lookEvery));
    };
    client.on("error", again);
    client.on("end", () => again());
    client.on("notification", ({ payload }) => onNotice(payload ?? ""));
    try {
      await client.connect();
      await client.query(`listen ${laneChannel}`);
      listener = client;
      // Catches up on work that was announced while not listening.
      for (const payload of held.keys()) onNotice(payload);
    } catch (error) {
      again(error as Error);
    }
  }

  const look = async () => leaseMore();
  /** Also apart from renewals, which may have to wait for the database: a submit lock is lost when its session is idle for a lease. */
  const keepAlive = async () => pool.keepAlive();

  return {
    async start() {
      await listen();
      const report = (error: unknown) => log.error({ err: error }, "a round of the dispatcher failed");
      rounds = [
        repeat(lease_ms / 3, renew, report),
        repeat(lease_ms / 3, keepAlive, report),
        repeat(lookEvery, look, report),
      ];
      leaseMore();
    },
    async stop() {
      stopping = true;
      for (const timer of timers) clearTimeout(timer);
      await leasing;
      // Leases are renewed until nothing is submitted any more.
      while (under.size > 0) await Promise.all(under);
      await Promise.all(rounds.map((round) => round.stop()));
      await leasing;
      await Promise.all([...held.values()].map((each) => release(each, each.state.nextAt)));
      await listener?.end();
      await pool.end();
      await keeper.end();
    },
  };
}
