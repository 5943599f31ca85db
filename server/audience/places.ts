/** Where the recipients of an audience are, counted: quiet hours are asked once for each place instead of each recipient. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { setLocal } from "../kit/set-local.ts";
import { type Audience, beginningOfNumber, willGet } from "./audience.ts";
import { type SuppressionRule, suppression } from "./suppress.ts";

/** Recipients in one place. */
export interface Place {
  /** + and the first digits, which tell the country and the area. */
  number: string;
  time_zone: string | null;
  state: string | null;
  recipients: number;
}

/** The places of those who will receive a text. */
export async function countPlaces(tx: Tx, rule: SuppressionRule, audience: Audience): Promise<Place[]> {
  const { number } = suppression(rule);
  const columns = sql`left(${number}, ${beginningOfNumber}) as number, c.time_zone, c.properties ->> 'state' as state`;
  await setLocal(tx, "jit = off", "work_mem = '64MB'");
  const { rows } = await sql<Place>`
    select r.number, r.time_zone, r.state, count(*) as recipients from (${willGet(rule, audience, columns)}) r
    group by 1, 2, 3`.execute(tx);
  return rows;
}
