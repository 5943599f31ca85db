/** The Problems of texts that the API does not send. */
import type { SkipReason } from "../../../contract/messages.ts";
import { isBlank } from "../../../rules/blank.ts";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import { messageScope } from "../../../rules/placeholder-names.ts";
import { parseTemplate, type Template } from "../../../rules/placeholders.ts";
import { longestText } from "../../../rules/render-text.ts";
import { invalid, Problem } from "../../kit/errors.ts";

/** Names the message, so that the caller can look it up before sending again. No Retry-After: clients would send again. */
export const outcomeUnknown = (id: string, cause: unknown) =>
  new Problem(
    503,
    "outcome_unknown",
    `The database went away while the text was being written, so whether it is sent is not known yet. Ask GET /messages/${id} before you send it again, or send it again with the same Idempotency-Key if it had one.`,
    { field: "id", value: id, cause },
  );

/** The template of a request's text; throws the Problem of the first place that cannot be read. */
export function readTemplate(text: string): Template {
  if (isBlank(text)) throw textProblem("empty_text", text);
  const parsed = parseTemplate(text, messageScope);
  if (parsed.ok) return parsed.template;
  const problem = parsed.problems[0];
  throw invalid(problem?.code ?? "broken_placeholder", problem?.message ?? "The text cannot be read.", "text", {
    position: problem?.position,
    value: problem?.value,
  });
}

const whys: Record<SkipReason, string> = {
  no_number: "There is no number.",
  invalid_number: "This is no number that can take a text.",
  landline: "This is a landline, which takes no texts.",
  premium_number: "This is a premium number.",
  country_not_allowed:
    "Networks of this country show no names as senders, and no number of the same connection can replace it.",
  not_marketing: "This contact is not to be reached by marketing.",
  no_consent: "No consent to this subscription type is in force for this number.",
  opted_out: "This number has opted out.",
  frequency_cap:
    "This number has had as many marketing texts as the workspace allows; see frequency_cap of /workspace.",
  duplicate: "This number has been texted by the same source already.",
  excluded: "This number is excluded.",
  empty_text: "The text is empty for this recipient.",
  too_long: `The text has more than ${longestText} characters.`,
  render_error: "The text cannot be rendered for this recipient.",
  quota_exceeded: "The quota is used up.",
  source_failed: "What the text comes from stopped with an error.",
  erased: "The contact was erased.",
};

const aboutText = new Set<SkipReason>(["empty_text", "too_long", "render_error"]);

/** 422 with the skip reason as its code. */
export function skipProblem(input: { to: string; text: string }, reason: SkipReason, country: string): Problem {
  if (aboutText.has(reason)) return textProblem(reason, input.text);
  const read = reason === "invalid_number" ? parsePhoneNumber(input.to, country, "mobile") : null;
  if (!read || !("problem" in read)) return invalid(reason, whys[reason], "to", input.to);
  return new Problem(422, reason, read.problem, { field: "to", value: input.to, readings: read.readings });
}

/** Names the text by its beginning: an answer need not repeat 20,000 characters. */
function textProblem(reason: SkipReason, text: string): Problem {
  return invalid(reason, whys[reason], "text", text.length > 100 ? `${text.slice(0, 100)}…` : text);
}
