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
  carrier: string;
  is_default: boolean;
  rate_per_second: number | null;
  created_at: Date;
}

const columns = sql.raw(
  "workspace_id, id, address, kind, can_receive, carrier, is_default, rate_per_second, created_at",
);

/** The default first, then in the order they were made. */
export async function listSenders(tx: Tx, workspaceId: string): Promise<Sender[]> {
  const { rows } = await sql<Sender>`
    select ${columns} from senders where workspace_id = ${workspaceId} order by is_default desc, id`.execute(tx);
  return rows;
}

export async function findSender(tx: Tx, workspaceId: string, id: string): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select ${columns} from senders where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

export async function findSenderByAddress(tx: Tx, workspaceId: string, address: string): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select ${columns} from senders where workspace_id = ${workspaceId} and address = ${address}`.execute(tx);
  return rows[0];
}

export async function findDefaultSender(tx: Tx, workspaceId: string): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    select ${columns} from senders where workspace_id = ${workspaceId} and is_default`.execute(tx);
  return rows[0];
}

/** Inserts, or answers undefined when the address is taken, be it by a workspace that this one cannot see. */
export async function insertSender(tx: Tx, sender: Omit<Sender, "created_at">): Promise<Sender | undefined> {
  const { rows } = await sql<Sender>`
    insert into senders (workspace_id, id, address, kind, can_receive, carrier, is_default, rate_per_second, created_at)
    values (${sender.workspace_id}, ${sender.id}, ${sender.address}, ${sender.kind}, ${sender.can_receive},
            ${sender.carrier}, ${sender.is_default}, ${sender.rate_per_second}, now())
    on conflict do nothing
    returning ${columns}`.execute(tx);
  return rows[0];
}

/** Whoever moves the default comes one at a time: the workspace's row is there even where no sender is yet. */
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
