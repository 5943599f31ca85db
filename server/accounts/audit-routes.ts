import { type AuditEvent, type audit, auditActions, auditSubjects } from "../../contract/audit.ts";
import type { Clock } from "../kit/clock.ts";
import { csvLine } from "../kit/csv.ts";
import type { Db } from "../kit/db.ts";
import { invalid } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { isId } from "../kit/id.ts";
import { type AuditFilter, selectAuditEvents } from "./audit-events-store.ts";
import { recordAuditEvent } from "./audit-events.ts";

const exportPage = 1_000;

/** The calls on /audit-events. */
export function auditRoutes({ db, clock }: { db: Db; clock: Clock }): Handlers<typeof audit> {
  return {
    async list({ actor: { workspaceId }, query }) {
      const { cursor, limit } = query;
      if (cursor !== undefined && !isId(cursor))
        throw invalid("invalid_cursor", "This is no next_cursor of this list.", "cursor", cursor);
      const rows = await db.inWorkspace(workspaceId, (tx) =>
        selectAuditEvents(tx, workspaceId, readFilter(query), { before: cursor ?? null, limit: limit + 1 }),
      );
      const items = rows.slice(0, limit);
      return { items, next_cursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
    },
    async export({ actor: { workspaceId }, query, setHeader }) {
      const filter = readFilter(query);
      await db.inWorkspace(workspaceId, (tx) =>
        recordAuditEvent(tx, { workspaceId, at: clock.now(), action: "audit.exported", after: { ...query } }),
      );
      setHeader("content-disposition", 'attachment; filename="audit-log.csv"');
      return csvOf(db, workspaceId, filter);
    },
  };
}

interface Query {
  from?: string | undefined;
  to?: string | undefined;
  who?: string | undefined;
  action?: string | undefined;
}

function readFilter({ from, to, who, action }: Query): AuditFilter {
  const start = from ? new Date(from) : null;
  const end = to ? new Date(to) : null;
  if (start && end && end <= start) throw invalid("empty_range", "`to` is not after `from`.", "to", to);
  return { from: start, to: end, who: who?.toLowerCase() ?? null, actions: action ? actionsOf(action) : null };
}

/** One action, or all actions of a subject. */
function actionsOf(action: string): readonly string[] {
  if (auditSubjects.some((subject) => subject === action))
    return auditActions.filter((each) => each.startsWith(`${action}.`));
  if (auditActions.some((each) => each === action)) return [action];
  const known = auditSubjects.join(", ");
  throw invalid("unknown_action", `No events are called ${action}; kinds are: ${known}.`, "action", action);
}

const columns = [
  "at",
  "actor_type",
  "actor",
  "actor_id",
  "maker",
  "action",
  "target_type",
  "target",
  "target_id",
  "ip",
];

async function* csvOf(db: Db, workspaceId: string, filter: AuditFilter): AsyncIterable<string> {
  // The byte order mark makes Excel read the file as UTF-8.
  yield `\uFEFF${csvLine([...columns, "before", "after"])}`;
  for (let before: string | null = null; ;) {
    const page = { before, limit: exportPage };
    const rows: AuditEvent[] = await db.inWorkspace(workspaceId, (tx) =>
      selectAuditEvents(tx, workspaceId, filter, page),
    );
    yield rows.map(lineOf).join("");
    const last = rows.at(-1);
    if (!last || rows.length < exportPage) return;
    before = last.id;
  }
}

function lineOf({ at, actor, action, target, ip, before, after }: AuditEvent): string {
  const fields = (changed: object | null) => (changed ? JSON.stringify(changed) : "");
  const who = [actor.type, actor.name, actor.id ?? "", actor.maker?.name ?? ""];
  const what = [action, target?.type ?? "", target?.name ?? "", target?.id ?? ""];
  return csvLine([at, ...who, ...what, ip ?? "", fields(before), fields(after)]);
}
