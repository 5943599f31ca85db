import type { consent } from "../../contract/consent.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import type { Handlers } from "../kit/http.ts";
import type { News } from "../kit/news.ts";
import { getConsent } from "./get-consent.ts";
import { recordConsent } from "./record-consent.ts";
import { createSubscriptionType, listSubscriptionTypes } from "./subscription-types.ts";

/** The calls on subscription types and the consent ledger. */
export function consentRoutes({
  db,
  clock,
  news,
}: {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
}): Handlers<typeof consent> {
  return {
    async types({ actor }) {
      const types = await db.inWorkspace(actor.workspaceId, (tx) => listSubscriptionTypes(tx, actor.workspaceId));
      return { items: types.map(({ bit: _, ...type }) => type), next_cursor: null };
    },
    async createType({ actor, body }) {
      const { bit: _, ...type } = await db.inWorkspace(actor.workspaceId, (tx) =>
        createSubscriptionType(tx, actor.workspaceId, body.name, clock.now()),
      );
      return type;
    },
    async record({ actor, body }) {
      const event = await db.inWorkspace(actor.workspaceId, (tx) =>
        recordConsent(tx, { workspaceId: actor.workspaceId, input: body, recordedBy: actor.name, now: clock.now() }),
      );
      news.tell(actor.workspaceId, "contact", event.contact_id);
      return event;
    },
    async ofContact({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, (tx) => getConsent(tx, actor.workspaceId, params.id));
    },
  };
}
