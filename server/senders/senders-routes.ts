import type { Sender as SenderAnswer, senders } from "../../contract/senders.ts";
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import * as store from "./senders-store.ts";
import { createSender, requireCarrier, type Sender } from "./senders.ts";

/** The calls on /senders. */
export function sendersRoutes({ db, clock }: { db: Db; clock: Clock }): Handlers<typeof senders> {
  return {
    async list({ actor }) {
      const rows = await db.inWorkspace(actor.workspaceId, (tx) => store.listSenders(tx, actor.workspaceId));
      return { items: rows.map(present), next_cursor: null };
    },
    async create({ actor, body }) {
      const { workspaceId } = actor;
      const at = clock.now();
      return db.inWorkspace(workspaceId, async (tx) => {
        const sender = await createSender(tx, workspaceId, body, at);
        const target = { type: "sender", id: sender.id, name: sender.address };
        await recordAuditEvent(tx, { workspaceId, at, action: "sender.created", target, after: settingsOf(sender) });
        return present(sender);
      });
    },
    async update({ actor, params, body }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        await store.lockSenders(tx, actor.workspaceId);
        const before = await store.findSender(tx, actor.workspaceId, params.id);
        if (!before) throw notFound("sender", params.id);
        if (body.is_default) {
          await store.clearDefault(tx, actor.workspaceId);
          await store.setDefault(tx, actor.workspaceId, params.id);
        }
        if (body.rate_per_second !== undefined)
          await store.setRate(tx, actor.workspaceId, params.id, body.rate_per_second);
        if (body.carrier_id !== undefined) {
          await requireCarrier(tx, actor.workspaceId, body.carrier_id);
          await store.setCarrier(tx, actor.workspaceId, params.id, body.carrier_id);
        }
        const sender = await store.findSender(tx, actor.workspaceId, params.id);
        if (!sender) throw notFound("sender", params.id);
        const target = { type: "sender", id: sender.id, name: sender.address };
        const event = { workspaceId: actor.workspaceId, at: clock.now(), action: "sender.updated", target } as const;
        await recordChange(tx, event, settingsOf(before), settingsOf(sender));
        return present(sender);
      });
    },
  };
}

/** The settings that can be changed. */
const settingsOf = ({ is_default, rate_per_second, carrier_id }: Sender) => ({
  is_default,
  rate_per_second,
  carrier_id,
});

function present(sender: Sender): SenderAnswer {
  const { workspace_id: _, created_at, ...rest } = sender;
  return { ...rest, created_at: created_at.toISOString() };
}
