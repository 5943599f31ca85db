/** Plans a batch: for each recipient a text with its id, or a skip. Only reads. */
import type { SkipReason } from "../../../contract/messages.ts";
import { usualValidity } from "../../../rules/campaign-validity.ts";
import { beyondNames } from "../../../rules/names-as-senders.ts";
import type { Template } from "../../../rules/placeholders.ts";
import { type Rendered, renderer } from "../../../rules/render-text.ts";
import type { SuppressionRule } from "../../audience/suppress.ts";
import type { Tx } from "../../kit/db.ts";
import { namedId, newId } from "../../kit/id.ts";
import { pipelined } from "../../kit/prepared.ts";
import { shortenText } from "../../links/write-links.ts";
import { isUnasked } from "../../quota/source-types.ts";
import type { NewMessage, NewSkip, Occasion } from "../messages-store.ts";
import type { MessageBatch, Person, SentMessage } from "./batch.ts";
import { type Deferral, deferralOf } from "./deferral.ts";
import { contactRecipients, peopleRecipients, type Recipient } from "./recipients.ts";

/** The plan of a batch. */
export interface BatchPlan {
  messages: NewMessage[];
  skips: NewSkip[];
  /** With `people`: one for each, in their order. */
  answers: SentMessage[];
}

/** How long a text may wait for its submission by default: a campaign is outdated sooner than a transactional text. */
const validity = { transactional: 48 * 3_600_000, marketing: usualValidity * 1_000 } as const;

/** Plans a batch by the current state. */
export async function planBatch(tx: Tx, batch: MessageBatch, rule: SuppressionRule): Promise<BatchPlan> {
  const expiresAt = batch.expires_at ?? new Date(batch.now.getTime() + validity[batch.class]);
  const plan: BatchPlan = { messages: [], skips: [], answers: [] };
  const texts = renderers(batch, batch.sender.address);
  const { fallback } = rule;
  const textsOfFallback = fallback && renderers(batch, fallback.address);
  const seen = new Set<string>();
  const planned = new Map<string, number>();
  let deferral: Deferral | null = null;

  /** Whether the cap leaves nothing for the number, with what this batch gives it. */
  const isFull = ({ reason, number, received }: Recipient) =>
    rule.cap !== undefined &&
    reason === null &&
    received !== undefined &&
    received + (planned.get(number ?? "") ?? 0) >= rule.cap.messages;

  const place = (recipient: Recipient, given: Person | null) => {
    const { number, contact_id } = recipient;
    const replaced = textsOfFallback && number !== null && beyondNames.test(number);
    const textsOf = replaced ? textsOfFallback : texts;
    const rendered =
      recipient.reason === null ? textsOf(given?.template ?? batch.template)(recipient.values, given?.values) : null;
    const occasion = given && (given.key !== undefined || given.at) ? { key: given.key, at: given.at } : undefined;
    const sameText = `${number} ${occasion?.key ?? ""}`;
    const again = batch.source.id !== null && seen.has(sameText);
    const reason = isFull(recipient) ? "frequency_cap" : reasonOf(recipient, rendered, again);
    if (reason === null && rendered?.ok && number !== null) {
      const { encoding, segments } = rendered;
      const id = given?.id ?? messageId(batch, number, occasion);
      const expires = given?.expires_at ?? expiresAt;
      const moment = batch.moment?.(recipient) ?? null;
      const later = moment && moment > batch.now ? moment : null;
      const opens =
        deferral?.notBefore({ number, time_zone: recipient.time_zone, state: recipient.state }, later ?? batch.now) ??
        null;
      seen.add(sameText);
      // Of a source with an id, a second text to the number on the same occasion is a duplicate.
      if (batch.source.id === null || occasion) planned.set(number, (planned.get(number) ?? 0) + 1);
      plan.messages.push({
        id,
        contact_id,
        number,
        ...ownText(batch, { id, contact_id }, rendered),
        encoding,
        segments,
        expires_at: moment ? shifted(expires, batch.source.at, moment) : expires,
        ...((opens ?? later) && { not_before: opens ?? later ?? undefined, moment: later }),
        ...(replaced && { sender_id: fallback?.id }),
        ...(occasion && { occasion }),
      });
      return { id, status: "queued" as const, reason: null, segments };
    }
    const skip = planSkip(batch, { ...recipient, occasion }, reason ?? "invalid_number", given?.id);
    plan.skips.push(skip);
    return { id: skip.id, status: "skipped" as const, reason: skip.reason, segments: 0 };
  };

  if ("contacts" in batch.recipients) {
    const query = batch.recipients.contacts;
    const [found, read] = await pipelined(
      tx,
      () => contactRecipients(tx, rule, query, batch.template.fields),
      () => readHours(tx, batch),
    );
    deferral = read;
    for (const recipient of found) place(recipient, null);
  } else {
    const { people } = batch.recipients;
    const fields = [...new Set(people.flatMap((each) => (each.template ?? batch.template).fields))];
    const [found, read] = await pipelined(
      tx,
      () => peopleRecipients(tx, rule, batch.workspace.country, people, fields),
      () => readHours(tx, batch),
    );
    deferral = read;
    plan.answers = found.map((recipient, i) => place(recipient, people[i] ?? null));
  }
  return plan;
}

const readHours = (tx: Tx, { workspace, class: messageClass, source }: MessageBatch) =>
  isUnasked(source.type) ? deferralOf(tx, workspace, messageClass) : Promise.resolve(null);

/** An expiry that is as long after `moment` as it was after `from`. */
const shifted = (expiry: Date, from: Date, moment: Date) =>
  new Date(expiry.getTime() + Math.max(0, moment.getTime() - from.getTime()));

/** The rendered text, with the message's own short links and the link to the recipient's preferences. */
function ownText(
  { workspace, source: { type, id, at }, short_links }: MessageBatch,
  message: { id: string; contact_id: string | null },
  rendered: Extract<Rendered, { ok: true }>,
): Pick<NewMessage, "text" | "links" | "preference_code"> {
  let { text, links } = rendered;
  if (!short_links) {
    if (links.length > 0) throw new Error("links are shortened for a source that says how");
    return { text };
  }
  const own: Pick<NewMessage, "links" | "preference_code"> = {};
  const { preferences } = short_links;
  // It may also be within the address that a short link leads to.
  const isUsed = [text, ...links.map(({ target }) => target)].some((each) => each?.includes(preferences.standIn));
  if (message.contact_id !== null && isUsed) {
    own.preference_code = preferences.codeOf(workspace.workspace_id, message.contact_id);
    const url = preferences.urlOf(own.preference_code);
    text = text.replaceAll(preferences.standIn, url);
    links = links.map((each) => ({ ...each, target: each.target && each.target.replaceAll(preferences.standIn, url) }));
  }
  if (links.length === 0) return { ...own, text };
  if (id === null) throw new Error("links are shortened for a source that has an id");
  return { ...own, ...shortenText(short_links, { type, id, at }, message.id, { text, links }) };
}

/** The skip of a recipient. Its id is derived from the contact: the number may belong to another's message, or be missing. */
export function planSkip(
  batch: Pick<MessageBatch, "source">,
  { number, contact_id, occasion }: Pick<Recipient, "number" | "contact_id"> & { occasion?: Occasion | undefined },
  reason: SkipReason,
  id?: string,
): NewSkip {
  const name = contact_id === null ? `skip ${number}` : `contact ${contact_id}`;
  return { id: id ?? messageId(batch, name, occasion), contact_id, number: number ?? "", reason };
}

/** Turns all messages of a plan, and their answers, into skips; each answer is found by its id, since there may be thousands. */
export function skipMessages(batch: Pick<MessageBatch, "source">, plan: BatchPlan, reason: SkipReason): void {
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

function messageId({ source }: Pick<MessageBatch, "source">, recipient: string, occasion: Occasion = {}): string {
  if (source.id === null) return newId(source.at);
  const { key = "", at = source.at } = occasion;
  return namedId(at, `${source.type}:${source.id}:${recipient}:${key}`);
}

/** One renderer for each template, so that the whole batch shares its cache. */
function renderers({ workspace, opt_out_text, short_links }: MessageBatch, address: string) {
  const preferences_link = short_links?.preferences.standIn ?? null;
  const constant = { workspace: { name: workspace.name }, sender: { address }, preferences_link };
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
