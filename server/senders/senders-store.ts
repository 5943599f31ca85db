/** All SQL of senders. */
import { sql } from "kysely";
import type { SenderKind } from "../../contract/senders.ts";
import type { Tx } from "../kit/db.ts";

export interface Sender {
  workspace_id: string;
  id: string;
  address: string;
  kind: SenderKind;
  can_receive: boolean;
  /** The connection that submits its texts; null: the sandbox. */
  carrier_id: string | null;
  /** The connection's name, or sandbox. */
  carrier: string;
  is_default: boolean;
  rate_per_second: number | null;
  created_at: Date;
}

/** The subselect has its own workspace condition, so that Citus knows that both tables' rows are on one node. */
const columns = (workspaceId: string) =>
  sql`workspace_id, id, address, kind, can_receive, carrier_id, is_default, rate_per_second, created_at,
  coalesce((select name from carriers c where c.workspace_id = ${workspaceId} and c.id = senders.carrier_id),
    'sandbox') as carrier`;

/** The default first, then in order of creation. */
export async function listSenders(tx: Tx, workspaceId: string): Promise<Sender[]> {
  const { rows } = await sql<Sender>`
    select ${columns(workspaceId)} from senders where workspace_id = ${workspaceId} order by is_default desc, id`.execute(
    tx,
  );
  return rows;
}

export async function findSender(tx: Tx, workspaceId: string, id: string): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select ${columns(workspaceId)} from senders where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

export async function findSenderByAddress(tx: Tx, workspaceId: string, address: string): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select ${columns(workspaceId)} from senders where workspace_id = ${workspaceId} and address = ${address}`.execute(
    tx,
  );
  return rows[0];
}

/** A sender by its name in any case: the exact match first, else the oldest. */
export async function findSenderByName(tx: Tx, workspaceId: string, name: string): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select ${columns(workspaceId)} from senders where workspace_id = ${workspaceId} and name_key = name_key(${name})
    order by (address = ${name}) desc, id limit 1`.execute(tx);
  return rows[0];
}

export type PossibleReceiver = Pick<Sender, "id" | "address" | "can_receive" | "carrier_id">;

/** The senders among the addresses that can receive. */
export async function findReceivers(
  tx: Tx,
  workspaceId: string,
  addresses: readonly string[],
): Promise<Pick<Sender, "id" | "address">[]> {
  const { rows } = await sql<Pick<Sender, "id" | "address">>`
    select id, address from senders
    where workspace_id = ${workspaceId} and address = any(${addresses}::text[]) and can_receive`.execute(tx);
  return rows;
}

/** All senders, including names, the likeliest receiver first: the default, then the oldest. */
export async function listPossibleReceivers(tx: Tx, workspaceId: string): Promise<PossibleReceiver[]> {
  const { rows } = await sql<PossibleReceiver>`
    select id, address, can_receive, carrier_id from senders
    where workspace_id = ${workspaceId} order by is_default desc, id`.execute(tx);
  return rows;
}

export async function findDefaultSender(tx: Tx, workspaceId: string): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select ${columns(workspaceId)} from senders where workspace_id = ${workspaceId} and is_default`.execute(tx);
  return rows[0];
}

/**
 * The number to send from instead of a name to countries without alphanumeric senders: of the same connection, the workspace's
 * default first, then the oldest. Short codes are excluded, since they reach their own country only.
 */
export async function findFallbackSender(
  tx: Tx,
  workspaceId: string,
  senderId: string,
): Promise<Pick<Sender, "id" | "address"> | undefined> {
  const { rows } = await sql<Pick<Sender, "id" | "address">>`
    select s.id, s.address from senders s
    join senders n on n.workspace_id = ${workspaceId} and n.carrier_id is not distinct from s.carrier_id
    where s.workspace_id = ${workspaceId} and n.id = ${senderId} and s.kind = 'long_number'
    order by s.is_default desc, s.id limit 1`.execute(tx);
  return rows[0];
}

/** Inserts, or returns undefined when the workspace has the address already. */
export async function insertSender(
  tx: Tx,
  sender: Omit<Sender, "created_at" | "carrier">,
): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    insert into senders (workspace_id, id, address, kind, can_receive, carrier_id, is_default, rate_per_second, created_at)
    values (${sender.workspace_id}, ${sender.id}, ${sender.address}, ${sender.kind}, ${sender.can_receive},
            ${sender.carrier_id}, ${sender.is_default}, ${sender.rate_per_second}, now())
    on conflict do nothing
    returning ${columns(sender.workspace_id)}`.execute(tx);
  return rows[0];
}

/** Serialises changes of the default by locking the workspace's row, since there may be no sender yet. */
export async function lockSenders(tx: Tx, workspaceId: string): Promise<void> {
  await sql`select 1 from workspaces where workspace_id = ${workspaceId} for no key update`.execute(tx);
}

export async function clearDefault(tx: Tx, workspaceId: string): Promise<void> {
  await sql`update senders set is_default = false where workspace_id = ${workspaceId} and is_default`.execute(tx);
}

export async function setDefault(tx: Tx, workspaceId: string, id: string): Promise<void> {
  await sql`update senders set is_default = true where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function setRate(tx: Tx, workspaceId: string, id: string, ratePerSecond: number | null): Promise<void> {
  await sql`
    update senders set rate_per_second = ${ratePerSecond}
    where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

export async function setCarrier(tx: Tx, workspaceId: string, id: string, carrierId: string | null): Promise<void> {
  await sql`
    update senders set carrier_id = ${carrierId} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** The default connection of new senders; null: the sandbox. Locked against removal until the transaction ends. */
export async function findDefaultCarrier(tx: Tx, workspaceId: string): Promise<string | null> {
  const { rows } = await sql<{ id: string }>`
    select id from carriers where workspace_id = ${workspaceId} and is_default for key share`.execute(tx);
  return rows[0]?.id ?? null;
}

/** Whether the workspace has the connection. Locked against removal until the transaction ends. */
export async function hasCarrier(tx: Tx, workspaceId: string, carrierId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from carriers where workspace_id = ${workspaceId} and id = ${carrierId} for key share`.execute(tx);
  return rows.length > 0;
}
