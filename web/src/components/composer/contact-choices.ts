import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { useDebounced } from "../../lib/debounced.ts";
import { useWorkspace } from "../../lib/session.ts";
import type { PickerOption } from "../../ui/picker.tsx";

/** A contact's label: name, else number, else address. */
export function contactLabel(contact: {
  first_name: string | null;
  last_name: string | null;
  mobile: string | null;
  phone: string | null;
  email: string | null;
}): string {
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(" ");
  return name || contact.mobile || contact.phone || contact.email || "–";
}

/** What a picker offers; busy while the options are those of the previous text. */
export interface Choices<Option extends PickerOption = PickerOption> {
  options: readonly Option[] | undefined;
  busy: boolean;
}

/** Contacts whose name, number or address begins with the typed text. */
export function useContactChoices(typed: string): Choices {
  const { country } = useWorkspace();
  const debounced = useDebounced(typed);
  const { data, isPlaceholderData } = useQuery({
    ...query("contacts", "list", { query: { query: debounced, limit: 20 } }),
    placeholderData: keepPreviousData,
  });
  const options = data?.items.map((contact) => {
    const label = contactLabel(contact);
    const number = contact.mobile ?? contact.phone;
    return {
      value: contact.id,
      label,
      aside: number && number !== label ? formatPhoneNumber(number, country) : undefined,
    };
  });
  return { options, busy: isPlaceholderData || debounced !== typed };
}
