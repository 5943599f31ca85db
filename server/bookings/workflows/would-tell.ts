/** What workflows would send at once about a change, without making it. */
import type { z } from "zod";
import type { bookings } from "../../../contract/bookings.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { getWorkspace, type WorkspaceRow } from "../../workspaces/workspace.ts";
import type { ChangeContext } from "../booking.ts";
import { completeBookings } from "../complete-bookings.ts";
import { selectHappeningsOf } from "../happenings-store.ts";
import { selectBusy } from "../list-store.ts";
import type { ManageLinks } from "../manage-links.ts";
import { changeBooking, makeBooking } from "../write-booking.ts";
import { changesOf } from "./changes.ts";
import { type Occasion, occasionsOfChange } from "./occasion.ts";
import { recipientsOf, selectGone } from "./recipients.ts";
import { renderedOf, speaks, templateOf, textFor, valuesFor } from "./texts.ts";
import { senderAddressOf } from "./workflow-sender.ts";
import { selectEnabled } from "./workflows-store.ts";

type Input = z.output<typeof bookings.wouldTell.body>;
type Told = z.output<typeof bookings.wouldTell.answer>;

/** Carries the result out of the transaction that is rolled back. */
class NotDone extends Error {
  readonly told: Told;
  constructor(told: Told) {
    super("This was only asked about");
    this.told = told;
  }
}

/** Makes the change, looks at what follows, and takes it back. Fails like the change itself where that cannot be made. */
export async function wouldTell(
  { db, links }: { db: Db; links: ManageLinks },
  workspaceId: string,
  input: Input,
  context: ChangeContext,
): Promise<Told> {
  try {
    return await db.inWorkspace(workspaceId, async (tx) => {
      throw new NotDone(await tryOut(tx, links, workspaceId, input, context));
    });
  } catch (error) {
    if (error instanceof NotDone) return error.told;
    throw error;
  }
}

async function tryOut(
  tx: Tx,
  links: ManageLinks,
  workspaceId: string,
  { id, change, cancel }: Input,
  context: ChangeContext,
): Promise<Told> {
  const from = { source: "ui", origin: "", external_id: null, external_at: null } as const;
  const fields = cancel ? { ...change, status: "cancelled" } : change;
  const booking =
    id === undefined
      ? (await makeBooking(tx, links, workspaceId, fields, from, context)).booking
      : await changeBooking(tx, workspaceId, id, fields, context);
  const workspace = await getWorkspace(tx, workspaceId);
  const workflows = await selectEnabled(tx, workspaceId);
  // Of the change that was made in this transaction alone: what waits besides is told anyway.
  const rows = (await selectHappeningsOf(tx, workspaceId, booking.id)).filter(({ at }) => at >= context.at);
  const occasions = changesOf(rows, booking)
    .flatMap((made) => occasionsOfChange(workflows, made, { booking, contact: null }, context.at))
    .filter(({ verdict }) => verdict === null);
  const items: Told["items"] = [];
  for (const occasion of occasions) items.push(...(await textsOf(tx, links, workspace, occasion)));
  const busy = await selectBusy(tx, workspaceId, {
    resources: booking.resource_ids,
    start: booking.start_at,
    end: booking.end_at,
    except: booking.id,
  });
  const others = await completeBookings(tx, workspaceId, workspace.time_zone, busy);
  return {
    items,
    busy: others.flatMap((other) =>
      other.resources
        .filter((resource) => booking.resource_ids.includes(resource.id))
        .map(({ id: resourceId, name }) => ({
          resource: { id: resourceId, name },
          booking: {
            id: other.id,
            reference: other.reference,
            start: other.start_at.toISOString(),
            end: other.end_at.toISOString(),
          },
        })),
    ),
  };
}

async function textsOf(
  tx: Tx,
  links: ManageLinks,
  workspace: WorkspaceRow,
  occasion: Occasion,
): Promise<Told["items"]> {
  const { workflow, booking, before } = occasion;
  const gone = await selectGone(tx, workspace.workspace_id, [occasion]);
  return workflow.do.flatMap((action): Told["items"] => {
    if (action.action !== "send_sms" && action.action !== "send_email") return [];
    const isSms = action.action === "send_sms";
    const address = isSms ? senderAddressOf(workspace, action.sender ?? null) : workspace.name;
    return recipientsOf(occasion, action.to, gone)
      .filter(({ locale, contact }) => speaks(workflow.when.languages, locale, workspace) && !contact?.muted)
      .flatMap((recipient): Told["items"] => {
        const values = valuesFor({ booking, before, recipient, access: `${links.origin}/a/…` }, workspace, links);
        const constant = { workspace: { name: workspace.name }, sender: { address } };
        const template = templateOf(workflow, textFor(action, recipient.locale));
        const text = renderedOf(template, { ...values, ...constant });
        if (text === null) return [];
        const to = isSms
          ? (recipient.contact?.mobile ?? recipient.contact?.phone ?? recipient.number)
          : (recipient.contact?.email ?? recipient.email);
        const told = { id: workflow.id, name: workflow.name };
        return [{ workflow: told, channel: isSms ? "sms" : "email", to: to ?? null, name: recipient.name, text }];
      });
  });
}
