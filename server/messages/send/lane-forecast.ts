/** How long a sender's texts take to leave: its rate, and the number that wait already. */
import { sql } from "kysely";
import { type ConnectionRates, rateByConnection } from "../../../rules/sender-rate.ts";
import type { Tx } from "../../kit/db.ts";
import type { Sender } from "../../senders/senders.ts";

export interface LaneForecast {
  /** Texts a second. */
  rate: number;
  /** Texts in the sender's queue, counted up to `most`. */
  waiting: number;
}

/** Null where the sender has no rate limit. */
export async function forecastLane(tx: Tx, sender: Sender, most: number): Promise<LaneForecast | null> {
  const rate = sender.rate_per_second ?? (await rateOfConnection(tx, sender));
  if (rate === null) return null;
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from (
      select 1 from message_queue where workspace_id = ${sender.workspace_id} and sender_id = ${sender.id}
      limit ${most}) q`.execute(tx);
  return { rate, waiting: rows[0]?.n ?? 0 };
}

async function rateOfConnection(tx: Tx, sender: Sender): Promise<number | null> {
  if (sender.carrier_id === null) return null; // the sandbox has no limit
  const { rows } = await sql<{ rates: ConnectionRates }>`
    select settings -> 'rates' as rates from carriers
    where workspace_id = ${sender.workspace_id} and id = ${sender.carrier_id}`.execute(tx);
  return rows[0] ? rateByConnection(rows[0].rates, sender) : null;
}
