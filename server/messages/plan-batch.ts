/** Decides for each recipient of a batch: which text with which id, or which skip. Reads, and writes nothing. */
import type { SkipReason } from "../../contract/messages.ts";
import { usualValidity } from "../../rules/campaign-validity.ts";
import { beyondNames } from "../../rules/names-as-senders.ts";
import type { Template } from "../../rules/placeholders.ts";
import type { Tx } from "../kit/db.ts";
import { namedId, newId } from "../kit/id.ts";
import type { NewMessage, NewSkip } from "./messages-store.ts";
import { contactRecipients, numberRecipients, type Recipient } from "./recipients.ts";
import { type Rendered, renderer } from "./render.ts";
import type { MessageBatch, NumberRecipient, SentMessage } from "./send-messages.ts";
import type { SuppressionRule } from "./suppress.ts";

/** What a batch comes to. */
export interface BatchPlan {
  messages: NewMessage[];
  skips: NewSkip[];
  /** With `numbers`: one for each, in their order. */
  answers: SentMessage[];
}

/** How long a text waits for its hand-over at most. A campaign of yesterday is no longer news; a receipt still is. */
const validity = { transactional: 48 * 3_600_000, marketing: usualValidity * 1_000 } as const;

/** Plans a batch by the state of this moment. */
export async function planBatch(tx: Tx, batch: MessageBatch, rule: SuppressionRule): Promise<BatchPlan> {
  const expiresAt = batch.expires_at ?? new Date(batch.now.getTime() + validity[batch.class]);
  const plan: BatchPlan = { messages: [], skips: [], answers: [] };
  const texts = renderers(batch, batch.sender.address);
  const { standIn } = rule;
  const textsOfStandIn = standIn && renderers(batch, standIn.address);
  const seen = new Set<string>();

  const place = (recipient: Recipient, given: NumberRecipient | null) => {
    const { number, contact_id } = recipient;
    const replaced = textsOfStandIn && number !== null && beyondNames.test(number);
    const textsOf = replaced ? textsOfStandIn : texts;
    const rendered = recipient.reason === null ? textsOf(given?.template ?? batch.template)(recipient.values) : null;
    const reason = reasonOf(recipient, rendered, batch.source.id !== null && seen.has(number ?? ""));
    if (reason === null && rendered?.ok && number !== null) {
      const { text, encoding, segments } = rendered;
      const id = given?.id ?? messageId(batch, number);
      seen.add(number);
      plan.messages.push({
        id,
        contact_id,
        number,
        text,
        encoding,
        segments,
        expires_at: given?.expires_at ?? expiresAt,
        ...(replaced && { sender_id: standIn?.id }),
      });
      return { id, status: "queued" as const, reason: null, segments };
    }
    const skip = planSkip(batch, recipient, reason ?? "invalid_number", given?.id);
    plan.skips.push(skip);
    return { id: skip.id, status: "skipped" as const, reason: skip.reason, segments: 0 };
  };

  if ("contacts" in batch.recipients) {
    const found = await contactRecipients(tx, rule, batch.recipients.contacts, batch.template.fields);
    for (const recipient of found) place(recipient, null);
  } else {
    const { numbers } = batch.recipients;
    const fields = [...new Set(numbers.flatMap((each) => (each.template ?? batch.template).fields))];
    const given = numbers.map((each) => each.number);
    const found = await numberRecipients(tx, rule, batch.workspace.country, given, fields);
    plan.answers = found.map((recipient, i) => place(recipient, numbers[i] ?? null));
  }
  return plan;
}

/** The skip of a recipient, named by contact: the number may be somebody else's message, or missing. */
export function planSkip(
  batch: Pick<MessageBatch, "source" | "occurrence">,
  { number, contact_id }: Pick<Recipient, "number" | "contact_id">,
  reason: SkipReason,
  id?: string,
): NewSkip {
  const name = contact_id === null ? `skip ${number}` : `contact ${contact_id}`;
  return { id: id ?? messageId(batch, name), contact_id, number: number ?? "", reason };
}

/** Makes skips of all messages of a plan, and of their answers; each answer is found by its id, since they may be thousands. */
export function skipMessages(
  batch: Pick<MessageBatch, "source" | "occurrence">,
  plan: BatchPlan,
  reason: SkipReason,
): void {
  const answers = new Map(plan.answers.map((answer) => [answer.id, answer]));
  for (const message of plan.messages) {
    plan.skips.push(planSkip(batch, message, reason, message.id));
    const answer = answers.get(message.id);
    if (answer) Object.assign(answer, { status: "skipped", reason, segments: 0 });
  }
  plan.messages = [];
}

function reasonOf(recipient: Recipient, rendered: Rendered | null, duplicate: boolean): SkipReason | null {
  if (recipient.reason !== null) return recipient.reason;
  if (duplicate) return "duplicate";
  return rendered && !rendered.ok ? rendered.reason : null;
}

function messageId({ source, occurrence }: Pick<MessageBatch, "source" | "occurrence">, recipient: string): string {
  if (source.id === null) return newId(source.at);
  return namedId(source.at, `${source.type}:${source.id}:${recipient}:${occurrence ?? ""}`);
}

/** One renderer a template, so that its cache serves the whole batch. */
function renderers({ workspace, opt_out_text }: MessageBatch, address: string) {
  const constant = { workspace: { name: workspace.name }, sender: { address } };
  const known = new Map<Template, ReturnType<typeof renderer>>();
  return (template: Template) => {
    let render = known.get(template);
    if (!render) {
      render = renderer(template, opt_out_text, constant);
      known.set(template, render);
    }
    return render;
  };
}
