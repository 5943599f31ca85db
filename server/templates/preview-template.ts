/** What a template looks like with a message, while it is being written. */
import type { z } from "zod";
import type { TemplatePreview, templates } from "../../contract/templates.ts";
import { checkCustomText } from "../../rules/custom-text.ts";
import { exampleEventValues } from "../../rules/event-example.ts";
import { eventScope } from "../../rules/event-placeholders.ts";
import { countSegments, normaliseText } from "../../rules/gsm-segments.ts";
import type { TemplateValues } from "../../rules/placeholders.ts";
import { renderText } from "../../rules/render-text.ts";
import { type Name, namesOfContacts } from "../contacts/names-of-contacts.ts";
import type { Tx } from "../kit/db.ts";
import { renderMail } from "../mail/render-mail.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { checkTemplate, type GivenTemplate } from "./check-template.ts";
import { filledMail, filledText, filledTexts } from "./filled-template.ts";

type Input = z.output<typeof templates.preview.body>;

/** Nothing is stored. What cannot be read is shown as it is, with what is wrong with it. */
export async function previewTemplate(
  tx: Tx,
  workspaceId: string,
  { channel, subject = null, text, html = null, custom_text: message = null }: Input,
): Promise<TemplatePreview> {
  const workspace = await getWorkspace(tx, workspaceId);
  const { template, problems, warnings } = checkTemplate({ channel, subject, text, html }, workspace.language);
  const isSms = channel === "sms";
  const fits = problems.length === 0 ? checkCustomText(template, message, eventScope) : { errors: [], warnings: [] };
  const said = { problems: [...problems, ...fits.errors], warnings: [...warnings, ...fits.warnings] };
  const values = {
    ...exampleEventValues(workspace.language, workspace.country),
    workspace: { name: workspace.name },
    sender: { address: workspace.name },
  };
  const noSegments = {
    encoding: null,
    segments: null,
    typical_segments: null,
    longest_segments: null,
    longest_name: null,
  };
  if (!isSms)
    return said.problems.length > 0
      ? { ...asWritten(template, message), ...noSegments, ...said }
      : { ...mailOf(template, message, values), ...noSegments, ...said };
  const parsed = said.problems.length === 0 ? filledText(template, message) : null;
  const render = (name?: Name) => parsed && renderText(parsed, name ? withName(values, name) : values, null);
  const shown = render();
  if (shown && !shown.ok)
    said.problems.push({
      code: shown.reason,
      message: "The text cannot be sent like this.",
      field: "text",
      position: null,
      value: "",
    });
  const body = shown?.ok ? shown.text : normaliseText(asWritten(template, message).text);
  const { encoding, segments } = countSegments(body);
  const names = await namesOfContacts(tx, workspaceId);
  const segmentsWith = (name: Name): number | null => {
    const rendered = render(name);
    return rendered?.ok ? rendered.segments : null;
  };
  return {
    subject: null,
    text: body,
    html: null,
    encoding,
    segments,
    typical_segments: names ? segmentsWith(names.typical) : segments,
    longest_segments: names ? segmentsWith(names.longest) : segments,
    longest_name: names && [names.longest.first_name, names.longest.last_name].filter(Boolean).join(" "),
    ...said,
  };
}

const asWritten = (template: GivenTemplate, message: string | null) => {
  const { subject, text, html } = filledTexts(template, message);
  return { subject, text, html };
};

function mailOf(template: GivenTemplate, message: string | null, values: TemplateValues) {
  const rendered = renderMail(filledMail(template, message), values, null);
  if (!rendered.ok) return asWritten(template, message);
  const { subject, text, html } = rendered;
  return { subject: template.subject === null ? null : subject, text, html };
}

/** The people of the example with a contact's name: whichever of them the text names. */
const withName = (values: TemplateValues, name: Name): TemplateValues => ({
  ...values,
  contact: { ...values.contact, ...name },
  buyer: { ...values.buyer, ...name },
  holder: { ...values.holder, ...name },
});
