import { useTranslations } from "use-intl";
import { foldWords } from "../../../../rules/folded-words.ts";
import { longestKeyword, tidyKeyword } from "../../../../rules/keyword-sets.ts";
import { ChipsField } from "../../ui/chips-field.tsx";

/** Keywords as chips. Fixed ones cannot be removed. */
export function KeywordField({
  value,
  fixed,
  ...field
}: {
  label: string;
  hint: string;
  value: readonly string[];
  onChange: (words: string[]) => void;
  error: string | null;
  fixed: readonly string[];
  readOnly: boolean;
}) {
  const t = useTranslations("settings");
  const read = (text: string) => {
    const known = new Set(value.map(foldWords));
    return {
      add: text
        .split(",")
        .map(tidyKeyword)
        .filter((word) => word !== "" && !known.has(foldWords(word))),
    };
  };
  return (
    <ChipsField
      {...field}
      value={value}
      read={read}
      isFixed={(word) => fixed.some((each) => foldWords(each) === foldWords(word))}
      fixed={t("keywordFixed")}
      placeholder={t("addKeyword")}
      input={{
        className: "h-6 min-w-28 flex-1 bg-transparent uppercase outline-none placeholder:normal-case",
        maxLength: longestKeyword,
        autoCapitalize: "characters",
      }}
    />
  );
}
