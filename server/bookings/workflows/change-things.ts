/** Actions that send nothing: they change the booking or the contact, or call a webhook. */
import { updateContact } from "../../contacts/contacts.ts";
import { addMembers } from "../../contacts/lists.ts";
import { Problem } from "../../kit/errors.ts";
import { namedId } from "../../kit/id.ts";
import { insertDeliveries } from "../../webhooks/deliveries-store.ts";
import { findWebhook } from "../../webhooks/webhooks-store.ts";
import { presentBooking } from "../present-booking.ts";
import { changeBooking } from "../write-booking.ts";
import { type Deciding, skip, type Step } from "./step.ts";
import type { StoredAction } from "./workflow.ts";

type Of<Kind extends StoredAction["action"]> = Extract<StoredAction, { action: Kind }>;

/** Changes the status of each booking, as the workflow. */
export async function changeStatus({ tx, workspace, now }: Deciding, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const { booking, workflow, depth } = step.occasion;
    const { status } = step.action as Of<"change_status">;
    if (!booking) {
      skip(step, "no_recipient");
      continue;
    }
    const context = { by: "system", name: workflow.name, notify: true, depth: depth + 1, at: now } as const;
    try {
      const after = await changeBooking(tx, workspace.workspace_id, booking.id, { status }, context);
      if (after.status === booking.status) skip(step, "unchanged");
    } catch (error) {
      // The name of a status may be gone since.
      if (!(error instanceof Problem)) throw error;
      skip(step, "gone");
    }
  }
}

/** Changes whether each customer may get marketing, and puts them on a list. */
export async function setContact({ tx, workspace, now }: Deciding, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    const { booking, contact } = step.occasion;
    const customer = booking ? booking.customer : contact;
    const { marketing, list } = step.action as Of<"set_contact">;
    if (!customer) {
      skip(step, "no_recipient");
      continue;
    }
    step.decision.contact_id = customer.id;
    try {
      if (marketing !== undefined) await updateContact(tx, workspace.workspace_id, customer.id, { marketing }, now);
      if (list !== undefined) await addMembers(tx, workspace.workspace_id, list, [customer.id], now);
    } catch (error) {
      // The list or the contact may be gone since.
      if (!(error instanceof Problem)) throw error;
      skip(step, "gone");
    }
  }
}

/** The event that a workflow's webhook gets. */
const triggeredEvent = "workflow.triggered";

/** Queues a delivery to the webhook for each booking, signed and retried like any other. */
export async function callWebhook({ tx, workspace, links, now }: Deciding, steps: readonly Step[]): Promise<void> {
  const { workspace_id: workspaceId } = workspace;
  const [first] = steps;
  if (!first) return;
  const { webhook: webhookId } = first.action as Of<"webhook">;
  const webhook = await findWebhook(tx, workspaceId, webhookId);
  if (!webhook?.enabled) {
    for (const step of steps) skip(step, "gone");
    return;
  }
  const deliveries = steps.map(({ occasion, decision }) => {
    const { workflow, booking, contact } = occasion;
    const id = namedId(
      decision.due_at,
      `${workflow.id} ${decision.booking_id} ${decision.occurrence.toISOString()} ${decision.action}`,
    );
    const data = {
      workflow: { id: workflow.id, name: workflow.name },
      trigger: workflow.trigger,
      booking: booking && presentBooking(links, booking),
      contact_id: booking?.customer_id ?? contact?.id ?? null,
    };
    const body = JSON.stringify({ id, type: triggeredEvent, timestamp: decision.due_at.toISOString(), data });
    return { id, webhook_id: webhookId, event: triggeredEvent, body, contact_id: data.contact_id };
  });
  await insertDeliveries(tx, workspaceId, deliveries, now);
}
