/**
 * The carriers of this process: the sandbox, and one for each connection that is switched on in any workspace. Follows
 * changes of settings within seconds, and says every few seconds how each connection stands.
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
  /** How often changes are looked for, and states are told. */
  every_ms?: number;
  /** One that has not been up for so long is down: others may stand in for it. */
  down_after_ms?: number;
}

/** A connection as this process has it. */
interface Standing {
  row: store.CarrierRow;
  /** Changes with every change of the row. */
  version: string;
  /** Null: it cannot be made from its row; `fault` says why. */
  carrier: Carrier | null;
  fault: CarrierState["last_error"];
  /** Since when it has not been up; null while it is. */
  notUpSince: number | null;
  accepted: number;
  handedOver: number;
}

/** The carriers over this database. `start` brings them up without waiting for any network. */
export function createConnections(
  services: ConnectionsServices,
  options: ConnectionsOptions = {},
): Carriers & { start(events: CarrierEvents): Promise<void>; stop(): Promise<void> } {
  const { db, log, seal, sandbox, makers, clock } = services;
  const { every_ms = 2_000, down_after_ms = 5_000 } = options;
  const worker = newId(clock.now());
  const standings = new Map<string, Standing>();
  const stopping = new AbortController();
  const leaving = new Set<Promise<void>>();
  let events: CarrierEvents | null = null;
  let version: string | null = null;
  let ticking: Promise<void> | null = null;

  function make(row: store.CarrierRow): Pick<Standing, "carrier" | "fault"> {
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

  async function bring(row: store.CarrierRow, rowVersion: string): Promise<void> {
    const { carrier, fault } = make(row);
    const standing: Standing = {
      row,
      version: rowVersion,
      carrier: carrier && counting(carrier, (accepted) => (standing.accepted += accepted)),
      fault,
      notUpSince: null,
      accepted: 0,
      handedOver: 0,
    };
    standings.set(row.id, standing);
    if (events) await standing.carrier?.start(events);
  }

  /** Texts under way are finished by whoever has the carrier still in hand. */
  function dismiss(standing: Standing): void {
    standings.delete(standing.row.id);
    const left = Promise.resolve(standing.carrier?.stop())
      .catch((error) => log.warn({ err: error, carrier: standing.row.name }, "a carrier did not stop well"))
      .finally(() => leaving.delete(left));
    leaving.add(left);
  }

  async function follow(): Promise<void> {
    const now = await db.asSystem((tx) => store.carriersVersion(tx));
    if (now === version) return;
    const rows = await db.asSystem((tx) => store.enabledCarriers(tx));
    const wanted = new Map(rows.map((row) => [row.id, row]));
    for (const standing of standings.values()) {
      const row = wanted.get(standing.row.id);
      if (row && versionOf(row) === standing.version) standing.row = row;
      else dismiss(standing);
    }
    for (const row of rows) if (!standings.has(row.id)) await bring(row, versionOf(row));
    await db.asSystem((tx) => store.forgetStates(tx, worker, [...standings.keys()]));
    version = now;
  }

  function look(): void {
    const now = performance.now();
    for (const standing of standings.values()) {
      const up = standing.carrier?.state().state === "up";
      standing.notUpSince = up ? null : (standing.notUpSince ?? now);
    }
  }

  async function tell(seconds: number): Promise<void> {
    if (standings.size === 0) return;
    const states = [...standings.values()].map((standing) => {
      standing.handedOver = standing.accepted / seconds;
      standing.accepted = 0;
      const state = standing.carrier?.state() ?? { state: "down", bound: 0, wanted: 0, last_error: standing.fault };
      return {
        workspace_id: standing.row.workspace_id,
        carrier_id: standing.row.id,
        state: state.state,
        bound: state.bound,
        wanted: state.wanted,
        last_error: state.last_error?.message ?? null,
        last_error_at: state.last_error?.at ?? null,
        handed_over: standing.handedOver,
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
      look();
      try {
        await follow();
        await tell((now - last) / 1000);
      } catch (error) {
        log.warn({ err: error }, "could not read or tell how carriers stand; trying again");
      }
      last = now;
    }
  }

  const find = (workspaceId: string, id: string) => {
    const standing = standings.get(id);
    return standing?.row.workspace_id === workspaceId ? standing : undefined;
  };

  return {
    get: (workspaceId, id) => (id === null ? sandbox : (find(workspaceId, id)?.carrier ?? undefined)),
    isDown(workspaceId, id) {
      if (id === null) return false;
      const standing = find(workspaceId, id);
      if (!standing?.carrier) return true;
      if (standing.carrier.state().state === "up") return false;
      return standing.notUpSince !== null && performance.now() - standing.notUpSince > down_after_ms;
    },
    async start(given) {
      events = given;
      await sandbox.start(given);
      await follow();
      await tell(1);
      ticking = tick();
    },
    async stop() {
      stopping.abort();
      await ticking;
      for (const standing of standings.values()) dismiss(standing);
      await Promise.all(leaving);
      await sandbox.stop();
      // Best effort: what is not taken back is no longer believed after some seconds.
      await db
        .asSystem((tx) => store.forgetStates(tx, worker, []))
        .catch((error) => log.warn({ err: error }, "could not take back how carriers stood"));
    },
  };
}

/** Only what the carrier is made from: a change of anything else must not break its connections. */
const versionOf = ({ name, settings, secrets }: store.CarrierRow) =>
  `${name} ${JSON.stringify(settings)} ${secrets.toString("base64")}`;

/** The same carrier, telling how many texts it took. */
function counting(carrier: Carrier, took: (accepted: number) => void): Carrier {
  return {
    ...carrier,
    async submit(texts, signal) {
      const outcomes = await carrier.submit(texts, signal);
      took(outcomes.filter((outcome) => outcome.kind === "accepted").length);
      return outcomes;
    },
  };
}
