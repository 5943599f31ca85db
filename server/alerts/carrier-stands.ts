/** What is taken for a connection that stands, by all that looks for what is wrong. */
import { sql } from "kysely";

/** Workers say how carriers stand every two seconds. */
export const believedFor = 15_000;

/** Whether a worker has lately said that the connection of `c`, a row of carriers, stands. */
export const stands = (at: Date) => sql<boolean>`exists (select from carrier_states said
  where said.workspace_id = c.workspace_id and said.carrier_id = c.id and said.state = 'up'
    and said.updated_at > ${new Date(at.getTime() - believedFor)})`;
