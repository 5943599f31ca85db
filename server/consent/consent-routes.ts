import type { consent } from "../../contract/consent.ts";
import type { OptOutRow } from "../contacts/contact.ts";
import type { Tx } from "../kit/db.ts";
import { notFound } from "../kit/errors.ts";
import type { Call, Handlers } from "../kit/http.ts";
import type { Services } from "../kit/services.ts";
import { createPreferenceLinks, insertPreferenceLinks } from "../links/preference-links.ts";
import { contactExists } from "./consent-store.ts";
import { getConsent } from "./get-consent.ts";
import { liftOptOut, type OptOutByHand, optOutByHand } from "./opt-out-by-hand.ts";
import { recordConsent } from "./record-consent.ts";
import { createSubscriptionType, listSubscriptionTypes } from "./subscription-types.ts";

type ByHandCall = Pick<Call<(typeof consent)["optOut"]>, "actor" | "params" | "body">;

/** The calls on subscription types and the consent ledger. */
export function consentRoutes({
  db,
  clock,
  liveUpdates,
  config,
}: Pick<Services, "db" | "clock" | "liveUpdates" | "config">): Handlers<typeof consent> {
  const preferences = createPreferenceLinks(config);
  const byHand =
    (write: (tx: Tx, change: OptOutByHand) => Promise<OptOutRow[]>) =>
    async ({ actor, params, body }: ByHandCall) => {
      const { workspaceId, userId, name } = actor;
      const change = { workspaceId, contactId: params.id, sender: body.sender ?? null, reason: body.reason };
      const source = userId ? "web" : "api";
      const rows = await db.inWorkspace(workspaceId, (tx) =>
        write(tx, { ...change, recordedBy: name, source, at: clock.now() }),
      );
      liveUpdates.publish(workspaceId, "contact", params.id);
      return { opt_outs: rows.map((row) => ({ ...row, at: row.at.toISOString() })) };
    };
  return {
    optOut: byHand(optOutByHand),
    liftOptOut: byHand(liftOptOut),
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
      liveUpdates.publish(actor.workspaceId, "contact", event.contact_id);
      return event;
    },
    async preferencesLink({ actor, params }) {
      const { workspaceId } = actor;
      return db.inWorkspace(workspaceId, async (tx) => {
        if (!(await contactExists(tx, workspaceId, params.id))) throw notFound("contact", params.id);
        const code = preferences.codeOf(workspaceId, params.id);
        await insertPreferenceLinks(tx, workspaceId, [{ contact_id: params.id, code }]);
        return { url: preferences.urlOf(code) };
      });
    },
    async ofContact({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, (tx) => getConsent(tx, actor.workspaceId, params.id));
    },
  };
}
