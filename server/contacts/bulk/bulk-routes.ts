import type { BulkChange } from "../../../contract/bulk-changes.ts";
import type { contacts } from "../../../contract/contacts.ts";
import type { Clock } from "../../kit/clock.ts";
import { cut, readCursor, writeCursor } from "../../kit/cursor.ts";
import type { Db } from "../../kit/db.ts";
import { notFound } from "../../kit/errors.ts";
import type { Handlers } from "../../kit/http.ts";
import { answerOnce } from "../../kit/idempotency.ts";
import type { Jobs } from "../../kit/jobs.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import { countContacts } from "../count-contacts.ts";
import * as store from "./bulk-store.ts";
import { startBulk } from "./start-bulk.ts";

const shownFailures = 1_000;

/** The calls on bulk changes, and counting whom they are about. */
export function bulkRoutes({
  db,
  clock,
  jobs,
  liveUpdates,
}: {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
}): Pick<Handlers<typeof contacts>, "count" | "startBulk" | "bulkChanges" | "getBulk"> {
  return {
    async count({ actor, query }) {
      return { count: await db.inWorkspace(actor.workspaceId, (tx) => countContacts(tx, actor.workspaceId, query)) };
    },
    async startBulk({ actor, body: input, idempotency }) {
      const { workspaceId, name: by } = actor;
      const at = clock.now();
      const { body, replayed } = await db.inWorkspace(workspaceId, (tx) =>
        answerOnce(
          tx,
          workspaceId,
          idempotency,
          async () => ({ status: 202, body: await startBulk(tx, { workspaceId, by, input, at, jobs }) }),
          at,
        ),
      );
      if (idempotency) idempotency.replayed = replayed;
      liveUpdates.publish(workspaceId, "bulk", body.id);
      return body;
    },
    async bulkChanges({ actor, query }) {
      const [before] = query.cursor ? readCursor(query.cursor, "bulk", 1) : [];
      const rows = await db.inWorkspace(actor.workspaceId, (tx) =>
        store.selectBulks(tx, actor.workspaceId, { before: before ?? null, limit: query.limit + 1 }),
      );
      const page = cut(rows, query.limit, (row) => writeCursor("bulk", row.id));
      return { items: page.items.map(present), next_cursor: page.next_cursor };
    },
    async getBulk({ actor, params }) {
      const row = await db.inWorkspace(actor.workspaceId, (tx) => store.selectBulk(tx, actor.workspaceId, params.id));
      if (!row) throw notFound("bulk change", params.id);
      return present(row);
    },
  };
}

function present(row: store.BulkRow): BulkChange {
  return {
    id: row.id,
    status: row.status,
    action: row.action,
    list: row.list_id === null ? null : { id: row.list_id, name: row.list_name ?? "" },
    marketing: row.marketing,
    done: row.done,
    // Contacts that begin to match meanwhile are changed too.
    of: row.total === null ? null : Math.max(row.total, row.done),
    changed: row.changed,
    failed: row.missing.slice(0, shownFailures).map((id) => ({ contact_id: id, reason: "not_found" })),
    failed_count: row.missing.length,
    error: row.error,
    created_by: row.created_by,
    created_at: row.created_at.toISOString(),
    finished_at: row.finished_at?.toISOString() ?? null,
  };
}
