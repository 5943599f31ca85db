import { Lock, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { foldWords } from "../../../../rules/folded-words.ts";
import { longestKeyword, tidyKeyword } from "../../../../rules/keyword-sets.ts";
import { Field } from "../../ui/field.tsx";

/** Keywords as chips; Enter or a comma adds the typed one, Backspace removes the last one. Fixed ones cannot be removed. */
export function KeywordField({
  label,
  hint,
  value,
  onChange,
  error,
  fixed,
  readOnly,
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
  const ui = useTranslations("ui");
  const [text, setText] = useState("");
  const isFixed = (word: string) => fixed.some((each) => foldWords(each) === foldWords(word));
  const remove = (word: string) => onChange(value.filter((each) => each !== word));

  const add = () => {
    const words = text.split(",").map(tidyKeyword);
    setText("");
    const known = new Set(value.map(foldWords));
    const fresh = words.filter((word) => word !== "" && !known.has(foldWords(word)));
    if (fresh.length > 0) onChange([...value, ...fresh]);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const last = value.at(-1);
    if ((event.key === "Enter" || event.key === ",") && text.trim() !== "") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && last !== undefined && !isFixed(last)) remove(last);
  };

  return (
    <Field label={label} hint={hint} error={error}>
      {(wiring) => (
        <div className="control flex h-auto min-h-8 flex-wrap items-center gap-1 py-1">
          {value.map((word) => (
            <span
              key={word}
              className="flex h-6 max-w-full min-w-0 items-center rounded-sm bg-accent-soft pl-1.5 text-sm text-accent-ink"
            >
              <span className="truncate">{word}</span>
              {isFixed(word) || readOnly ? (
                <span className="grid size-6 shrink-0 place-items-center text-faint">
                  {isFixed(word) ? <Lock className="size-3" aria-label={t("keywordFixed")} /> : null}
                </span>
              ) : (
                <button
                  type="button"
                  aria-label={ui("remove", { name: word })}
                  className="grid size-6 shrink-0 place-items-center rounded-sm hover:bg-selected"
                  onClick={() => remove(word)}
                >
                  <X className="size-3.5" aria-hidden />
                </button>
              )}
            </span>
          ))}
          {readOnly ? null : (
            <input
              className="h-6 min-w-28 flex-1 bg-transparent uppercase outline-none placeholder:normal-case"
              placeholder={t("addKeyword")}
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={onKeyDown}
              onBlur={add}
              maxLength={longestKeyword}
              autoComplete="off"
              autoCapitalize="characters"
              spellCheck={false}
              {...wiring}
            />
          )}
        </div>
      )}
    </Field>
  );
}
