/** What "send to" and "do not send to" offer: lists with their member counts, and single contacts. */
import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { type Choices, contactLabel, useContactChoices } from "../../components/composer/contact-choices.ts";
import { useSettled } from "../../lib/settled.ts";
import type { PickerOption } from "../../ui/picker.tsx";

export interface Audience {
  lists: string[];
  contacts: string[];
}

/** Chosen things as the picker shows them, and back. */
export const listValue = (id: string) => `list:${id}`;
export const contactValue = (id: string) => `contact:${id}`;

/** The audience behind the picker's values. */
export function readAudience(values: readonly { value: string }[]): Audience {
  const of = (kind: string) =>
    values.flatMap(({ value }) => (value.startsWith(`${kind}:`) ? [value.slice(kind.length + 1)] : []));
  return { lists: of("list"), contacts: of("contact") };
}

/** Lists and contacts whose name begins with what is typed. */
export function useAudienceChoices(typed: string): Choices {
  const t = useTranslations("campaigns.audience");
  const settled = useSettled(typed);
  const contacts = useContactChoices(typed);
  const { data: lists, isPlaceholderData } = useQuery({
    ...query("lists", "list", { query: { query: settled, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const busy = contacts.busy || isPlaceholderData || settled !== typed;
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

/** The names behind an audience's ids, for its chips. One that is gone keeps a chip, so that it can be taken away. */
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
