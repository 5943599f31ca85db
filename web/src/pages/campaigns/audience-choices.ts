/** The options of "send to" and "do not send to": lists with their member counts, and single contacts. */
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { type Choices, contactLabel, useContactChoices } from "../../components/composer/contact-choices.ts";
import { useDebounced } from "../../lib/debounced.ts";
import type { PickerOption } from "../../ui/picker.tsx";

export interface Audience {
  lists: string[];
  contacts: string[];
}

/** Between the picker's values and the ids of lists and contacts. */
export const listValue = (id: string) => `list:${id}`;
export const contactValue = (id: string) => `contact:${id}`;

/** The audience behind the picker's values. */
export function readAudience(values: readonly { value: string }[]): Audience {
  const of = (kind: string) =>
    values.flatMap(({ value }) => (value.startsWith(`${kind}:`) ? [value.slice(kind.length + 1)] : []));
  return { lists: of("list"), contacts: of("contact") };
}

/** A list or contact as the picker offers it; `chip` is its label once it is chosen. */
export interface AudienceOption extends PickerOption {
  chip: string;
}

/** Lists and contacts whose name begins with the typed text. */
export function useAudienceChoices(typed: string): Choices<AudienceOption> {
  const t = useTranslations("campaigns.audience");
  const debounced = useDebounced(typed);
  const contacts = useContactChoices(typed);
  const { data: lists, isPlaceholderData } = useQuery({
    ...query("lists", "list", { query: { query: debounced, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const busy = contacts.busy || isPlaceholderData || debounced !== typed;
  if (!lists || !contacts.options) return { options: undefined, busy };
  const options = [
    ...lists.items.map((list) => ({
      value: listValue(list.id),
      label: list.name,
      aside: t("list", { count: list.members }),
      chip: t("listChip", { name: list.name, count: list.members }),
    })),
    ...contacts.options.map((contact) => ({ ...contact, value: contactValue(contact.value), chip: contact.label })),
  ];
  return { options, busy };
}

const namedAtMost = 50;

/**
 * The labels of an audience's ids, for its chips; `chips` has those of options chosen before, so that a new chip does not change its
 * width once it is loaded, and move the open list. A deleted one keeps its chip, so that it can be removed.
 */
export function useAudienceValues(audience: Audience, chips: ReadonlyMap<string, string>): PickerOption[] {
  const t = useTranslations("campaigns.audience");
  const lists = useQueries({ queries: audience.lists.map((id) => query("lists", "get", { params: { id } })) });
  const contacts = useQueries({
    queries: audience.contacts.slice(0, namedAtMost).map((id) => query("contacts", "get", { params: { id } })),
  });
  const named = (value: string, label: string | undefined, error: unknown): PickerOption => ({
    value,
    label: label ?? (error ? t("gone") : (chips.get(value) ?? "…")),
  });
  return [
    ...audience.lists.map((id, index): PickerOption => {
      const { data, error } = lists[index] ?? {};
      const label = data ? t("listChip", { name: data.name, count: data.members }) : undefined;
      return named(listValue(id), label, error);
    }),
    ...audience.contacts.map((id, index): PickerOption => {
      const { data, error } = contacts[index] ?? {};
      return named(contactValue(id), data && contactLabel(data), error);
    }),
  ];
}
