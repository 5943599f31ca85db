import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";
import { type Option, Select, SelectField } from "../../ui/field.tsx";

/**
 * A select and the button that adds what is chosen. Choosing alone adds nothing: with the arrow keys a closed select changes
 * at every step.
 */
export function AddChoice({
  label,
  labelled = false,
  placeholder,
  options,
  onAdd,
}: {
  /** What the two are for. */
  label: string;
  /** Whether the label can be seen. */
  labelled?: boolean;
  /** What stands there before something is chosen. */
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
