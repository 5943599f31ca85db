/**
 * Workers of the message pipeline that a test steps through, one transaction or one call of the carrier at a time: the test decides
 * how the steps of several workers interleave, and where one of them dies. The lane code and its statements are the real ones; only
 * the clock, the carrier and the schedule are the test's.
 */
import { setImmediate } from "node:timers/promises";
import { pino } from "pino";
import type { Carrier, Outcome, OutboundText } from "../server/carriers/carrier.ts";
import type { Db } from "../server/kit/db.ts";
import type { LaneConnection, LanePool } from "../server/messages/dispatch/lane-connection.ts";
import { newLaneState } from "../server/messages/dispatch/lane-context.ts";
import { serveLane } from "../server/messages/dispatch/lane.ts";
import { leaseLanes, releaseLane, renewLease } from "../server/messages/dispatch/lanes-store.ts";
import { LeaseLost } from "../server/messages/dispatch/record-outcomes.ts";
import { onlyCarriers } from "./carriers.ts";
import { newId } from "./new-id.ts";
import { testSeal } from "./seal.ts";

/** The next step of a worker: a transaction, a call of the carrier, or what to do with a lane that paused. */
type Point = "transaction" | "lease" | "release" | "submit" | "answer" | "lookup" | "paused";

interface Waiting {
  point: Point;
  /** Takes the step; `choice` selects the carrier's answer, or whether a paused lane is kept. */
  go(choice: number): void;
  fail(error: Error): void;
}

/** What all workers share: the clock and the carrier's records. */
export interface World {
  db: Db;
  pool: LanePool;
  /** Milliseconds; the test advances it. */
  time: number;
  /** Ids of the messages that the carrier has taken, in order. */
  records: string[];
}

const leaseFor = 10_000;
const quantum = 1_000;
const beginWithin = 2_000;
export const reconcileAfter = 3_000;

class Killed extends Error {}

/** A worker that waits at its first step. */
export type Worker = ReturnType<typeof startWorker>;

export function startWorker(world: World, options: { crowded: boolean }) {
  const { db } = world;
  const waiting: Waiting[] = [];
  const connections = new Set<LaneConnection>();
  let dead = false;
  let fault: unknown = null;
  let busy = 0;
  let held: { lane: { workspace_id: string; sender_id: string }; token: string; ends: number } | null = null;

  function reach(point: Point): Promise<number> {
    if (dead) return Promise.reject(new Killed());
    return new Promise((go, fail) => void waiting.push({ point, go, fail }));
  }

  /** Waits for the step, then runs the operation. */
  async function at<T>(point: Point, work: (choice: number) => Promise<T>): Promise<T> {
    const choice = await reach(point);
    busy++;
    try {
      return await work(choice);
    } finally {
      busy--;
    }
  }

  async function take(): Promise<LaneConnection> {
    const real = await world.pool.take();
    const wrapped: LaneConnection = {
      lost: real.lost,
      inWorkspace: (...given) => at("transaction", () => real.inWorkspace(...given)),
      releaseSubmitLock: () => (dead ? Promise.reject(new Killed()) : real.releaseSubmitLock()),
      release(failed) {
        if (connections.delete(wrapped)) real.release(failed || dead);
      },
    };
    connections.add(wrapped);
    return wrapped;
  }

  const carrier: Carrier = {
    id: null,
    name: "records",
    limits: {
      batch: 2,
      reconcile_after_ms: reconcileAfter,
      rates: { long_number: null, short_code: null, alphanumeric: null },
    },
    state: () => ({ state: "up", bound: 1, wanted: 1, last_error: null }),
    async submit(texts, signal) {
      const begun = world.time;
      const outcomes = await at("submit", async (choice) => {
        if (signal.aborted || world.time > begun + beginWithin)
          return texts.map((): Outcome => ({ kind: "later", after_ms: 0 }));
        return texts.map((text, i) => answer(text, Math.floor(choice / 5 ** i) % 5));
      });
      // What the carrier took is in its records; the worker may die before it receives the answer.
      await reach("answer");
      return outcomes;
    },
    lookup: (texts) =>
      at("lookup", async (choice) => {
        if (choice % 3 === 1) throw new Error("no answer");
        const known = ({ message_id }: OutboundText) => ({ carrier_reference: message_id, receipt: null });
        if (choice % 3 === 2) return new Map(texts.map((text) => [text.message_id, null]));
        return new Map(
          texts.filter((text) => world.records.includes(text.message_id)).map((text) => [text.message_id, known(text)]),
        );
      }),
    async start() {},
    async stop() {},
  };

  function answer({ message_id }: OutboundText, choice: number): Outcome {
    if (choice === 0 || choice === 3) world.records.push(message_id);
    if (choice === 0) return { kind: "accepted", carrier_reference: message_id };
    if (choice === 1) return { kind: "refused", code: "1", reason: "unknown_number" };
    if (choice === 2) return { kind: "later", after_ms: 0 };
    return { kind: "unknown" };
  }

  async function run(): Promise<void> {
    while (!dead) {
      const token = newId();
      const now = () => new Date(world.time);
      const [lane] = await at("lease", () =>
        db.asSystem((tx) => leaseLanes(tx, { worker: token, seconds: 3_600, now: now() }, 1)),
      );
      if (!lane) continue;
      const mine = { lane, token, ends: world.time + leaseFor };
      held = mine;
      const state = newLaneState(lane);
      const lost = new AbortController();
      const context = {
        lane,
        carriers: onlyCarriers(carrier),
        worker: token,
        pool: { take, isUsedUp: () => false },
        liveUpdates: { publish() {}, publishSources() {} },
        log: pino({ level: "silent" }),
        seal: testSeal,
        onReceipts: async () => {},
        now,
        signal: lost.signal,
        pausing: () => false,
        leaseHolds: () => mine.ends - world.time > leaseFor / 5,
        crowded: () => options.crowded,
        quantum_ms: quantum,
      };
      try {
        while (true) {
          const pause = await serveLane(context, state);
          if (pause.kind === "left") break;
          const keeps = (await reach("paused")) % 2 === 0 && pause.kind !== "quantum";
          if (keeps) continue;
          await at("release", () => db.asSystem((tx) => releaseLane(tx, lane, token, state.nextAt)));
          break;
        }
      } catch (error) {
        if (!(error instanceof LeaseLost)) throw error;
      } finally {
        held = null;
      }
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof Killed) && !dead) fault = error;
    dead = true;
  });

  /** Resolves once the worker waits for its next step, or has ended. */
  async function quiet(): Promise<void> {
    for (let calm = 0; calm < 3;) {
      await setImmediate();
      calm = busy === 0 && (dead || waiting.length > 0) ? calm + 1 : 0;
    }
    if (fault) throw fault;
  }

  return {
    quiet,
    /** The steps that it waits for; more than one while it records and submits at the same time. */
    points: (): Point[] => waiting.map(({ point }) => point),
    holds: () => held,
    async step(which: number, choice: number): Promise<void> {
      await quiet();
      const [next] = waiting.splice(which % Math.max(1, waiting.length), 1);
      next?.go(choice);
      await quiet();
    },
    /** Like SIGKILL: its pending steps never happen, and its sessions end. */
    async kill(): Promise<void> {
      await quiet();
      dead = true;
      for (const { fail } of waiting.splice(0)) fail(new Killed());
      for (const connection of connections) connection.release(true);
      await running;
    },
    async renew(): Promise<void> {
      const mine = held;
      if (!mine || dead) return;
      const ends = world.time + leaseFor;
      const lease = { worker: mine.token, seconds: 3_600 };
      if (await db.inWorkspace(mine.lane.workspace_id, (tx) => renewLease(tx, mine.lane, lease))) mine.ends = ends;
    },
  };
}
