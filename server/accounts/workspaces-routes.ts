import { sql } from "kysely";
import type { z } from "zod";
import type { Workspace, workspaces } from "../../contract/accounts.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { forbidden, Problem } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import { changedKeywords } from "../workspaces/change-keywords.ts";
import { noteClockChange } from "../workspaces/clock-changes.ts";
import { createWorkspace, type Seed } from "../workspaces/create-workspace.ts";
import {
  checkCountry,
  checkTimeZone,
  getWorkspace,
  presentWorkspace,
  type WorkspaceRow,
} from "../workspaces/workspace.ts";
import { recordAuditEvent, recordChange } from "./audit-events.ts";
import { joinWorkspace } from "./create-person.ts";
import { membershipsOf } from "./members.ts";

interface Services {
  db: Db;
  clock: Clock;
  seed: Seed;
  senderAddress: SenderAddress;
}

/** The address of the sender that an id, number or name means. 422 on the field `sender` where there is none. */
export type SenderAddress = (tx: Tx, workspaceId: string, ref: string, at: Date) => Promise<string>;

export function workspacesRoutes(services: Services): Handlers<typeof workspaces> {
  const { db, clock, seed, senderAddress } = services;
  return {
    async create(call) {
      const { user } = call;
      if (!user) throw new Problem(401, "unauthenticated", "Sign in first.");
      const at = clock.now();
      const made = await db.asSystem(async (tx) => {
        const memberships = await membershipsOf(tx, user.id);
        if (!memberships.some((member) => member.role === "super_admin")) {
          throw forbidden("forbidden", "Only a super admin can create another workspace.");
        }
        const workspace = await createWorkspace(tx, call.body, seed, at);
        const { workspace_id: workspaceId } = workspace;
        await joinWorkspace(tx, { workspaceId, userId: user.id, role: "super_admin", smsSetup: true }, at);
        const target = { type: "workspace", id: workspaceId, name: workspace.name };
        await recordAuditEvent(tx, {
          workspaceId,
          at,
          action: "workspace.created",
          target,
          after: { super_admin: user.name },
        });
        return workspace;
      });
      return presentWorkspace(made);
    },

    async get(call) {
      const { workspaceId } = call.actor;
      return presentWorkspace(await db.inWorkspace(workspaceId, (tx) => getWorkspace(tx, workspaceId)));
    },

    async update(call) {
      const { workspaceId } = call.actor;
      return db.inWorkspace(workspaceId, (tx) =>
        changeWorkspace(tx, senderAddress, workspaceId, call.body, clock.now()),
      );
    },
  };
}

type Change = z.output<typeof workspaces.update.body>;

async function changeWorkspace(
  tx: Tx,
  senderAddress: SenderAddress,
  workspaceId: string,
  { keywords, frequency_cap, workflow_sender, reminder_hours, ...change }: Change,
  at: Date,
): Promise<Workspace> {
  if (change.country !== undefined) checkCountry(change.country, "country");
  if (change.time_zone !== undefined) checkTimeZone(change.time_zone, "time_zone");
  await sql`select 1 from workspaces where workspace_id = ${workspaceId} for update`.execute(tx);
  const row = await getWorkspace(tx, workspaceId);
  const before = presentWorkspace(row);
  const wanted = { ...row, ...change };
  if (keywords) wanted.keywords = changedKeywords(before.keywords, keywords, wanted);
  if (frequency_cap !== undefined) {
    wanted.frequency_cap_messages = frequency_cap?.messages ?? null;
    wanted.frequency_cap_days = frequency_cap?.days ?? null;
  }
  if (workflow_sender !== undefined)
    wanted.workflow_sender =
      workflow_sender && (await asField("workflow_sender", senderAddress(tx, workspaceId, workflow_sender, at)));
  if (reminder_hours !== undefined) {
    wanted.reminder_from = reminder_hours?.from ?? null;
    wanted.reminder_to = reminder_hours?.to ?? null;
  }
  await sql`
    update workspaces set name = ${wanted.name}, country = ${wanted.country}, time_zone = ${wanted.time_zone},
      language = ${wanted.language}, opt_out_text = ${wanted.opt_out_text}, help_text = ${wanted.help_text},
      opt_out_confirmation = ${wanted.opt_out_confirmation}, opt_in_confirmation = ${wanted.opt_in_confirmation},
      keywords = ${wanted.keywords && JSON.stringify(wanted.keywords)}::jsonb, undo_seconds = ${wanted.undo_seconds},
      segment_price = ${wanted.segment_price && JSON.stringify(wanted.segment_price)}::jsonb,
      frequency_cap_messages = ${wanted.frequency_cap_messages}, frequency_cap_days = ${wanted.frequency_cap_days},
      workflow_sender = ${wanted.workflow_sender}, reminder_from = ${wanted.reminder_from},
      reminder_to = ${wanted.reminder_to}, cancel_limit_minutes = ${wanted.cancel_limit_minutes},
      customer_access = ${wanted.customer_access}
    where workspace_id = ${workspaceId}`.execute(tx);
  const byClock = ({ time_zone, reminder_from, reminder_to }: WorkspaceRow) =>
    [time_zone, reminder_from, reminder_to].join(" ");
  if (byClock(wanted) !== byClock(row)) await noteClockChange(tx, workspaceId, at);
  const after = presentWorkspace(await getWorkspace(tx, workspaceId));
  const target = { type: "workspace", id: workspaceId, name: after.name };
  await recordChange(tx, { workspaceId, at, action: "workspace.updated", target }, before, after);
  return after;
}

/** What a lower check calls by another name, by the name of the call's field. */
async function asField<T>(field: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(error.status, error.code, error.message, { field, value: error.value, cause: error });
  }
}
