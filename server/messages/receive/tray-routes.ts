import { sql } from "kysely";
import type { TrayItem, tray } from "../../../contract/tray.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { invalid } from "../../kit/errors.ts";
import type { Handlers } from "../../kit/http.ts";
import { isId } from "../../kit/id.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import { contactOf } from "./contact-of-number.ts";
import { decidePossibleOptOut } from "./decide-possible-opt-out.ts";

/** The calls on texts that wait for a user's decision. */
export function trayRoutes({
  db,
  clock,
  liveUpdates,
}: {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish" | "publishSources">;
}): Handlers<typeof tray> {
  return {
    async list({ actor, query }) {
      const { cursor, limit } = query;
      if (cursor !== undefined && !isId(cursor))
        throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
      const rows = await db.inWorkspace(actor.workspaceId, (tx) =>
        selectUndecided(tx, actor.workspaceId, cursor ?? null, limit + 1),
      );
      const items = rows.slice(0, limit).map(present);
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async decide({ actor, params, body }) {
      const { workspaceId, userId, name } = actor;
      const { contact_ids, source } = await db.inWorkspace(workspaceId, (tx) =>
        decidePossibleOptOut(tx, {
          workspaceId,
          id: params.id,
          decision: body.decision,
          recordedBy: name,
          source: userId ? "web" : "api",
          now: clock.now(),
        }),
      );
      for (const id of contact_ids) liveUpdates.publish(workspaceId, "contact", id);
      if (source) liveUpdates.publishSources(workspaceId, [source]);
    },
  };
}

interface UndecidedRow {
  id: string;
  at: Date;
  number: string;
  sender: string | null;
  text: string | null;
  contact_id: string | null;
  first_name: string | null;
  last_name: string | null;
}

/** Oldest first, by the ids of the texts, which rise. */
async function selectUndecided(
  tx: Tx,
  workspaceId: string,
  after: string | null,
  limit: number,
): Promise<UndecidedRow[]> {
  const { rows } = await sql<UndecidedRow>`
    select p.id, p.at, p.number, s.address as sender, nullif(m.text, '') as text,
      c.id as contact_id, c.first_name, c.last_name
    from possible_opt_outs p
    left join lateral (select text from messages where workspace_id = ${workspaceId} and id = p.id offset 0) m on true
    left join senders s on s.workspace_id = ${workspaceId} and s.id = p.sender_id
    left join lateral ${contactOf(workspaceId, sql`p.number`, sql`p.sender_id`)} c on true
    where p.workspace_id = ${workspaceId} and (${after}::uuid is null or p.id > ${after}::uuid)
    order by p.id limit ${limit}`.execute(tx);
  return rows;
}

function present({ contact_id: id, first_name, last_name, at, ...row }: UndecidedRow): TrayItem {
  const name = [first_name, last_name].filter(Boolean).join(" ") || null;
  return { ...row, kind: "opt_out", at: at.toISOString(), contact: id === null ? null : { id, name } };
}
