/** All SQL of connections, the states that workers report, and fallback routes. */
import { sql } from "kysely";
import type { CarrierKind, CarrierRoute } from "../../contract/carriers.ts";
import type { Tx } from "../kit/db.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import type { CarrierState } from "./carrier.ts";

export interface CarrierRow {
  workspace_id: string;
  id: string;
  kind: CarrierKind;
  name: string;
  enabled: boolean;
  is_default: boolean;
  settings: Record<string, unknown>;
  /** Sealed, see kit/seal.ts; the context is `sealContext`. */
  secrets: Buffer;
  created_at: Date;
  updated_at: Date;
}

/** What a connection's secrets are sealed for. */
export const sealContext = (row: Pick<CarrierRow, "workspace_id" | "id">) => `carriers ${row.workspace_id} ${row.id}`;

const columns = sql.raw("workspace_id, id, kind, name, enabled, is_default, settings, secrets, created_at, updated_at");

/** The default first, then in the order they were made. */
export async function listCarriers(tx: Tx, workspaceId: string): Promise<CarrierRow[]> {
  const { rows } = await sql<CarrierRow>`
    select ${columns} from carriers where workspace_id = ${workspaceId} order by is_default desc, id`.execute(tx);
  return rows;
}

/** With `lock` no other transaction changes it until this one ends. */
export async function findCarrier(
  tx: Tx,
  workspaceId: string,
  id: string,
  options: { lock?: boolean } = {},
): Promise<CarrierRow | undefined> {
  const { rows } = await sql<CarrierRow>`
    select ${columns} from carriers where workspace_id = ${workspaceId} and id = ${id}
    ${options.lock ? sql`for update` : sql``}`.execute(tx);
  return rows[0];
}

/** Every connection of every workspace that is switched on. */
export async function enabledCarriers(tx: Tx): Promise<CarrierRow[]> {
  const { rows } = await sql<CarrierRow>`select ${columns} from carriers where enabled`.execute(tx);
  return rows;
}

/** Every connection of a kind, of every workspace, whether switched on or not. */
export async function carriersOfKind(tx: Tx, kind: CarrierKind): Promise<CarrierRow[]> {
  const { rows } = await sql<CarrierRow>`select ${columns} from carriers where kind = ${kind}`.execute(tx);
  return rows;
}

/** A number that changes with any change of any connection. */
export async function carriersVersion(tx: Tx): Promise<string> {
  const { rows } = await sql<{ version: string }>`
    select coalesce(sum(hashtextextended(id::text || xmin::text, 0)), 0)::text as version from carriers`.execute(tx);
  return rows[0]?.version ?? "0";
}

export async function insertCarrier(tx: Tx, row: Omit<CarrierRow, "created_at" | "updated_at">): Promise<boolean> {
  const { rows } = await sql`
    insert into carriers (workspace_id, id, kind, name, enabled, is_default, settings, secrets, created_at, updated_at)
    values (${row.workspace_id}, ${row.id}, ${row.kind}, ${row.name}, ${row.enabled}, ${row.is_default},
      ${JSON.stringify(row.settings)}, ${row.secrets}, now(), now())
    on conflict do nothing returning 1`.execute(tx);
  return rows.length > 0;
}

export async function updateCarrier(tx: Tx, row: CarrierRow): Promise<void> {
  await sql`
    update carriers set name = ${row.name}, enabled = ${row.enabled}, settings = ${JSON.stringify(row.settings)},
      secrets = ${row.secrets}, updated_at = now()
    where workspace_id = ${row.workspace_id} and id = ${row.id}`.execute(tx);
}

/** Serialises changes in a workspace, by its own row, which exists even where no connection does yet. */
export async function lockCarriers(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select 1 from workspaces where workspace_id = ${workspaceId} for no key update`.execute(tx);
}

export async function isNameTaken(tx: Tx, workspaceId: string, name: string, but: string | null): Promise<boolean> {
  const { rows } = await sql`
    select 1 from carriers where workspace_id = ${workspaceId} and name_key = name_key(${name}) and id is distinct from ${but}`.execute(
    tx,
  );
  return rows.length > 0;
}

export async function setDefaultCarrier(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`
    update carriers set is_default = false where workspace_id = ${workspaceId} and is_default and id <> ${id}`.execute(
    tx,
  );
  await sql`
    update carriers set is_default = true where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function deleteCarrier(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`delete from carriers where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  await sql`delete from carrier_states where workspace_id = ${workspaceId} and carrier_id = ${id}`.execute(tx);
  await sql`
    update carrier_routes set carrier_ids = array_remove(carrier_ids, ${id}::uuid)
    where workspace_id = ${workspaceId} and ${id}::uuid = any(carrier_ids)`.execute(tx);
  await sql`delete from carrier_routes where workspace_id = ${workspaceId} and carrier_ids = '{}'`.execute(tx);
}

/** Whether texts were submitted to it whose outcome is not recorded yet. */
export async function hasOpenJournals(tx: Tx, workspaceId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from dispatch_journal where workspace_id = ${workspaceId} and carrier_id = ${id} limit 1`.execute(tx);
  return rows.length > 0;
}

/** A sender with the connection it belongs to, and how many texts wait in its lane (at most `most`). */
export interface CarrierSender {
  id: string;
  address: string;
  carrier_id: string;
  waiting: number;
}

export async function sendersOfCarriers(tx: Tx, workspaceId: string, most: number): Promise<CarrierSender[]> {
  const { rows } = await sql<CarrierSender>`
    select s.id, s.address, s.carrier_id, q.waiting
    from senders s, lateral (
      select count(*) as waiting from (
        select 1 from message_queue where workspace_id = ${workspaceId} and sender_id = s.id limit ${most}) w) q
    where s.workspace_id = ${workspaceId} and s.carrier_id is not null
    order by s.id`.execute(tx);
  return rows;
}

/** What one worker last reported of a connection. */
export interface WorkerState {
  carrier_id: string;
  state: CarrierState["state"];
  bound: number;
  wanted: number;
  last_error: string | null;
  last_error_at: Date | null;
  handed_over: number;
}

/** What live workers report: those that reported within `seconds`. */
export async function workerStates(tx: Tx, workspaceId: string, seconds: number): Promise<WorkerState[]> {
  const { rows } = await sql<WorkerState>`
    select carrier_id, state, bound, wanted, last_error, last_error_at, handed_over from carrier_states
    where workspace_id = ${workspaceId} and updated_at > now() - ${seconds} * interval '1 second'
    order by carrier_id, worker`.execute(tx);
  return rows;
}

/** Stores the state of all of a worker's connections. */
export async function reportStates(
  tx: Tx,
  worker: string,
  states: readonly (WorkerState & { workspace_id: string })[],
): Promise<void> {
  await inEachWorkspace(states, (workspaceId, own) =>
    sql`
      insert into carrier_states (worker, workspace_id, carrier_id, state, bound, wanted, last_error, last_error_at, handed_over,
        updated_at)
      select ${worker}, w.workspace_id, s.*, now()
      from workspaces w, json_to_recordset(${JSON.stringify(own)}::json) as s (carrier_id uuid, state text, bound smallint,
        wanted smallint, last_error text, last_error_at timestamptz, handed_over real)
      where w.workspace_id = ${workspaceId}
      on conflict (workspace_id, carrier_id, worker) do update set state = excluded.state, bound = excluded.bound,
        wanted = excluded.wanted, last_error = excluded.last_error, last_error_at = excluded.last_error_at,
        handed_over = excluded.handed_over, updated_at = excluded.updated_at`.execute(tx),
  );
}

/** Deletes this worker's reports of connections that it no longer has, and reports of workers that are long gone. */
export async function deleteStates(tx: Tx, worker: string, kept: readonly string[]): Promise<void> {
  const isOver = sql`
    ((worker = ${worker} and not carrier_id = any(${kept}::uuid[])) or updated_at < now() - interval '1 hour')`;
  const { rows } = await sql<{ workspace_id: string }>`
    select distinct workspace_id from carrier_states where ${isOver}`.execute(tx);
  await inEachWorkspace(rows, (workspaceId) =>
    sql`delete from carrier_states where workspace_id = ${workspaceId} and ${isOver}`.execute(tx),
  );
}

export async function listRoutes(tx: Tx, workspaceId: string): Promise<CarrierRoute[]> {
  const { rows } = await sql<CarrierRoute>`
    select country, carrier_ids as carriers from carrier_routes where workspace_id = ${workspaceId}
    order by country = '*', country`.execute(tx);
  return rows;
}

export async function replaceRoutes(tx: Tx, workspaceId: string, routes: readonly CarrierRoute[]): Promise<void> {
  await sql`delete from carrier_routes where workspace_id = ${workspaceId}`.execute(tx);
  for (const { country, carriers } of routes) {
    await sql`
      insert into carrier_routes (workspace_id, country, carrier_ids)
      values (${workspaceId}, ${country}, ${carriers}::uuid[])`.execute(tx);
  }
}
