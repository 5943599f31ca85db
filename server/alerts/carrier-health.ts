/** When a carrier counts as connected, for all finders. */
import { sql } from "kysely";

/** How long a report counts, in milliseconds. Workers report their connections' state every two seconds. */
export const reportValidFor = 15_000;

/** Whether a worker has lately reported that the connection of `c`, a row of carriers, is up. */
export const isConnected = (at: Date) => sql<boolean>`exists (select from carrier_states report
  where report.workspace_id = c.workspace_id and report.carrier_id = c.id and report.state = 'up'
    and report.updated_at > ${new Date(at.getTime() - reportValidFor)})`;
