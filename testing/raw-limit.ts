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
