/**
 * The carriers of this process: the sandbox, and one for each connection that is switched on in any workspace. Follows
 * changes of settings within seconds, and reports the state of each connection every few seconds.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { CarrierKind, SmppSecrets, SmppSettings, TwilioSecrets, TwilioSettings } from "../../contract/carriers.ts";
import { newId } from "../kit/id.ts";
import type { Seal } from "../kit/seal.ts";
import type { Carrier, CarrierEvents, CarrierMaker, Carriers, CarrierServices, CarrierState } from "./carrier.ts";
import * as store from "./carriers-store.ts";
import { readPart } from "./connection-kinds.ts";

/** One maker a kind. */
export interface CarrierMakers {
  twilio: CarrierMaker<TwilioSettings, TwilioSecrets>;
  smpp: CarrierMaker<SmppSettings, SmppSecrets>;
}

export interface ConnectionsServices extends CarrierServices {
  sandbox: Carrier;
  makers: CarrierMakers;
  seal: Seal;
}

export interface ConnectionsOptions {
  /** How often changes are looked for and states are reported. */
  every_ms?: number;
  /** A connection that has not been up for so long is down: fallback carriers may be used. */
  down_after_ms?: number;
}

/** A connection as this process has it. */
interface ConnectionStatus {
  row: store.CarrierRow;
  /** Changes with every change of the row. */
  version: string;
  /** Null: it cannot be made from its row; `fault` is the reason. */
  carrier: Carrier | null;
  fault: CarrierState["last_error"];
  /** Since when it has not been up; null while it is. */
  notUpSince: number | null;
  accepted: number;
  submittedRate: number;
}

/** The carriers of this database's connections. `start` waits for no network. */
export function createConnections(
  services: ConnectionsServices,
  options: ConnectionsOptions = {},
): Carriers & { start(events: CarrierEvents): Promise<void>; stop(): Promise<void> } {
  const { db, log, seal, sandbox, makers, clock } = services;
  const { every_ms = 2_000, down_after_ms = 5_000 } = options;
  const worker = newId(clock.now());
  const statuses = new Map<string, ConnectionStatus>();
  const stopping = new AbortController();
  const leaving = new Set<Promise<void>>();
  let events: CarrierEvents | null = null;
  let version: string | null = null;
  let ticking: Promise<void> | null = null;

  function make(row: store.CarrierRow): Pick<ConnectionStatus, "carrier" | "fault"> {
    try {
      const secrets = readPart(row.kind, "secrets", seal.open(row.secrets, store.sealContext(row)) as object);
      const settings = readPart(row.kind, "settings", row.settings);
      const { workspace_id, id, name } = row;
      // The maker's own schema has just read both.
      const maker = makers[row.kind as CarrierKind] as CarrierMaker<unknown, unknown>;
      return { carrier: maker({ workspace_id, id, name, settings, secrets }, services), fault: null };
    } catch (error) {
      log.error({ err: error, carrier: row.name, workspace: row.workspace_id }, "a carrier cannot be made");
      return { carrier: null, fault: { message: (error as Error).message, at: clock.now() } };
    }
  }

  async function open(row: store.CarrierRow, rowVersion: string): Promise<void> {
    const { carrier, fault } = make(row);
    const status: ConnectionStatus = {
      row,
      version: rowVersion,
      carrier: carrier && counting(carrier, (accepted) => (status.accepted += accepted)),
      fault,
      notUpSince: null,
      accepted: 0,
      submittedRate: 0,
    };
    statuses.set(row.id, status);
    if (events) await status.carrier?.start(events);
  }

  /** Texts under way are finished by the lanes that still use the carrier. */
  function close(status: ConnectionStatus): void {
    statuses.delete(status.row.id);
    const left = Promise.resolve(status.carrier?.stop())
      .catch((error) => log.warn({ err: error, carrier: status.row.name }, "stopping a carrier failed"))
      .finally(() => leaving.delete(left));
    leaving.add(left);
  }

  async function followChanges(): Promise<void> {
    const now = await db.asSystem((tx) => store.carriersVersion(tx));
    if (now === version) return;
    const rows = await db.asSystem((tx) => store.enabledCarriers(tx));
    const wanted = new Map(rows.map((row) => [row.id, row]));
    for (const status of statuses.values()) {
      const row = wanted.get(status.row.id);
      if (row && versionOf(row) === status.version) status.row = row;
      else close(status);
    }
    for (const row of rows) if (!statuses.has(row.id)) await open(row, versionOf(row));
    await db.asSystem((tx) => store.deleteStates(tx, worker, [...statuses.keys()]));
    version = now;
  }

  function trackUp(): void {
    const now = performance.now();
    for (const status of statuses.values()) {
      const up = status.carrier?.state().state === "up";
      status.notUpSince = up ? null : (status.notUpSince ?? now);
    }
  }

  async function report(seconds: number): Promise<void> {
    if (statuses.size === 0) return;
    const states = [...statuses.values()].map((status) => {
      status.submittedRate = status.accepted / seconds;
      status.accepted = 0;
      const state = status.carrier?.state() ?? { state: "down", bound: 0, wanted: 0, last_error: status.fault };
      return {
        workspace_id: status.row.workspace_id,
        carrier_id: status.row.id,
        state: state.state,
        bound: state.bound,
        wanted: state.wanted,
        last_error: state.last_error?.message ?? null,
        last_error_at: state.last_error?.at ?? null,
        handed_over: status.submittedRate,
      };
    });
    await db.asSystem((tx) => store.reportStates(tx, worker, states));
  }

  async function tick(): Promise<void> {
    let last = performance.now();
    while (!stopping.signal.aborted) {
      await delay(every_ms, undefined, { signal: stopping.signal }).catch(() => {}); // aborted: it stops
      if (stopping.signal.aborted) return;
      const now = performance.now();
      trackUp();
      try {
        await followChanges();
        await report((now - last) / 1000);
      } catch (error) {
        log.warn({ err: error }, "could not read connections or report their states; trying again");
      }
      last = now;
    }
  }

  const find = (workspaceId: string, id: string) => {
    const status = statuses.get(id);
    return status?.row.workspace_id === workspaceId ? status : undefined;
  };

  return {
    get: (workspaceId, id) => (id === null ? sandbox : (find(workspaceId, id)?.carrier ?? undefined)),
    isDown(workspaceId, id) {
      if (id === null) return false;
      const status = find(workspaceId, id);
      if (!status?.carrier) return true;
      if (status.carrier.state().state === "up") return false;
      return status.notUpSince !== null && performance.now() - status.notUpSince > down_after_ms;
    },
    async start(given) {
      events = given;
      await sandbox.start(given);
      await followChanges();
      await report(1);
      ticking = tick();
    },
    async stop() {
      stopping.abort();
      await ticking;
      for (const status of statuses.values()) close(status);
      await Promise.all(leaving);
      await sandbox.stop();
      // Best effort: a report that is not deleted expires after some seconds.
      await db
        .asSystem((tx) => store.deleteStates(tx, worker, []))
        .catch((error) => log.warn({ err: error }, "could not delete this worker's reports of its connections"));
    },
  };
}

/** Covers only what the carrier is made from: a change of anything else must not break its connections. */
const versionOf = ({ name, settings, secrets }: store.CarrierRow) =>
  `${name} ${JSON.stringify(settings)} ${secrets.toString("base64")}`;

/** The same carrier, reporting how many texts it accepted. */
function counting(carrier: Carrier, onAccepted: (accepted: number) => void): Carrier {
  return {
    ...carrier,
    async submit(texts, signal) {
      const outcomes = await carrier.submit(texts, signal);
      onAccepted(outcomes.filter((outcome) => outcome.kind === "accepted").length);
      return outcomes;
    },
  };
}
