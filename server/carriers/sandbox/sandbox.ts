/**
 * The sandbox: a carrier whose network is a table and whose handsets are a page. It keeps records of its own, assigns ids,
 * sends receipts after a while, and each handset can be set to misbehave. Like a real carrier it takes the same text
 * twice when it is submitted twice.
 */
import type { FailureReason } from "../../../contract/messages.ts";
import type { Clock } from "../../kit/clock.ts";
import { type Db, systemScope } from "../../kit/db.ts";
import { firstIdAt, newId, orderedIds } from "../../kit/id.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { pipelined, preparedTransaction } from "../../kit/prepared.ts";
import type { Carrier, CarrierEvents, Found, OutboundText, Outcome, Receipt } from "../carrier.ts";
import * as store from "./store.ts";
import { createThrottle } from "./throttle.ts";

export interface SandboxOptions {
  /** Delay of a receipt where the handset has none of its own. Random between 50 and 300 ms by default. */
  delay_ms?: number;
}

/** Twilio's codes, which the sandbox borrows, and our reasons for them. Those that begin with 2 refuse at submission. */
const reasons: Record<string, FailureReason> = {
  "21211": "unknown_number",
  "21610": "opted_out",
  "21614": "landline",
  "30003": "unreachable",
  "30004": "blocked",
  "30005": "unknown_number",
  "30006": "landline",
  "30007": "spam_filtered",
  "30008": "unknown",
};
const defaultCode = "30005";
const throttledTries = 2;
const throttle_ms = 200;
const lookEvery = 1_000;
const batchesAtOnce = 50;
const gather_ms = 5;
/** Safe without waiting for the disk: whatever depends on these rows is committed later, and PostgreSQL's log is in order. */
const recordsScope = [systemScope, "set local synchronous_commit = off"];

/** The sandbox over this database. */
export function createSandbox(
  services: { db: Db; clock: Clock; log: Logger; liveUpdates: Pick<LiveUpdates, "publish"> },
  options: SandboxOptions = {},
): Carrier {
  const { db, clock, log, liveUpdates } = services;
  const nextReference = orderedIds();
  const throttle = createThrottle(throttledTries);
  let events: CarrierEvents | null = null;
  let timer: NodeJS.Timeout | null = null;
  let timerAt = Number.POSITIVE_INFINITY;
  let delivering: Promise<void> | null = null;
  let stopped = true;

  const delayOf = (phone: store.SandboxPhone | undefined) =>
    phone?.delay_ms ?? options.delay_ms ?? 50 + Math.floor(Math.random() * 250);

  function answer(text: OutboundText, phone: store.SandboxPhone | undefined, now: Date): Outcome {
    if (phone?.behaviour === "throttle" && throttle.refuses(text.message_id, now))
      return { kind: "later", after_ms: throttle_ms };
    const code = failureOf(phone);
    if (code?.startsWith("2")) return { kind: "refused", code, reason: reasons[code] ?? "unknown" };
    return { kind: "accepted", carrier_reference: nextReference(now) };
  }

  async function submit(texts: OutboundText[]): Promise<Outcome[]> {
    // All of one sender, and so of one workspace.
    const [first] = texts;
    if (!first) return [];
    const now = clock.now();
    const early: store.PendingReceipt[] = [];
    let earliest = Number.POSITIVE_INFINITY;
    const outcomes = await preparedTransaction(db.pool, recordsScope, async (tx) => {
      const phones = await store.findPhones(tx, first.workspace_id, [...new Set(texts.map((text) => text.to))]);
      const accepted: Parameters<typeof store.insertOutbound>[2][number][] = [];
      const pending = new Map<number, store.PendingReceipt[]>();
      const shared = delayOf(undefined);
      const outcomes = texts.map((text) => {
        const phone = phones.get(text.to);
        const outcome = answer(text, phone, now);
        if (outcome.kind !== "accepted") return outcome;
        const id = outcome.carrier_reference;
        accepted.push({ id, phone: text.to, text: text.text, message_id: text.message_id });
        const receipt: store.PendingReceipt = [text.workspace_id, text.message_id, id, failureOf(phone)];
        const behaviour = phone?.behaviour;
        if (behaviour === "early_receipt") early.push(receipt);
        // An early receipt is sent again later: the process may end before it has sent the first.
        if (behaviour !== "lose_receipt") {
          const due = now.getTime() + (phone ? delayOf(phone) : shared);
          const group = pending.get(due) ?? [];
          group.push(receipt);
          if (behaviour === "double_receipt") group.push(receipt);
          pending.set(due, group);
        }
        return outcome;
      });
      earliest = Math.min(...pending.keys());
      await pipelined(
        tx,
        () => store.insertOutbound(tx, { workspace_id: first.workspace_id, address: first.from }, accepted),
        ...[...pending].map(
          ([due, receipts]) =>
            () =>
              store.insertReceipts(tx, new Date(due), newId(now), receipts),
        ),
      );
      return outcomes;
    });
    wakeAt(earliest);
    if (early.length > 0) await events?.onReceipts(early.map(presentReceipt));
    liveUpdates.publish(first.workspace_id, "sandbox", null);
    return outcomes;
  }

  async function lookup(texts: OutboundText[], since: Date): Promise<Map<string, Found | null>> {
    const ids = texts.map((text) => text.message_id);
    const rows = await db.asSystem((tx) => store.findByReference(tx, ids, firstIdAt(since)));
    return new Map(rows.map((row) => [row.message_id as string, { carrier_reference: row.id, receipt: null }]));
  }

  function presentReceipt([workspace_id, message_id, carrier_reference, code]: store.PendingReceipt): Receipt {
    const status = code === null ? "delivered" : "undelivered";
    const reason = code === null ? null : (reasons[code] ?? "unknown");
    return { workspace_id, message_id, carrier_reference, status, at: clock.now(), code, reason };
  }

  /** Delivers what is due, at least once: a batch is deleted after all of its receipts are recorded. */
  async function deliver(): Promise<void> {
    for (let more = true; more && !stopped;) {
      const now = clock.now();
      const next = await preparedTransaction(db.pool, systemScope, async (tx) => {
        const batches = await store.dueReceipts(tx, now, batchesAtOnce);
        more = batches.length === batchesAtOnce;
        if (batches.length > 0) {
          await events?.onReceipts(batches.flatMap((batch) => batch.receipts.map(presentReceipt)));
          await store.deleteReceipts(
            tx,
            now,
            batches.map((batch) => batch.id),
          );
        }
        return more ? null : store.nextDue(tx, now);
      });
      if (next) wakeAt(next.getTime());
    }
  }

  function wakeAt(at: number): void {
    if (stopped || at >= timerAt) return;
    if (timer) clearTimeout(timer);
    timerAt = at;
    // A little later than the first, so that those due shortly after it are delivered with it.
    timer = setTimeout(run, Math.max(0, at - clock.now().getTime()) + gather_ms);
  }

  function run(): void {
    timer = null;
    timerAt = Number.POSITIVE_INFINITY;
    delivering ??= deliver()
      .catch((error) => log.warn({ err: error }, "the sandbox could not deliver receipts and tries again"))
      .finally(() => {
        delivering = null;
        // Receipts that a process left behind when it died are found by polling.
        wakeAt(clock.now().getTime() + lookEvery);
      });
  }

  return {
    id: null,
    name: "sandbox",
    limits: {
      batch: 1_000,
      reconcile_after_ms: 1_000,
      rates: { long_number: null, short_code: null, alphanumeric: null },
    },
    state: () => ({ state: "up", bound: 1, wanted: 1, last_error: null }),
    submit,
    lookup,
    async start(given) {
      events = given;
      stopped = false;
      run();
    },
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await delivering;
    },
  };
}

function failureOf(phone: store.SandboxPhone | undefined): string | null {
  return phone?.behaviour === "fail" ? (phone.error_code ?? defaultCode) : null;
}
