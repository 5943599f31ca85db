/** Sends the texts of an action. */
import type { SkipReason } from "../../../contract/messages.ts";
import type { Template, TemplateValues } from "../../../rules/placeholders.ts";
import type { MessageBatch, Person } from "../../messages/send/batch.ts";
import { sendMessages } from "../../messages/send/send-messages.ts";
import type { DecisionRow } from "./decisions-store.ts";
import { mailInstead } from "./send-mails-of.ts";
import { type Deciding, type Step, skip } from "./step.ts";
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
  const access = await accessLinks(deciding, steps, action);
  const able = steps.filter((step) => hasWay(step, action, access, workflow));
  // The door looks up the numbers of contacts.
  const failed = able.filter(({ recipient }) => recipient?.contact === null && recipient.number === null);
  for (const step of failed) skip(step, "no_number");
  const reachable = able.filter((step) => !failed.includes(step));
  const people = reachable.map((step) => personOf(deciding, step, action, access));
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

/** The links to people's own pages, by contact, if any of the texts names them. */
async function accessLinks(
  { tx, workspace, access, now }: Deciding,
  steps: readonly Step[],
  action: SendSms,
): Promise<ReadonlyMap<string, string>> {
  if (!workspace.customer_access || !namesAccess(steps[0]?.occasion.workflow, action)) return new Map();
  const contacts = steps.flatMap(({ recipient }) => recipient?.contact?.id ?? []);
  return access.make(tx, workspace.workspace_id, [...new Set(contacts)], now);
}

const textsOf = ({ text, texts = {} }: SendSms): string[] => [text, ...Object.values(texts)];

const namesAccess = (workflow: Step["occasion"]["workflow"] | undefined, action: SendSms): boolean =>
  workflow !== undefined && textsOf(action).some((text) => templateOf(workflow, text).fields.includes("access.link"));

/** Whether a text that needs the link to somebody's page has one. */
function hasWay(
  step: Step,
  action: SendSms,
  access: ReadonlyMap<string, string>,
  workflow: Step["occasion"]["workflow"],
): boolean {
  const template = templateOf(workflow, textFor(action, step.recipient?.locale ?? null));
  if (!template.needs.some((names) => names.includes("access.link"))) return true;
  if (access.has(step.recipient?.contact?.id ?? "")) return true;
  skip(step, "no_access");
  return false;
}

function personOf(
  { workspace, links }: Deciding,
  { occasion, recipient, decision }: Step,
  action: SendSms,
  access: ReadonlyMap<string, string>,
): Person {
  if (recipient === null) throw new Error("a text has a recipient");
  const link = access.get(recipient.contact?.id ?? "") ?? null;
  const { booking, before, together = [] } = occasion;
  const of = (each: typeof booking) => valuesFor({ booking: each, before, recipient, access: link }, workspace, links);
  const values: TemplateValues = joinedValues([booking, ...together].map(of), recipient.locale ?? workspace.language);
  const template: Template = templateOf(occasion.workflow, textFor(action, recipient.locale));
  return {
    ...(recipient.contact ? { contact_id: recipient.contact.id } : { number: recipient.number ?? "" }),
    values,
    template,
    key: [decision.booking_id, decision.occurrence.toISOString(), decision.action, decision.recipient].join(" "),
    at: decision.due_at,
    expires_at: occasion.expires_at,
    ...(link !== null && { secrets: [{ value: link, shown: "[access link]" }] }),
  };
}
