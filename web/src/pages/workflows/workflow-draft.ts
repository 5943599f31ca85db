/** A workflow as it is being edited. */
import type { Action, ActionWithId, Trigger, When, Workflow } from "../../../../contract/workflows.ts";
import { offsetOf, freshWhen, isTimed } from "./triggers.ts";

/** `key` tells the actions apart while they are edited: a new one has no id yet. */
export type DraftAction = ActionWithId & { key: string };

export interface Draft {
  name: string;
  when: When;
  do: DraftAction[];
  ask_for_reply: boolean;
  merge: boolean;
}

export const actionKinds = ["send_sms", "send_email", "change_status", "set_contact", "webhook"] as const;
export type ActionKind = (typeof actionKinds)[number];

export const isActionKind = (name: string): name is ActionKind => (actionKinds as readonly string[]).includes(name);

/** An action of a kind before anything was filled in. Texts go to the customer unless told otherwise. */
export function freshAction(kind: ActionKind): Action {
  switch (kind) {
    case "send_sms":
      return { action: kind, to: { customer: true }, text: "" };
    case "send_email":
      return { action: kind, to: { customer: true }, subject: "", text: "" };
    case "change_status":
      return { action: kind, status: "" };
    case "set_contact":
      return { action: kind };
    case "webhook":
      return { action: kind, webhook: "" };
  }
}

export function freshDraft(name: string, trigger: Trigger, kind: ActionKind): Draft {
  return {
    name,
    when: freshWhen(trigger),
    do: [{ ...freshAction(kind), key: "first" }],
    ask_for_reply: false,
    merge: false,
  };
}

export function draftOf({ name, when, do: actions, ask_for_reply, merge }: Workflow): Draft {
  return { name, when, do: actions.map((action) => ({ ...action, key: action.id })), ask_for_reply, merge };
}

/** The draft as the API takes it. */
export function bodyOf(draft: Draft) {
  return {
    ...draft,
    name: draft.name.trim(),
    do: draft.do.map(({ key: _, ...action }) => action as ActionWithId),
  };
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

/** Only what differs, so that saving a name cannot undo somebody else's text. */
export function changesOf(draft: Draft, saved: Draft): Partial<ReturnType<typeof bodyOf>> {
  const [mine, theirs] = [bodyOf(draft), bodyOf(saved)];
  const changed = Object.entries(mine).filter(([field, value]) => !same(value, theirs[field as keyof typeof theirs]));
  return Object.fromEntries(changed);
}

export const isSame = (draft: Draft, saved: Draft): boolean => Object.keys(changesOf(draft, saved)).length === 0;

/** The draft with another trigger or condition; recipients whom only a change of the booking has go with it. */
export function withWhen(draft: Draft, when: When): Pick<Draft, "when" | "do"> {
  if (when.trigger === "booking_changed") return { when, do: draft.do };
  const actions = draft.do.map((action): DraftAction => {
    if (action.action !== "send_sms" && action.action !== "send_email") return action;
    return { ...action, to: { ...action.to, old_resource: undefined, new_resource: undefined } } as DraftAction;
  });
  return { when, do: actions };
}

/** The variant of a text that a failure is about, if it is about one. */
export function wrongLanguage(errors: readonly FieldError[], at: string): string | undefined {
  const variant = errors.find(({ field }) => field.startsWith(`${at}.texts.`) || field.startsWith(`${at}.subjects.`));
  return variant?.field.slice(at.length + 1).split(".")[1];
}

/** The list with one entry moved by so many places, as far as there are places. */
export function moved<T>(list: readonly T[], from: number, by: number): T[] {
  const to = Math.min(list.length - 1, Math.max(0, from + by));
  const next = [...list];
  next.splice(to, 0, ...next.splice(from, 1));
  return next;
}

/** What is missing, by the field as the server would name it, with the catalogue's key of what to do about it. */
export function gapsIn(draft: Draft): { field: string; key: string }[] {
  const gaps: { field: string; key: string }[] = [];
  const gap = (field: string, key: string) => gaps.push({ field, key });
  if (draft.name.trim() === "") gap("name", "name");
  if (isTimed(draft.when.trigger) && !offsetOf(draft.when)) gap("when.offset", "offset");
  for (const [index, action] of draft.do.entries()) {
    const at = `do.${index}`;
    if (action.action === "send_sms" || action.action === "send_email") {
      const { to } = action;
      const fixed = action.action === "send_sms" ? action.to.numbers : action.to.addresses;
      if (!(to.customer || to.resource || to.old_resource || to.new_resource || fixed?.length)) gap(`${at}.to`, "to");
      if (action.action === "send_email" && action.subject.trim() === "") gap(`${at}.subject`, "subject");
      if (action.text.trim() === "") gap(`${at}.text`, "text");
      for (const [language, text] of Object.entries(action.texts ?? {}))
        if (text.trim() === "") gap(`${at}.texts.${language}`, "text");
    }
    if (action.action === "change_status" && action.status === "") gap(`${at}.status`, "status");
    if (action.action === "set_contact" && action.marketing === undefined && !action.list) gap(at, "contact");
    if (action.action === "webhook" && action.webhook === "") gap(`${at}.webhook`, "webhook");
  }
  return gaps;
}

/** The variants without one; absent when none is left. */
export function withoutLanguage(texts: Record<string, string> | undefined, language: string) {
  const rest = Object.fromEntries(Object.entries(texts ?? {}).filter(([one]) => one !== language));
  return Object.keys(rest).length > 0 ? rest : undefined;
}

/** A failure with the field of the workflow that it is about. */
export interface FieldError {
  field: string;
  message: string;
}

/** The first failure about a field or something within it. */
export function errorAt(errors: readonly FieldError[], field: string): string | null {
  return errors.find((error) => error.field === field || error.field.startsWith(`${field}.`))?.message ?? null;
}
