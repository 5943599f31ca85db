import { useState } from "react";
import { useTranslations } from "use-intl";
import { MultiPicker } from "../../ui/picker.tsx";
import { type Audience, readAudience, useAudienceChoices, useAudienceValues } from "./audience-choices.ts";

/** Chooses lists and contacts. */
export function AudienceField({
  value,
  onChange,
  ...rest
}: {
  label: string;
  hint: string;
  value: Audience;
  onChange: (audience: Audience) => void;
  error: string | null;
  optional?: boolean;
  disabled?: boolean;
}) {
  const t = useTranslations("campaigns.audience");
  const [search, setSearch] = useState("");
  const [chips, setChips] = useState<ReadonlyMap<string, string>>(new Map());
  return (
    <MultiPicker
      {...rest}
      placeholder={t("search")}
      value={useAudienceValues(value, chips)}
      onChange={(next, added) => {
        if (added) setChips((before) => new Map([...before, [added.value, added.chip]]));
        onChange(readAudience(next));
      }}
      {...useAudienceChoices(search)}
      onSearch={setSearch}
    />
  );
}
