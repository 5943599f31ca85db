import type { DecisionReason } from "../../../contract/bookings.ts";
/** Sends the mails of an action, and those that go where no text can. */
import type { MailSkipReason } from "../../../contract/mails.ts";
import type { Language } from "../../../contract/shapes.ts";
import { type MailRecipient, sendMails } from "../../mail/send-mails.ts";
import type { DecisionRow } from "./decisions-store.ts";
import { attachmentsOf, mailLanguage } from "./mail-attachments.ts";
import { mailOfText } from "./mail-of-text.ts";
import { type Deciding, skip, type Step } from "./step.ts";
import { joinedValues, templateOf, textFor, valuesFor } from "./texts.ts";
import { type StoredAction, sourceType } from "./workflow.ts";

type SendEmail = Extract<StoredAction, { action: "send_email" }>;
type SendSms = Extract<StoredAction, { action: "send_sms" }>;

/** A mail's texts for all languages, and what goes with it. */
type MailAction = Pick<SendEmail, "subject" | "subjects" | "text" | "texts" | "pdf" | "ics">;

const reasons: Record<MailSkipReason, DecisionReason> = {
  no_address: "no_address",
  invalid_address: "invalid_address",
  bounced: "address_in_use_no_more",
  complained: "address_in_use_no_more",
  unsubscribed: "opted_out",
  no_consent: "no_consent",
  duplicate: "duplicate",
  empty_text: "empty_text",
  render_error: "render_error",
  source_stopped: "source_failed",
  erased: "erased",
};

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

async function sendAll(deciding: Deciding, steps: readonly Step[], action: MailAction): Promise<void> {
  const { tx, workspace, now, links } = deciding;
  for (const [language, group] of Map.groupBy(steps, (step) =>
    mailLanguage(workspace, step.recipient?.locale ?? null),
  )) {
    const [first] = group;
    if (!first) continue;
    const { workflow } = first.occasion;
    // Recipients of one language may have locales with texts of their own.
    const byText = Map.groupBy(group, ({ recipient }) => {
      const locale = recipient?.locale ?? null;
      return JSON.stringify([
        textFor({ text: action.subject, texts: action.subjects }, locale),
        textFor(action, locale),
      ]);
    });
    for (const [texts, same] of byText) {
      const [subject, text] = JSON.parse(texts) as [string, string];
      const people: MailRecipient[] = [];
      for (const step of same) {
        const { occasion, recipient, decision } = step;
        if (recipient === null) throw new Error("a mail has a recipient");
        const values = joinedValues(
          [occasion.booking, ...(occasion.together ?? [])].map((booking) =>
            valuesFor({ booking, before: occasion.before, recipient, access: null }, workspace, links),
          ),
          recipient.locale ?? workspace.language,
        );
        const own = { ...values, workspace: { name: workspace.name }, sender: { address: workspace.name } };
        const heading = templateOf(workflow, subject).render(own);
        people.push({
          contact_id: recipient.contact?.id ?? null,
          email: addressOf(recipient),
          values: own,
          key: [decision.booking_id, decision.occurrence.toISOString(), decision.action, decision.recipient].join(" "),
          attachments: await attachmentsOf(deciding, occasion.booking, action, {
            language,
            heading,
            locale: recipient.locale,
          }),
        });
      }
      const sent = await sendMails(tx, {
        workspace,
        source: { type: sourceType, id: workflow.id, at: workflow.created_at },
        class: "transactional",
        subscription_type: null,
        template: mailOfText(workflow, { subject, text, language }),
        people,
        expires_at: latest(same),
        now,
      });
      same.forEach((step, i) => {
        const { id, status, reason } = sent.mails[i] ?? {};
        step.decision.mail_id = id ?? null;
        step.decision.to = addressOf(step.recipient) ?? step.decision.to;
        if (status === "skipped" && reason) skip(step, reasons[reason]);
      });
    }
  }
}

const latest = (steps: readonly Step[]): Date =>
  new Date(Math.max(...steps.map(({ occasion }) => occasion.expires_at.getTime())));
