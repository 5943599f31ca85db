import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";
import { type Option, Select, SelectField } from "../../ui/field.tsx";

/**
 * A select and the button that adds the chosen option. Choosing alone adds nothing: the arrow keys change a closed select
 * at every step.
 */
export function AddChoice({
  label,
  labelled = false,
  placeholder,
  options,
  onAdd,
}: {
  /** The label of both. */
  label: string;
  /** Whether the label is visible. */
  labelled?: boolean;
  /** Shown before an option is chosen. */
  placeholder: string;
  options: readonly Option[];
  onAdd: (value: string) => void;
}) {
  const t = useTranslations("carriers");
  const [chosen, setChosen] = useState("");
  const value = options.some((option) => option.value === chosen) ? chosen : "";
  const select = { value, onChange: setChosen, options: [{ value: "", label: placeholder }, ...options] };
  return (
    <div className="flex max-w-80 items-end gap-2">
      {labelled ? (
        <SelectField label={label} className="min-w-0 flex-1" {...select} />
      ) : (
        <Select aria-label={label} className="min-w-0 flex-1" {...select} />
      )}
      <Button
        aria-label={label}
        aria-disabled={value === "" || undefined}
        onClick={() => {
          if (value === "") return;
          onAdd(value);
          setChosen("");
        }}
      >
        {t("addChosen")}
      </Button>
    </div>
  );
}
