/** Reads a workflow as a caller gives it: names become ids, numbers E.164, and every text is parsed. 422 names the field and its value. */
import type { Action, ActionWithId, Trigger, When } from "../../../contract/workflows.ts";
import { isBlank } from "../../../rules/blank.ts";
import { type Timing, timingProblem } from "../../../rules/booking-moments.ts";
import { workflowScope } from "../../../rules/booking-placeholders.ts";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import { parseTemplate } from "../../../rules/placeholders.ts";
import { readLocale } from "../../contacts/contact.ts";
import { selectList, selectListByName } from "../../contacts/lists-store.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid, Problem } from "../../kit/errors.ts";
import { isId, newId } from "../../kit/id.ts";
import { readAddress } from "../../kit/mail.ts";
import { resolveSender } from "../../senders/senders.ts";
import { findWebhook } from "../../webhooks/webhooks-store.ts";
import { numberProblem } from "../../workspaces/number-problem.ts";
import { requireStatus } from "../booking-statuses.ts";
import { resolveMany } from "../resolve-places.ts";
import { mailOfText } from "./mail-of-text.ts";
import type { StoredAction, WorkflowRow } from "./workflow.ts";

interface Scope {
  workspaceId: string;
  country: string;
  at: Date;
}

const timed: ReadonlySet<Trigger> = new Set(["before_start", "after_end"]);
const units = ["minutes", "hours", "days"] as const;

type ReadWhen = Pick<WorkflowRow, "trigger" | "unit" | "count" | "at_time" | "when">;

/** When a workflow fires, as it is stored. */
export async function checkWhen(tx: Tx, { workspaceId }: Scope, given: When): Promise<ReadWhen> {
  const timing = readTiming(given);
  checkFields(given);
  const when: When = { ...given };
  const places = { services: "service", locations: "location", resources: "resource" } as const;
  for (const [field, kind] of Object.entries(places) as [keyof typeof places, (typeof places)[keyof typeof places]][]) {
    const refs = given[field];
    if (refs === undefined) continue;
    const found = await resolveMany(tx, workspaceId, kind, refs, `when.${field}`, { allowArchived: true });
    when[field] = found.map(({ id }) => id);
  }
  for (const field of ["from", "to"] as const) {
    const name = given[field];
    if (name !== undefined) when[field] = (await requireStatus(tx, workspaceId, name, `when.${field}`)).status;
  }
  if (given.statuses) {
    const names: string[] = [];
    for (const name of given.statuses) names.push((await requireStatus(tx, workspaceId, name, "when.statuses")).status);
    when.statuses = [...new Set(names)];
  }
  if (given.languages)
    when.languages = given.languages.map((language) => asField("when.languages", () => readLocale(language)));
  return {
    trigger: given.trigger,
    unit: timing?.unit ?? null,
    count: timing?.count ?? null,
    at_time: timing?.at ?? null,
    when,
  };
}

function readTiming(given: When): Timing | null {
  const { trigger, at = null } = given;
  const used = units.filter((unit) => given[unit] !== undefined);
  if (!timed.has(trigger)) {
    const [unit] = used;
    if (unit || at !== null)
      throw notFor(unit ?? "at", trigger, ["before_start", "after_end"], unit ? given[unit] : at);
    return null;
  }
  const [unit, another] = used;
  if (!unit) throw invalid("offset_missing", `Say how long: minutes, hours or days.`, "when.minutes", null);
  if (another)
    throw invalid(
      "two_offsets",
      `Give one of minutes, hours and days, not ${used.join(" and ")}.`,
      `when.${another}`,
      given[another],
    );
  const timing: Timing = { trigger: trigger as Timing["trigger"], unit, count: given[unit] as number, at };
  const problem = timingProblem(timing);
  if (problem) {
    const field = problem.field === "at" ? "at" : unit;
    throw invalid("invalid_offset", problem.message, `when.${field}`, given[field]);
  }
  return timing;
}

/** What only some triggers can use. */
const onlyFor = {
  from: ["booking_status_changed"],
  to: ["booking_status_changed"],
  changed_by: ["booking_changed", "booking_status_changed", "booking_cancelled", "booking_rejected"],
  booked_at_least_minutes: ["before_start"],
  send_if_late: ["before_start"],
} as const satisfies Partial<Record<keyof When, readonly Trigger[]>>;

function checkFields(given: When): void {
  for (const [field, those] of Object.entries(onlyFor) as [keyof typeof onlyFor, readonly Trigger[]][]) {
    const value = given[field];
    if (value !== undefined && value !== false && value !== "any" && !those.includes(given.trigger))
      throw notFor(field, given.trigger, those, value);
  }
}

const notFor = (field: string, trigger: Trigger, those: readonly Trigger[], value: unknown): Problem =>
  invalid("not_for_trigger", `${field} goes with ${those.join(" and ")}, not with ${trigger}.`, `when.${field}`, value);

/** What a workflow does, as it is stored. Actions that were there before keep their ids. */
export async function checkActions(
  tx: Tx,
  scope: Scope,
  trigger: Trigger,
  given: readonly ActionWithId[],
): Promise<StoredAction[]> {
  const seen = new Set<string>();
  const actions: StoredAction[] = [];
  for (const [i, action] of given.entries()) {
    const field = `do.${i}`;
    const id = action.id ?? newId(scope.at);
    if (seen.has(id)) throw invalid("action_twice", "Two actions have this id.", `${field}.id`, id);
    seen.add(id);
    actions.push({ ...(await checkAction(tx, scope, trigger, action, field)), id });
  }
  return actions;
}

async function checkAction(tx: Tx, scope: Scope, trigger: Trigger, action: Action, field: string): Promise<Action> {
  switch (action.action) {
    case "send_sms": {
      checkRecipients(trigger, action.to, action.to.numbers, `${field}.to`);
      checkTexts(trigger, action, field);
      if (action.fallback_email) checkLayouts(trigger, action, field);
      const numbers = action.to.numbers?.map((number, i) =>
        readNumber(number, scope.country, `${field}.to.numbers.${i}`),
      );
      const { sender } = action;
      const address =
        sender &&
        (await asFieldAsync(`${field}.sender`, resolveSender(tx, scope.workspaceId, sender, scope.at))).address;
      return {
        ...action,
        to: { ...action.to, ...(numbers && { numbers: [...new Set(numbers)] }) },
        ...(sender !== undefined && { sender: address ?? null }),
      };
    }
    case "send_email": {
      checkRecipients(trigger, action.to, action.to.addresses, `${field}.to`);
      checkTexts(trigger, action, field);
      checkText(trigger, action.subject, `${field}.subject`);
      checkVariants(trigger, action.subjects, `${field}.subjects`);
      checkLayouts(trigger, action, field);
      const addresses = action.to.addresses?.map((address, i) =>
        readMailAddress(address, `${field}.to.addresses.${i}`),
      );
      return { ...action, to: { ...action.to, ...(addresses && { addresses: [...new Set(addresses)] }) } };
    }
    case "change_status": {
      const { status } = await requireStatus(tx, scope.workspaceId, action.status, `${field}.status`);
      return { ...action, status };
    }
    case "set_contact":
      return checkSetContact(tx, scope, action, field);
    case "webhook": {
      if (!(await findWebhook(tx, scope.workspaceId, action.webhook)))
        throw invalid("unknown_webhook", `There is no webhook ${action.webhook}.`, `${field}.webhook`, action.webhook);
      return action;
    }
  }
}

async function checkSetContact(
  tx: Tx,
  { workspaceId }: Scope,
  action: Extract<Action, { action: "set_contact" }>,
  field: string,
): Promise<Action> {
  const { marketing, list } = action;
  if (marketing === undefined && list === undefined)
    throw invalid("nothing_set", "Say what is set: marketing, list or both.", field, action);
  if (list === undefined) return action;
  const found = isId(list) ? await selectList(tx, workspaceId, list) : await selectListByName(tx, workspaceId, list);
  if (!found)
    throw invalid("unknown_list", `There is no list ${isId(list) ? list : `"${list}"`}.`, `${field}.list`, list);
  return { ...action, list: found.id };
}

interface To {
  customer?: boolean | undefined;
  resource?: boolean | undefined;
  old_resource?: boolean | undefined;
  new_resource?: boolean | undefined;
}

function checkRecipients(trigger: Trigger, to: To, fixed: readonly string[] | undefined, field: string): void {
  for (const which of ["old_resource", "new_resource"] as const)
    if (to[which] && trigger !== "booking_changed")
      throw invalid("not_for_trigger", `${which} goes with booking_changed.`, `${field}.${which}`, true);
  if (to.customer || to.resource || to.old_resource || to.new_resource || fixed?.length) return;
  throw invalid("no_recipient", "Say who gets it.", field, to);
}

interface Texts {
  text: string;
  texts?: Record<string, string> | undefined;
}

function checkTexts(trigger: Trigger, { text, texts = {} }: Texts, field: string): void {
  checkText(trigger, text, `${field}.text`);
  checkVariants(trigger, texts, `${field}.texts`);
}

const languageNames = new Intl.DisplayNames("en", { type: "language", fallback: "none" });

/** Variants by locale: of languages that there are, each once, or nobody would ever get them. */
function checkVariants(trigger: Trigger, variants: Record<string, string> = {}, field: string): void {
  const seen = new Map<string, string>();
  for (const [language, variant] of Object.entries(variants)) {
    const own = `${field}.${language}`;
    const locale = asField(own, () => readLocale(language));
    if (languageNames.of(new Intl.Locale(locale).language) === undefined)
      throw invalid("invalid_locale", `${language} is no language, like nb or en-GB.`, own, language);
    const same = seen.get(locale);
    if (same !== undefined)
      throw invalid("locale_twice", `${same} and ${language} are the same language.`, own, language);
    seen.set(locale, language);
    checkText(trigger, variant, own);
  }
}

function checkText(trigger: Trigger, text: string, field: string): void {
  if (isBlank(text)) throw invalid("empty_text", "There is no text.", field, text);
  const parsed = parseTemplate(text, workflowScope(trigger));
  if (parsed.ok) return;
  const problem = parsed.problems[0];
  throw invalid(problem?.code ?? "broken_placeholder", problem?.message ?? "The text cannot be read.", field, {
    position: problem?.position,
    value: problem?.value,
  });
}

function checkLayouts(trigger: Trigger, { text, texts = {} }: Texts, field: string): void {
  checkLayout(trigger, text, `${field}.text`);
  for (const [language, variant] of Object.entries(texts)) checkLayout(trigger, variant, `${field}.texts.${language}`);
}

/** The HTML of a mail is longer than its text, and has a limit too. */
function checkLayout(trigger: Trigger, text: string, field: string): void {
  try {
    mailOfText({ trigger }, { subject: "-", text, language: "en" });
  } catch (error) {
    throw new Problem(422, "text_too_long", "The text is too long for a mail.", {
      field,
      value: text.length,
      cause: error,
    });
  }
}

function readNumber(given: string, country: string, field: string): string {
  const parsed = parsePhoneNumber(given, country, "mobile");
  if ("problem" in parsed) throw numberProblem(parsed, field, given);
  return parsed.number;
}

function readMailAddress(given: string, field: string): string {
  const address = readAddress(given);
  if (address === null) throw invalid("invalid_address", `${given} is not one e-mail address.`, field, given);
  return address;
}

function named(error: unknown, field: string): unknown {
  if (!(error instanceof Problem)) return error;
  return new Problem(error.status, error.code, error.message, { field, value: error.value, cause: error });
}

function asField<T>(field: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw named(error, field);
  }
}

async function asFieldAsync<T>(field: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw named(error, field);
  }
}
