/** What a workflow's text or mail looks like while it is being written. */
import type { z } from "zod";
import type { workflows } from "../../../contract/workflows.ts";
import { workflowScope } from "../../../rules/booking-placeholders.ts";
import { countSegments, normaliseText } from "../../../rules/gsm-segments.ts";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import { parseTemplate } from "../../../rules/placeholders.ts";
import { renderText } from "../../../rules/render-text.ts";
import { isName } from "../../../rules/sender.ts";
import { type Name, namesOfContacts } from "../../contacts/names-of-contacts.ts";
import { fullName } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { Problem } from "../../kit/errors.ts";
import { resolveAddress } from "../../senders/senders.ts";
import { numberProblem } from "../../workspaces/number-problem.ts";
import { getWorkspace, type WorkspaceRow } from "../../workspaces/workspace.ts";
import { bookingFor, exampleBefore, exampleBooking, readerOf } from "./example.ts";
import { referenceTo } from "./present-decisions.ts";
import type { DecideServices } from "./step.ts";
import { renderedOf, textFor, valuesFor } from "./texts.ts";
import { senderAddressOf } from "./workflow-sender.ts";

type Input = z.output<typeof workflows.preview.body>;
type Preview = z.output<typeof workflows.preview.answer>;

/** Nothing is stored. A text that cannot be read is shown as it is, with what is wrong with it. */
export async function previewWorkflow(
  tx: Tx,
  { links, access }: Pick<DecideServices, "links" | "access">,
  workspaceId: string,
  { when, action, booking: bookingId, language }: Input,
  now: Date,
): Promise<Preview> {
  const workspace = await getWorkspace(tx, workspaceId);
  const isSms = action.action === "send_sms";
  const problems: Preview["problems"] = [];
  const real = await bookingFor(tx, workspaceId, { when }, bookingId);
  const booking = real ?? exampleBooking(workspace, links, now);
  if (isSms) problems.push(...wrongNumbers(action.to.numbers ?? [], workspace.country));
  const before = when.trigger === "booking_changed" ? exampleBefore(booking) : null;
  const address = await addressOf(tx, workspace, isSms ? (action.sender ?? null) : null, problems);
  const constant = { workspace: { name: workspace.name }, sender: { address: isSms ? address : workspace.name } };
  const valuesWith = (name?: Name) => {
    const recipient = readerOf(booking, { locale: language, ...(name && { name }) });
    const values = valuesFor({ booking, before, recipient, access: access.filler }, workspace, links);
    return { ...values, ...constant };
  };
  const { locale } = readerOf(booking, { locale: language });
  const text = textFor(action, locale);
  const parsed = parseTemplate(text, workflowScope(when.trigger));
  if (!parsed.ok)
    for (const { code, message, position, value } of parsed.problems)
      problems.push({ code, message, field: "text", value: { position, value } });
  const render = (name?: Name) => (parsed.ok ? renderText(parsed.template, valuesWith(name), null) : null);
  const shown = render();
  const body = shown?.ok ? shown.text : normaliseText(text);
  const counted = countSegments(body);
  if (shown && !shown.ok)
    problems.push({ code: shown.reason, message: "The text cannot be sent like this.", field: "text", value: null });
  const names = isSms ? await namesOfContacts(tx, workspaceId) : null;
  const segmentsWith = (name: Name) => {
    const rendered = render(name);
    return rendered?.ok ? rendered.segments : null;
  };
  return {
    shown: {
      channel: isSms ? "sms" : "email",
      to: (isSms ? booking.customer?.mobile : booking.customer?.email) ?? null,
      subject: isSms ? null : subjectOf(action, locale, when.trigger, valuesWith()),
      text: body,
      encoding: isSms ? counted.encoding : null,
      segments: isSms ? counted.segments : null,
    },
    typical_segments: isSms ? (names ? segmentsWith(names.typical) : counted.segments) : null,
    longest_segments: isSms ? (names ? segmentsWith(names.longest) : counted.segments) : null,
    longest_name: names && fullName(names.longest),
    booking: referenceTo(real),
    sender: isSms && address !== null ? { address, can_receive: !isName(address) } : null,
    problems,
  };
}

/** Fixed numbers that cannot be read, so that whoever types one is told before saving. */
function wrongNumbers(numbers: readonly string[], country: string): Preview["problems"] {
  return numbers.flatMap((number, i) => {
    const parsed = parsePhoneNumber(number, country, "mobile");
    if (!("problem" in parsed)) return [];
    const field = `to.numbers.${i}`;
    const { code, message } = numberProblem(parsed, field, number);
    return [{ code, message, field, value: number }];
  });
}

function subjectOf(
  action: Extract<Input["action"], { action: "send_email" }>,
  locale: string | null,
  trigger: Input["when"]["trigger"],
  values: Parameters<typeof renderText>[1],
): string {
  const subject = textFor({ text: action.subject, texts: action.subjects }, locale);
  const parsed = parseTemplate(subject, workflowScope(trigger));
  return (parsed.ok ? renderedOf(parsed.template, values) : null) ?? subject;
}

async function addressOf(
  tx: Tx,
  workspace: WorkspaceRow,
  ref: string | null,
  problems: Preview["problems"],
): Promise<string | null> {
  const own = ref ?? workspace.workflow_sender;
  const usual = senderAddressOf(workspace, null);
  if (own === null && usual !== null) return usual;
  try {
    return await resolveAddress(tx, workspace.workspace_id, own);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problems.push({ code: error.code, message: error.message, field: "sender", value: error.value });
    return null;
  }
}
