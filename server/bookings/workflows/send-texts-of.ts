/** Sends the texts of an action. */
import type { SkipReason } from "../../../contract/messages.ts";
import type { Template, TemplateValues } from "../../../rules/placeholders.ts";
import type { MessageBatch, Person } from "../../messages/send/batch.ts";
import { sendMessages } from "../../messages/send/send-messages.ts";
import { accessOf, makeAccess, secretsOf, withAccess } from "./access-of-texts.ts";
import type { DecisionRow } from "./decisions-store.ts";
import { mailInstead } from "./send-mails-of.ts";
import { type Deciding, occasionKey, type Step, skip } from "./step.ts";
import { joinedValues, templateOf, textFor, valuesFor } from "./texts.ts";
import { senderOf } from "./workflow-sender.ts";
import { sourceType, type StoredAction } from "./workflow.ts";

type SendSms = Extract<StoredAction, { action: "send_sms" }>;

/** Reasons for which a text can never arrive, so that a mail may go instead. */
const unreachable: ReadonlySet<SkipReason> = new Set([
  "no_number",
  "invalid_number",
  "landline",
  "premium_number",
  "country_not_allowed",
  "opted_out",
]);

/** Queues a text for each step and notes what became of it; where the action says so, who cannot get one gets a mail. */
export async function sendTextsOf(deciding: Deciding, steps: readonly Step[]): Promise<DecisionRow[]> {
  const { tx, workspace, now, seal } = deciding;
  const [first] = steps;
  if (!first) return [];
  const action = first.action as SendSms;
  const { workflow } = first.occasion;
  const sender = await senderOf(tx, workspace, action.sender ?? null, now);
  if (!sender) {
    for (const step of steps) skip(step, "no_sender");
    return [];
  }
  const access = await makeAccess(deciding, steps, [action.text, ...Object.values(action.texts ?? {})]);
  const able = withAccess(steps, access, ({ recipient }) => [textFor(action, recipient?.locale ?? null)]);
  // The door looks up the numbers of contacts.
  const failed = able.filter(({ recipient }) => recipient?.contact === null && recipient.number === null);
  for (const step of failed) skip(step, "no_number");
  const reachable = able.filter((step) => !failed.includes(step));
  const people = reachable.map((step) => personOf(deciding, step, action, accessOf(access, step)));
  const batch: MessageBatch = {
    workspace,
    source: { type: sourceType, id: workflow.id, at: workflow.created_at },
    class: "transactional",
    sender,
    subscription_type: null,
    template: templateOf(workflow, action.text),
    seal,
    opt_out_text: null,
    recipients: { people },
    quota: { kind: "reserve-what-fits" },
    now,
  };
  const messages = people.length > 0 ? (await sendMessages(tx, batch)).messages : [];
  reachable.forEach((step, i) => {
    const { id, status, reason } = messages[i] ?? {};
    step.decision.message_id = id ?? null;
    step.decision.to = step.recipient?.contact?.mobile ?? step.recipient?.contact?.phone ?? step.decision.to;
    if (status === "queued" || reason === undefined || reason === null) return;
    skip(step, reason);
    if (unreachable.has(reason)) failed.push(step);
  });
  return action.fallback_email ? mailInstead(deciding, failed, action) : [];
}

function personOf({ workspace, links }: Deciding, step: Step, action: SendSms, link: string | null): Person {
  const { occasion, recipient, together, decision } = step;
  if (recipient === null) throw new Error("a text has a recipient");
  const { booking, before } = occasion;
  const of = (each: typeof booking) => valuesFor({ booking: each, before, recipient, access: link }, workspace, links);
  const values: TemplateValues = joinedValues([booking, ...together].map(of), recipient.locale ?? workspace.language);
  const template: Template = templateOf(occasion.workflow, textFor(action, recipient.locale));
  return {
    ...(recipient.contact ? { contact_id: recipient.contact.id } : { number: recipient.number ?? "" }),
    values,
    template,
    key: occasionKey(step),
    at: decision.due_at,
    expires_at: occasion.expires_at,
    ...secretsOf(link),
  };
}
