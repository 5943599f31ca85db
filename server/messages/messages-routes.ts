import type { messages, segments } from "../../contract/messages.ts";
import { splitSegments } from "../../rules/gsm-segments.ts";
import type { Db } from "../kit/db.ts";
import { invalid, notFound } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import { findMessage, floorOf, listMessages } from "./messages-queries.ts";
import { presentMessage, presentWithHistory } from "./present-message.ts";
import type { ApiSends } from "./send/batch-api-sends.ts";

/**
 * Rows that one call reads at most for a status or a kind of source, which have no index: a status changes twice in a message's
 * life, and an index on it would make each change as expensive as a new row.
 */
const lookThrough = 50_000;

/** The calls on /messages. */
export function messagesRoutes({
  db,
  apiSends,
  most = lookThrough,
}: {
  db: Db;
  apiSends: ApiSends;
  most?: number;
}): Handlers<typeof messages> {
  return {
    send: ({ actor, body, idempotency }) => apiSends.send(actor.workspaceId, { input: body, idempotency }),
    async get({ actor, params }) {
      const row = await db.inWorkspace(actor.workspaceId, (tx) => findMessage(tx, actor.workspaceId, params.id));
      if (!row) throw notFound("message", params.id);
      return presentWithHistory(row);
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
