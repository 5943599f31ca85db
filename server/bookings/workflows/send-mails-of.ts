/** Sends the mails of an action, and those that go where no text can. */
import type { Language } from "../../../contract/shapes.ts";
import { maskSecrets } from "../../../rules/secrets.ts";
import { type MailRecipient, sendMails } from "../../mail/send-mails.ts";
import { type Access, accessOf, makeAccess, secretsOf, withAccess } from "./access-of-texts.ts";
import type { DecisionRow } from "./decisions-store.ts";
import { type AttachmentMaker, attachmentMaker, mailLanguage } from "./mail-attachments.ts";
import { mailOfText } from "./mail-of-text.ts";
import { reasonOfMail } from "./reason-of-mail.ts";
import { type Deciding, occasionKey, skip, type Step } from "./step.ts";
import { joinedValues, renderedOf, templateOf, textFor, valuesFor } from "./texts.ts";
import { type StoredAction, sourceType } from "./workflow.ts";

type SendEmail = Extract<StoredAction, { action: "send_email" }>;
type SendSms = Extract<StoredAction, { action: "send_sms" }>;

/** A mail's texts for all languages, and what goes with it. */
type MailAction = Pick<SendEmail, "subject" | "subjects" | "text" | "texts" | "pdf" | "ics">;

/** Queues a mail for each step and notes what became of it. */
export async function sendMailsOf(deciding: Deciding, steps: readonly Step[]): Promise<void> {
  const action = steps[0]?.action as SendEmail;
  await sendAll(deciding, steps, action);
}

const subjectOfText: Record<Language, string> = {
  en: "Your booking with {{ workspace.name }}",
  nb: "Din booking hos {{ workspace.name }}",
  sv: "Din bokning hos {{ workspace.name }}",
  da: "Din booking hos {{ workspace.name }}",
};

/** Mails the text to those who cannot get it. Each mail is a decision of its own, beside that on the text. */
export async function mailInstead(
  deciding: Deciding,
  failed: readonly Step[],
  { text, texts }: SendSms,
): Promise<DecisionRow[]> {
  const steps = failed
    .filter(({ recipient }) => addressOf(recipient) !== null)
    .map((step): Step => {
      const { decision } = step;
      return {
        ...step,
        decision: {
          ...decision,
          action: `${decision.action}:mail`,
          channel: "email",
          state: "sent",
          reason: null,
          message_id: null,
          to: addressOf(step.recipient),
        },
      };
    });
  for (const { decision } of failed)
    if (
      steps.some(
        (each) => each.decision.recipient === decision.recipient && each.decision.booking_id === decision.booking_id,
      )
    )
      decision.reason = "instead_by_mail";
  await sendAll(deciding, steps, {
    subject: subjectOfText[deciding.workspace.language],
    subjects: subjectOfText,
    text,
    texts,
  });
  return steps.map(({ decision }) => decision);
}

const addressOf = (recipient: Step["recipient"]): string | null =>
  recipient?.contact?.email ?? recipient?.email ?? null;

async function sendAll(deciding: Deciding, all: readonly Step[], action: MailAction): Promise<void> {
  const texts = [
    action.text,
    action.subject,
    ...Object.values({ ...action.texts }),
    ...Object.values({ ...action.subjects }),
  ];
  const access = await makeAccess(deciding, all, texts);
  const steps = withAccess(all, access, (step) => Object.values(wordsFor(action, step)));
  // Recipients of one language may have locales with texts of their own.
  const groups = Map.groupBy(steps, (step) => JSON.stringify([languageFor(deciding, step), wordsFor(action, step)]));
  for (const group of groups.values()) await sendAlike(deciding, group, action, access);
}

const wordsFor = (action: MailAction, { recipient }: Step): { subject: string; text: string } => {
  const locale = recipient?.locale ?? null;
  return { subject: textFor({ text: action.subject, texts: action.subjects }, locale), text: textFor(action, locale) };
};

const languageFor = ({ workspace }: Deciding, { recipient }: Step): Language =>
  mailLanguage(workspace, recipient?.locale ?? null);

/** Sends mails of the same words. */
async function sendAlike(
  deciding: Deciding,
  steps: readonly Step[],
  action: MailAction,
  access: Access,
): Promise<void> {
  const [first] = steps;
  if (!first) return;
  const { tx, workspace, seal, now } = deciding;
  const { workflow } = first.occasion;
  const language = languageFor(deciding, first);
  const words = wordsFor(action, first);
  const attachmentsFor = attachmentMaker(deciding, action);
  const people: MailRecipient[] = [];
  for (const step of steps)
    people.push(await personOf(deciding, step, action, { link: accessOf(access, step), attachmentsFor }));
  const sent = await sendMails(tx, {
    workspace,
    source: { type: sourceType, id: workflow.id, at: workflow.created_at },
    class: "transactional",
    subscription_type: null,
    template: mailOfText(workflow, { ...words, language }),
    people,
    seal,
    expires_at: latest(steps),
    now,
  });
  steps.forEach((step, i) => {
    const { id, status, reason } = sent.mails[i] ?? {};
    step.decision.mail_id = id ?? null;
    step.decision.to = addressOf(step.recipient) ?? step.decision.to;
    if (status === "skipped" && reason) skip(step, reasonOfMail[reason]);
  });
}

async function personOf(
  deciding: Deciding,
  step: Step,
  action: MailAction,
  { link, attachmentsFor }: { link: string | null; attachmentsFor: AttachmentMaker },
): Promise<MailRecipient> {
  const { workspace, links } = deciding;
  const { occasion, recipient, together, decision } = step;
  if (recipient === null) throw new Error("a mail has a recipient");
  const { booking, before } = occasion;
  const of = (each: typeof booking) => valuesFor({ booking: each, before, recipient, access: link }, workspace, links);
  const values = joinedValues([booking, ...together].map(of), recipient.locale ?? workspace.language);
  const own = { ...values, workspace: { name: workspace.name }, sender: { address: workspace.name } };
  const hidden = secretsOf(link);
  const subject = templateOf(occasion.workflow, wordsFor(action, step).subject);
  // Without one the door has a reason not to send the mail.
  const heading = renderedOf(subject, maskSecrets(own, hidden.secrets ?? []));
  return {
    contact_id: recipient.contact?.id ?? null,
    email: addressOf(recipient),
    values: own,
    key: occasionKey(step),
    at: decision.due_at,
    attachments:
      heading === null
        ? []
        : await attachmentsFor(booking, { recipient, language: languageFor(deciding, step), heading }),
    ...hidden,
  };
}

const latest = (steps: readonly Step[]): Date =>
  new Date(Math.max(...steps.map(({ occasion }) => occasion.expires_at.getTime())));
