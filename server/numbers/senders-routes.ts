import type { Sender as SenderAnswer, senders } from "../../contract/senders.ts";
import type { Db } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import type { Handlers } from "../kit/http.ts";
import * as store from "./senders-store.ts";
import { createSender, requireCarrier, type Sender } from "./senders.ts";

/** The calls on /senders. */
export function sendersRoutes({ db }: { db: Db }): Handlers<typeof senders> {
  return {
    async list({ actor }) {
      const rows = await db.inWorkspace(actor.workspaceId, (tx) => store.listSenders(tx, actor.workspaceId));
      return { items: rows.map(present), next_cursor: null };
    },
    async create({ actor, body }) {
      return present(await db.inWorkspace(actor.workspaceId, (tx) => createSender(tx, actor.workspaceId, body)));
    },
    async update({ actor, params, body }) {
      return db.inWorkspace(actor.workspaceId, async (tx) => {
        await store.lockSenders(tx, actor.workspaceId);
        if (!(await store.findSender(tx, actor.workspaceId, params.id))) throw notFound("sender", params.id);
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
        return present(sender);
      });
    },
  };
}

function present(sender: Sender): SenderAnswer {
  const { workspace_id: _, created_at, ...rest } = sender;
  return { ...rest, created_at: created_at.toISOString() };
}
