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

/** Lists and contacts whose name begins with the typed text. */
export function useAudienceChoices(typed: string): Choices {
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
    })),
    ...contacts.options.map((contact) => ({ ...contact, value: contactValue(contact.value) })),
  ];
  return { options, busy };
}

const namedAtMost = 50;

/** The labels of an audience's ids, for its chips. A deleted one keeps its chip, so that it can be removed. */
export function useAudienceValues(audience: Audience): PickerOption[] {
  const t = useTranslations("campaigns.audience");
  const lists = useQueries({ queries: audience.lists.map((id) => query("lists", "get", { params: { id } })) });
  const contacts = useQueries({
    queries: audience.contacts.slice(0, namedAtMost).map((id) => query("contacts", "get", { params: { id } })),
  });
  return [
    ...audience.lists.map((id, index): PickerOption => {
      const { data, error } = lists[index] ?? {};
      const label = data ? t("listChip", { name: data.name, count: data.members }) : error ? t("gone") : "…";
      return { value: listValue(id), label };
    }),
    ...audience.contacts.map((id, index): PickerOption => {
      const { data, error } = contacts[index] ?? {};
      return { value: contactValue(id), label: data ? contactLabel(data) : error ? t("gone") : "…" };
    }),
  ];
}
