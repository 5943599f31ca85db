import { useState } from "react";
import { useTranslations } from "use-intl";
import { useContactChoices } from "../../components/composer/contact-choices.ts";
import { Picker, type PickerOption } from "../../ui/picker.tsx";
import { newNameOf, newPrefix } from "./booking-values.ts";

/** One field for a person: finds contacts by name, number or address, and offers to take what was typed as a new one. */
export function PersonPicker({
  label,
  hint,
  error,
  optional,
  value,
  onChoose,
  onNew,
}: {
  label: string;
  hint?: string;
  error?: string | null;
  optional?: boolean;
  value: PickerOption | null;
  onChoose: (contact: PickerOption | null) => void;
  /** What was typed, where that is nobody yet. */
  onNew: (text: string) => void;
}) {
  const t = useTranslations("bookings");
  const [typed, setTyped] = useState("");
  const { options, busy } = useContactChoices(typed);
  const offered =
    typed && options
      ? [...options, { value: `${newPrefix}${typed}`, label: t("newCustomer", { name: typed }) }]
      : options;
  const choose = (option: PickerOption | null) => {
    const name = newNameOf(option);
    if (name === null) onChoose(option);
    else onNew(name);
  };
  return (
    <Picker
      label={label}
      hint={hint}
      error={error ?? null}
      optional={optional ?? false}
      placeholder={t("customerSearch")}
      options={offered}
      busy={busy}
      onSearch={setTyped}
      value={value}
      onChange={choose}
      clearable
    />
  );
}
