import { sql } from "kysely";
import type { messages, segments } from "../../contract/messages.ts";
import { splitSegments } from "../../rules/gsm-segments.ts";
import type { Db, Tx } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import { historyOf, type MessageRow, messageColumns, presentMessage } from "./present-message.ts";
import type { SendQueue } from "./send-queue.ts";

/**
 * Rows that one call looks through for a status or a kind of source, which no index knows: a status changes twice in a
 * message's life, and an index on it would make each change as dear as a new row.
 */
const lookThrough = 50_000;

/** The calls on /messages. */
export function messagesRoutes({
  db,
  sendQueue,
  most = lookThrough,
}: {
  db: Db;
  sendQueue: SendQueue;
  most?: number;
}): Handlers<typeof messages> {
  return {
    send: ({ actor, body, idempotency }) => sendQueue.send(actor.workspaceId, { input: body, idempotency }),
    async get({ actor, params }) {
      const row = await db.inWorkspace(actor.workspaceId, (tx) => findMessage(tx, actor.workspaceId, params.id));
      if (!row) throw notFound("message", params.id);
      return { ...presentMessage(row), history: historyOf(row) };
    },
    async list({ actor, query }) {
      const { cursor, limit, source, status, contact } = query;
      if (cursor !== undefined && !isId(cursor))
        throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
      const filter = { cursor, source: readSource(source), status, contact, limit: limit + 1 };
      const { rows, floor } = await db.inWorkspace(actor.workspaceId, async (tx) => {
        const found = await floorOf(tx, actor.workspaceId, filter, most);
        return { rows: await listMessages(tx, actor.workspaceId, { ...filter, floor: found }), floor: found };
      });
      const items = rows.slice(0, limit).map(presentMessage);
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : floor };
    },
  };
}

/** The calls on /segments. */
export function segmentsRoutes(): Handlers<typeof segments> {
  return {
    async count({ body }) {
      const { encoding, segments, units, unitsLeft, parts } = splitSegments(body.text);
      return { encoding, segments, units, units_left: unitsLeft, parts };
    },
  };
}

/** `campaign`, `campaign:id`, or the id alone. */
function readSource(source: string | undefined): { type: string | null; id: string | null } | null {
  if (!source) return null;
  if (isId(source)) return { type: null, id: source };
  const [type = "", id] = source.split(":", 2);
  if (id !== undefined && !isId(id))
    throw invalid("invalid_source", "A source is a type, or type:id with a UUID.", "source", source);
  return { type, id: id ?? null };
}

async function findMessage(tx: Tx, workspaceId: string, id: string): Promise<MessageRow | undefined> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from messages m
    left join senders s on s.workspace_id = m.workspace_id and s.id = m.sender_id
    where m.workspace_id = ${workspaceId} and m.id = ${id}`.execute(tx);
  return rows[0];
}

interface MessageFilter {
  cursor: string | undefined;
  source: { type: string | null; id: string | null } | null;
  status: string | undefined;
  contact: string | undefined;
  limit: number;
}

/** The oldest message that a call looks at, where there are older ones that it does not; the next page begins before it. */
async function floorOf(tx: Tx, workspaceId: string, filter: MessageFilter, most: number): Promise<string | null> {
  const { cursor, source, status, contact } = filter;
  const indexed = contact !== undefined || source?.id;
  if (indexed || (status === undefined && !source?.type)) return null;
  const { rows } = await sql<{ id: string }>`
    select id from messages where workspace_id = ${workspaceId} ${cursor ? sql`and id < ${cursor}` : sql``}
    order by id desc limit 2 offset ${most - 1}`.execute(tx);
  return rows.length === 2 ? (rows[0]?.id ?? null) : null;
}

async function listMessages(
  tx: Tx,
  workspaceId: string,
  filter: MessageFilter & { floor: string | null },
): Promise<MessageRow[]> {
  const { cursor, source, status, contact, limit, floor } = filter;
  const { rows } = await sql<MessageRow>`
    select ${messageColumns} from messages m
    left join senders s on s.workspace_id = m.workspace_id and s.id = m.sender_id
    where m.workspace_id = ${workspaceId}
      ${cursor ? sql`and m.id < ${cursor}` : sql``}
      ${floor ? sql`and m.id >= ${floor}` : sql``}
      ${source?.type ? sql`and m.source_type = ${source.type}` : sql``}
      ${source?.id ? sql`and m.source_id = ${source.id}` : sql``}
      ${status ? sql`and m.status = ${status}` : sql``}
      ${contact ? sql`and m.contact_id = ${contact}` : sql``}
    order by m.id desc limit ${limit}`.execute(tx);
  return rows;
}
