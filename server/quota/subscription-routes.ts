import { sql } from "kysely";
import type { subscription } from "../../contract/usage.ts";
import { recordChange } from "../accounts/audit-events.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { currentPeriod } from "./quota.ts";

/** The calls on /subscription. */
export function subscriptionRoutes({ db, clock }: { db: Db; clock: Clock }): Handlers<typeof subscription> {
  return {
    async get({ actor }) {
      const row = await db.inWorkspace(actor.workspaceId, (tx) => getWorkspace(tx, actor.workspaceId));
      return { allowance: row.allowance, renewal_day: row.renewal_day };
    },
    async update({ actor, body }) {
      const at = clock.now();
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        // Creates the current period by the old renewal day, if it is missing; its end is not changed.
        const { period_start } = await currentPeriod(tx, actor.workspaceId, at);
        await sql`select 1 from workspaces where workspace_id = ${actor.workspaceId} for update`.execute(tx);
        const { allowance, renewal_day } = await getWorkspace(tx, actor.workspaceId);
        const { rows } = await sql<{ allowance: number; renewal_day: number }>`
          update workspaces set allowance = coalesce(${body.allowance ?? null}, allowance),
            renewal_day = coalesce(${body.renewal_day ?? null}, renewal_day)
          where workspace_id = ${actor.workspaceId}
          returning allowance, renewal_day`.execute(tx);
        const changed = rows[0];
        if (!changed) throw new Error(`no workspace ${actor.workspaceId}`);
        if (body.allowance !== undefined) {
          await sql`
            update quota_periods set allowance = ${body.allowance}
            where workspace_id = ${actor.workspaceId} and period_start = ${period_start}`.execute(tx);
        }
        const event = {
          workspaceId: actor.workspaceId,
          at,
          action: "subscription.updated",
          target: { type: "subscription" },
        } as const;
        await recordChange(tx, event, { allowance, renewal_day }, changed);
        return changed;
      });
    },
  };
}
