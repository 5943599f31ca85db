/** Plans a batch: for each recipient a text with its id, or a skip. Only reads. */
import type { SkipReason } from "../../../contract/messages.ts";
import { usualValidity } from "../../../rules/campaign-validity.ts";
import { beyondNames } from "../../../rules/names-as-senders.ts";
import type { Template } from "../../../rules/placeholders.ts";
import { type Rendered, renderer } from "../../../rules/render-text.ts";
import { maskSecrets } from "../../../rules/secrets.ts";
import type { SuppressionRule } from "../../audience/suppress.ts";
import type { Tx } from "../../kit/db.ts";
import { namedId, newId } from "../../kit/id.ts";
import { pipelined } from "../../kit/prepared.ts";
import { shortenText } from "../../links/write-links.ts";
import { isUnasked } from "../../quota/source-types.ts";
import { contactsOf, type NewMessage, type NewSkip, type Occasion } from "../messages-store.ts";
import { sealText } from "../sealed-text.ts";
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

  let known: ReadonlySet<string> = new Set();

  /** Whether the cap leaves nothing for the number, with what this batch gives it. What exists already is the same occasion. */
  const isFull = ({ reason, number, received }: Recipient, id: string | null) =>
    rule.cap !== undefined &&
    reason === null &&
    received !== undefined &&
    received + (planned.get(number ?? "") ?? 0) >= rule.cap.messages &&
    !known.has(id ?? "");

  const place = (recipient: Recipient, given: Person | null) => {
    const { number, contact_id } = recipient;
    const replaced = textsOfFallback && number !== null && beyondNames.test(number);
    const textsOf = replaced ? textsOfFallback : texts;
    const render = textsOf(given?.template ?? batch.template);
    const rendered = recipient.reason === null ? render(recipient.values, given?.values) : null;
    const masked =
      rendered?.ok && given?.secrets?.length
        ? render(recipient.values, maskSecrets(given.values, given.secrets))
        : null;
    const occasion = occasionOf(given);
    const id = number === null ? null : (given?.id ?? messageId(batch, number, occasion));
    const sameText = `${number} ${occasion?.key ?? ""}`;
    const again = batch.source.id !== null && seen.has(sameText);
    const reason = isFull(recipient, id)
      ? "frequency_cap"
      : (reasonOf(recipient, rendered, again) ?? (rendered?.ok && masked ? reasonOfMasked(rendered, masked) : null));
    if (reason === null && rendered?.ok && number !== null && id !== null) {
      const { encoding, segments } = rendered;
      const moment = batch.moment?.(recipient) ?? null;
      const later = moment && moment > batch.now ? moment : null;
      const opens =
        deferral?.notBefore({ number, time_zone: recipient.time_zone, state: recipient.state }, later ?? batch.now) ??
        null;
      seen.add(sameText);
      // Of a source with an id, a second text to the number on the same occasion is a duplicate.
      if ((batch.source.id === null || occasion) && !known.has(id)) planned.set(number, (planned.get(number) ?? 0) + 1);
      plan.messages.push({
        id,
        contact_id,
        number,
        ...(masked?.ok
          ? textWithSecrets(batch, { id, contact_id }, rendered, masked)
          : ownText(batch, { id, contact_id }, rendered)),
        encoding,
        segments,
        expires_at: given?.expires_at ?? (moment ? shifted(expiresAt, batch.source.at, moment) : expiresAt),
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
    if (rule.cap) known = await knownOf(tx, batch, found);
    plan.answers = found.map((recipient, i) => place(recipient, people[i] ?? null));
  }
  return plan;
}

const occasionOf = (given: Person | null | undefined): Occasion | undefined =>
  given && (given.key !== undefined || given.at) ? { key: given.key, at: given.at } : undefined;

/** The ids of people's messages that exist. */
async function knownOf(tx: Tx, batch: MessageBatch, found: readonly Recipient[]): Promise<ReadonlySet<string>> {
  if (batch.source.id === null || !("people" in batch.recipients)) return new Set();
  const { people } = batch.recipients;
  const ids = found.flatMap(({ number, reason }, i) =>
    number === null || reason !== null ? [] : [people[i]?.id ?? messageId(batch, number, occasionOf(people[i]))],
  );
  return new Set((await contactsOf(tx, batch.workspace.workspace_id, ids)).keys());
}

const readHours = (tx: Tx, { workspace, class: messageClass, source }: MessageBatch) =>
  isUnasked(source.type) ? deferralOf(tx, workspace, messageClass) : Promise.resolve(null);

/** An expiry that is as long after `moment` as it was after `from`. */
const shifted = (expiry: Date, from: Date, moment: Date) =>
  new Date(expiry.getTime() + Math.max(0, moment.getTime() - from.getTime()));

type RenderedText = Extract<Rendered, { ok: true }>;

/** Why a text with secrets cannot be shown without them; where a short link leads is stored, so that no secret may be in it. */
function reasonOfMasked(rendered: RenderedText, masked: Rendered): SkipReason | null {
  if (!masked.ok) return masked.reason;
  return masked.links.some(({ target }, i) => target !== rendered.links[i]?.target) ? "render_error" : null;
}

/** What the ledger shows of a text with secrets, and the text itself, sealed. */
function textWithSecrets(
  batch: MessageBatch,
  message: { id: string; contact_id: string | null },
  rendered: RenderedText,
  masked: RenderedText,
): Pick<NewMessage, "text" | "sealed" | "links" | "preference_code"> {
  const { text, ...own } = ownText(batch, message, rendered);
  const shown = ownText(batch, message, masked).text;
  if (shown === text) return { ...own, text };
  if (!batch.seal) throw new Error("a text with secrets needs a seal");
  return { ...own, text: shown, sealed: sealText(batch.seal, batch.workspace.workspace_id, message.id, text) };
}

/** The rendered text, with the message's own short links and the link to the recipient's preferences. */
function ownText(
  { workspace, source: { type, id, at }, short_links }: MessageBatch,
  message: { id: string; contact_id: string | null },
  rendered: RenderedText,
): Pick<NewMessage, "text" | "links" | "preference_code"> {
  let { text, links } = rendered;
  if (!short_links) {
    if (links.length > 0) throw new Error("links are shortened for a source that says how");
    return { text };
  }
  const own: Pick<NewMessage, "links" | "preference_code"> = {};
  const { preferences } = short_links;
  // It may also be within the address that a short link leads to.
  const isUsed = [text, ...links.map(({ target }) => target)].some((each) => each?.includes(preferences.filler));
  if (message.contact_id !== null && isUsed) {
    own.preference_code = preferences.codeOf(workspace.workspace_id, message.contact_id);
    const url = preferences.urlOf(own.preference_code);
    text = text.replaceAll(preferences.filler, url);
    links = links.map((each) => ({ ...each, target: each.target && each.target.replaceAll(preferences.filler, url) }));
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

/** Turns messages of a plan, and their answers, into skips; each answer is found by its id, since there may be thousands. */
export function skipMessages(
  batch: Pick<MessageBatch, "source">,
  plan: BatchPlan,
  reason: SkipReason,
  messages: readonly NewMessage[],
): void {
  const answers = new Map(plan.answers.map((answer) => [answer.id, answer]));
  for (const message of messages) {
    plan.skips.push(planSkip(batch, message, reason, message.id));
    const answer = answers.get(message.id);
    if (answer) Object.assign(answer, { status: "skipped", reason, segments: 0 });
  }
  const skipped = new Set(messages);
  plan.messages = plan.messages.filter((message) => !skipped.has(message));
}

export const sumSegments = (messages: readonly NewMessage[]): number =>
  messages.reduce((sum, { segments }) => sum + segments, 0);

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
  const preferences_link = short_links?.preferences.filler ?? null;
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
