import { type RawBuilder, sql } from "kysely";
import type { z } from "zod";
import type { SegmentEntry, usage } from "../../contract/usage.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import type { Actor, Handlers } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import { currentPeriod } from "./quota.ts";

/** The calls on /usage. */
export function usageRoutes({ db, clock }: { db: Db; clock: Clock }): Handlers<typeof usage> {
  return {
    async get({ actor }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        const { period_start, period_end, ...figures } = await currentPeriod(tx, actor.workspaceId, clock.now());
        const { rows } = await sql<{ source: string; used: number }>`
          select source_type as source, used from quota_usage
          where workspace_id = ${actor.workspaceId} and period_start = ${period_start}
          order by used desc, source_type`.execute(tx);
        const sources = Map.groupBy(await usedBySources(tx, actor.workspaceId, period_start), ({ type }) => type);
        const shown = ({ type, id, name, used }: UsedBySource) => ({
          id,
          name: mayName(actor, type) ? name : null,
          used,
        });
        return {
          period_start: period_start.toISOString(),
          period_end: period_end.toISOString(),
          ...figures,
          by_source: rows.map((row) => ({ ...row, sources: (sources.get(row.source) ?? []).map(shown) })),
        };
      });
    },
    async segments({ actor, query }) {
      const after = readCursor(query.cursor);
      const rows = await db.inWorkspace(actor.workspaceId, (tx) =>
        submittedRows(tx, actor.workspaceId, after?.id ?? null, query.limit + 1),
      );
      const entries = rows
        .flatMap((row) => entriesOf(row, mayName(actor, row.source_type)))
        .slice(after ? entriesBefore(rows, after) : 0);
      const items = entries.slice(0, query.limit);
      const last = items.at(-1);
      return { items, next_cursor: entries.length > query.limit && last ? `${last.message_id}.${last.segment}` : null };
    },
  };
}

interface UsedBySource {
  type: string;
  id: string;
  name: string | null;
  used: number;
}

const mostSources = 100;

/** The sources that used most of a period. */
async function usedBySources(tx: Tx, workspaceId: string, periodStart: Date): Promise<UsedBySource[]> {
  const { rows } = await sql<UsedBySource>`
    select u.source_type as type, u.source_id as id, ${nameOfSource} as name, u.used from quota_usage_of_sources u
    ${namesOfSources(workspaceId, sql`u`)}
    where u.workspace_id = ${workspaceId} and u.period_start = ${periodStart}
    order by u.used desc, u.source_id limit ${mostSources}`.execute(tx);
  return rows;
}

const nameOfSource = sql`coalesce(c.name, f.name)`;

/** Joins what the sources of a row are called. */
const namesOfSources = (workspaceId: string, row: RawBuilder<unknown>) => sql`
  left join campaigns c on ${row}.source_type = 'campaign' and c.workspace_id = ${workspaceId} and c.id = ${row}.source_id
  left join workflows f on ${row}.source_type in ('workflow', 'test') and f.workspace_id = ${workspaceId}
    and f.id = ${row}.source_id`;

const mayName = ({ permissions }: Actor, type: string): boolean =>
  permissions.has(type === "campaign" ? "campaigns:read" : "bookings:read");

/** A submitted message, shown as one entry for each segment. */
interface SubmittedRow {
  id: string;
  segments: number;
  submitted_at: Date;
  number: string;
  source_type: string;
  source_id: string | null;
  source_name: string | null;
}

/**
 * The message that was queued last first, which is the order of the primary key: no index of the ledger contains when a message was
 * submitted, since a status change would have to write it. From `fromId` on, which is included since the previous page may have ended
 * within it.
 */
async function submittedRows(
  tx: Tx,
  workspaceId: string,
  fromId: string | null,
  limit: number,
): Promise<SubmittedRow[]> {
  const { rows } = await sql<SubmittedRow>`
    select m.id, m.segments, m.submitted_at, m.number, m.source_type, m.source_id, ${nameOfSource} as source_name
    from messages m ${namesOfSources(workspaceId, sql`m`)}
    where m.workspace_id = ${workspaceId} and m.submitted_at is not null ${fromId ? sql`and m.id <= ${fromId}` : sql``}
    order by m.id desc limit ${limit + 1}`.execute(tx);
  return rows;
}

/** The last segment first, like the newest message first. Only who may see campaigns gets their names. */
function entriesOf(row: SubmittedRow, named: boolean): z.output<typeof SegmentEntry>[] {
  return Array.from({ length: row.segments }, (_, i) => ({
    message_id: row.id,
    segment: row.segments - i,
    of: row.segments,
    at: row.submitted_at.toISOString(),
    to: row.number,
    source: { type: row.source_type, id: row.source_id, name: named ? row.source_name : null },
  }));
}

function readCursor(cursor: string | undefined): { id: string; segment: number } | null {
  if (cursor === undefined) return null;
  const [, id, segment] = /^([^.]+)\.(\d{1,3})$/.exec(cursor) ?? [];
  if (!id || !segment || !isId(id))
    throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
  return { id, segment: Number(segment) };
}

/** How many entries of the first row the previous page has shown. */
function entriesBefore(rows: SubmittedRow[], { id, segment }: { id: string; segment: number }): number {
  const first = rows[0];
  return first?.id === id ? first.segments - segment + 1 : 0;
}
