/** Sends one of a workflow's texts or mails to somebody who asked to see it. */
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid } from "../../kit/errors.ts";
import { newId } from "../../kit/id.ts";
import { readAddress } from "../../kit/mail.ts";
import { sendMails } from "../../mail/send-mails.ts";
import { skipProblem } from "../../messages/send/api-send-problems.ts";
import { sendMessages } from "../../messages/send/send-messages.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { requireWorkflow } from "./edit-workflow.ts";
import { bookingFor, exampleBefore, exampleBooking, readerOf } from "./example.ts";
import { attachmentMaker, mailLanguage } from "./mail-attachments.ts";
import { mailOfText } from "./mail-of-text.ts";
import type { DecideServices } from "./step.ts";
import { renderedOf, templateOf, textFor, valuesFor } from "./texts.ts";
import { senderOf } from "./workflow-sender.ts";
import { type StoredAction, testSource, type WorkflowRow } from "./workflow.ts";

interface Asked {
  to: string;
  booking?: string | undefined;
  action?: string | undefined;
}

type Sending = Extract<StoredAction, { action: "send_sms" | "send_email" }>;

/** 422 for a number or address that is none, a workflow that sends nothing of the kind, and a quota that is used up. */
export async function testWorkflow(
  services: DecideServices,
  tx: Tx,
  workspaceId: string,
  id: string,
  asked: Asked,
  now: Date,
): Promise<{ message_id?: string; mail_id?: string }> {
  const workflow = await requireWorkflow(tx, workspaceId, id);
  const workspace = await getWorkspace(tx, workspaceId);
  const action = actionFor(workflow, asked);
  const booking =
    (await bookingFor(tx, workspaceId, workflow, asked.booking)) ?? exampleBooking(workspace, services.links, now);
  const recipient = readerOf(booking, {});
  const before = workflow.trigger === "booking_changed" ? exampleBefore(booking) : null;
  const values = valuesFor({ booking, before, recipient, access: services.access.filler }, workspace, services.links);
  await recordAuditEvent(tx, {
    workspaceId,
    at: now,
    action: "workflow.tested",
    target: { type: "workflow", id, name: workflow.name },
  });
  const source = { type: testSource, id: workflow.id, at: now };
  if (action.action === "send_email") {
    const email = readAddress(asked.to);
    if (email === null) throw invalid("invalid_address", `${asked.to} is not one e-mail address.`, "to", asked.to);
    const language = mailLanguage(workspace, recipient.locale);
    const subject = textFor({ text: action.subject, texts: action.subjects }, recipient.locale);
    const own = { ...values, workspace: { name: workspace.name }, sender: { address: workspace.name } };
    const heading = renderedOf(templateOf(workflow, subject), own);
    if (heading === null) throw invalid("render_error", "A filter makes the subject too long.", "subject", subject);
    const attachments = await attachmentMaker({ ...services, workspace, now }, action)(booking, {
      recipient,
      language,
      heading,
    });
    const { mails } = await sendMails(tx, {
      workspace,
      source,
      class: "transactional",
      subscription_type: null,
      template: mailOfText(workflow, { subject, text: textFor(action, recipient.locale), language }),
      people: [{ contact_id: null, email, values: own, key: newId(now), attachments }],
      now,
    });
    const [mail] = mails;
    if (!mail || mail.status === "skipped")
      throw invalid(mail?.reason ?? "no_address", `No mail can go to ${email}.`, "to", asked.to);
    return { mail_id: mail.id };
  }
  const sender = await senderOf(tx, workspace, action.sender ?? null, now);
  if (!sender) throw invalid("no_sender", "There is no sender for it.", "sender", action.sender ?? null);
  const text = textFor(action, recipient.locale);
  const { messages } = await sendMessages(tx, {
    workspace,
    source,
    class: "transactional",
    sender,
    subscription_type: null,
    template: templateOf(workflow, text),
    opt_out_text: null,
    recipients: { people: [{ number: asked.to, values, key: newId(now) }] },
    quota: { kind: "reserve" },
    now,
  });
  const [message] = messages;
  if (!message || message.reason !== null)
    throw skipProblem({ to: asked.to, text }, message?.reason ?? "invalid_number", workspace.country);
  return { message_id: message.id };
}

/** The action that is asked for, else the first that sends to such an address. */
function actionFor(workflow: WorkflowRow, { to, action: id }: Asked): Sending {
  const kind = to.includes("@") ? "send_email" : "send_sms";
  const sending = workflow.do.filter(
    (each): each is Sending => each.action === "send_sms" || each.action === "send_email",
  );
  if (id !== undefined) {
    const named = sending.find((each) => each.id === id);
    if (!named) throw invalid("unknown_action", `There is no action ${id} that sends something.`, "action", id);
    if (named.action === kind) return named;
    throw invalid(
      "wrong_address",
      named.action === "send_sms" ? "A text goes to a number." : "A mail goes to an e-mail address.",
      "to",
      to,
    );
  }
  const first = sending.find(({ action }) => action === kind);
  if (first) return first;
  const message =
    kind === "send_sms" ? "It sends no text: give an e-mail address." : "It sends no mail: give a number.";
  throw invalid("wrong_address", message, "to", to);
}
