/** The most that PostgreSQL can do with a campaign's ledger rows, as the limit in benchmarks. */
import pg from "pg";
import { newId } from "./new-id.ts";

const rawBatch = 1_000;

/** Seconds for the ledger rows of a campaign alone: batched insert, then two batched updates, each a commit. */
export async function rawLimit(connection: string, workspaceId: string, size: number): Promise<number> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  await client.query("set varsla.system = 'on'");
  const now = new Date();
  const senderId = newId();
  const begin = performance.now();
  for (let done = 0; done < size; done += rawBatch) {
    const count = Math.min(rawBatch, size - done);
    const ids = Array.from({ length: count }, () => newId(now));
    const numbers = ids.map((_, i) => `+479${String(done + i).padStart(7, "0")}`);
    const texts = ids.map(
      (_, i) =>
        `Hei Navn${i % 500}! Denne uka er det 20 % på klipp hos Salong Kari. Bestill på salongkari.no\nReply STOP to opt out`,
    );
    await client.query(
      `insert into messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id, sender_id, number, text)
       select $1, id, 'queued', 'marketing', '7', 1, 'campaign', $2, id, $3, number, text
       from unnest($4::uuid[], $5::text[], $6::text[]) as u (id, number, text)`,
      [workspaceId, senderId, senderId, ids, numbers, texts],
    );
    await client.query(
      `update messages m set status = 'sent', carrier = 'sandbox', carrier_reference = u.reference, submitted_at = $2, sent_at = $2
       from unnest($3::uuid[], $4::text[]) as u (id, reference) where m.workspace_id = $1 and m.id = u.id and m.id = any($3::uuid[])`,
      [workspaceId, now, ids, ids],
    );
    await client.query(
      `update messages m set status = 'delivered', final_at = $2
       where m.workspace_id = $1 and m.id = any($3::uuid[])`,
      [workspaceId, now, ids],
    );
  }
  const seconds = (performance.now() - begin) / 1000;
  await client.end();
  return seconds;
}

/**
 * Bookings a second of PostgreSQL alone: the rows that one leaves (itself, its history, what happened, the audit event), one statement and
 * one commit each, over so many connections.
 */
export async function rawBookingLimit(
  connection: string,
  workspaceId: string,
  { count, connections }: { count: number; connections: number },
): Promise<number> {
  const pool = new pg.Pool({ connectionString: connection, max: connections });
  let next = 0;
  const client = async () => {
    const each = await pool.connect();
    await each.query("set varsla.system = 'on'");
    while (next < count) {
      const at = new Date(Date.now() + next++ * 60_000);
      await each.query({
        name: "booking",
        text: `
          with b as (
            insert into bookings (workspace_id, id, reference, customer_id, service_id, location_id, resource_ids, start_at, end_at, status,
              stands_for, source, armed_at, manage_code, created_at, updated_at)
            values ($1, $2, 'AAAA-AAAA', $2, $2, $2, array[$2::uuid], $3, $3, 'confirmed', 'confirmed', 'api', $3, $4, $3, $3)),
          h as (
            insert into booking_history (workspace_id, booking_id, id, at, what, by) values ($1, $2, $2, $3, 'created', 'employee')),
          w as (
            insert into booking_happenings (workspace_id, id, booking_id, at, happenings, by, notify)
            values ($1, $2, $2, $3, '[{"kind": "created"}]', 'employee', true))
          insert into audit_events (workspace_id, id, at, actor_type, actor_name, action) values ($1, $2, $3, 'system', 'bench', 'booking.created')`,
        values: [workspaceId, newId(), at, String(next).padStart(12, "0")],
      });
    }
    each.release();
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: connections }, client));
  const seconds = (performance.now() - began) / 1_000;
  await pool.end();
  return count / seconds;
}
