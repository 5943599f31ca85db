import type { Carrier, CarrierStatus, carriers } from "../../contract/carriers.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import type { Seal } from "../kit/seal.ts";
import * as store from "./carriers-store.ts";
import { addCarrier, changeCarrier, removeCarrier, setRoutes } from "./carriers.ts";

/** Waiting texts of a lane are counted up to this. */
const mostCounted = 100_000;
/** Seconds that a worker's report counts; workers report every two. */
const reportValidFor = 15;

interface Services {
  db: Db;
  clock: Clock;
  seal: Seal;
  config: { public_url: string };
}

/** The calls on /carriers and /carrier-routes, except tests, which send texts. */
export function carriersRoutes(services: Services): Omit<Handlers<typeof carriers>, "test" | "testSteps"> {
  const { db, clock, seal, config } = services;
  const one = async (tx: Tx, workspaceId: string, id: string): Promise<Carrier> => {
    const row = await store.findCarrier(tx, workspaceId, id);
    if (!row) throw notFound("carrier", id);
    const [carrier] = await present(tx, workspaceId, [row], config.public_url);
    return carrier as Carrier;
  };
  return {
    async list({ actor: { workspaceId } }) {
      const items = await db.inWorkspace(workspaceId, async (tx) =>
        present(tx, workspaceId, await store.listCarriers(tx, workspaceId), config.public_url),
      );
      return { items, next_cursor: null };
    },
    async create({ actor: { workspaceId }, body }) {
      return db.inWorkspace(workspaceId, async (tx) =>
        one(tx, workspaceId, await addCarrier(tx, seal, workspaceId, body, clock.now())),
      );
    },
    async get({ actor: { workspaceId }, params }) {
      return db.inWorkspace(workspaceId, (tx) => one(tx, workspaceId, params.id));
    },
    async update({ actor: { workspaceId }, params, body }) {
      return db.inWorkspace(workspaceId, async (tx) => {
        await changeCarrier(tx, seal, workspaceId, params.id, body, clock.now());
        return one(tx, workspaceId, params.id);
      });
    },
    async remove({ actor: { workspaceId }, params }) {
      await db.inWorkspace(workspaceId, (tx) => removeCarrier(tx, workspaceId, params.id, clock.now()));
      return undefined;
    },
    async routes({ actor: { workspaceId } }) {
      return { items: await db.inWorkspace(workspaceId, (tx) => store.listRoutes(tx, workspaceId)) };
    },
    async setRoutes({ actor: { workspaceId }, body }) {
      return db.inWorkspace(workspaceId, async (tx) => {
        await setRoutes(tx, workspaceId, body.items, clock.now());
        return { items: await store.listRoutes(tx, workspaceId) };
      });
    },
  };
}

async function present(
  tx: Tx,
  workspaceId: string,
  rows: readonly store.CarrierRow[],
  publicUrl: string,
): Promise<Carrier[]> {
  const senders = await store.sendersOfCarriers(tx, workspaceId, mostCounted);
  const states = await store.workerStates(tx, workspaceId, reportValidFor);
  return rows.map((row) => {
    const own = senders.filter((sender) => sender.carrier_id === row.id);
    const reported = states.filter((state) => state.carrier_id === row.id);
    const { id, kind, name, enabled, is_default, settings } = row;
    const hooks = `${publicUrl}/api/v1/carriers/${row.id}/twilio`;
    return {
      id,
      kind,
      name,
      enabled,
      is_default,
      settings,
      status: statusOf(row, reported, own),
      senders: own.map((sender) => ({ id: sender.id, address: sender.address })),
      webhooks: row.kind === "twilio" ? { inbound: `${hooks}/inbound`, status: `${hooks}/status` } : null,
      created_at: row.created_at.toISOString(),
      updated_at: row.updated_at.toISOString(),
      // Checked by readPart when it was written.
    } as unknown as Carrier;
  });
}

/** The state of all workers together: up where any of them is. */
function statusOf(
  row: store.CarrierRow,
  reported: readonly store.WorkerState[],
  senders: readonly store.CarrierSender[],
): CarrierStatus {
  const sum = (of: (state: store.WorkerState) => number) => reported.reduce((total, state) => total + of(state), 0);
  const errors = reported.flatMap(({ last_error, last_error_at }) =>
    last_error !== null && last_error_at ? [{ message: last_error, at: last_error_at }] : [],
  );
  const latest = errors.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
  const best = (["up", "connecting", "down"] as const).find((state) => reported.some((each) => each.state === state));
  return {
    state: row.enabled ? (best ?? "unknown") : "off",
    bound: sum((state) => state.bound),
    wanted: sum((state) => state.wanted),
    last_error: latest ? { message: latest.message, at: latest.at.toISOString() } : null,
    handed_over: Math.round(sum((state) => state.handed_over) * 10) / 10,
    backlog: Math.min(
      mostCounted,
      senders.reduce((total, sender) => total + sender.waiting, 0),
    ),
  };
}
