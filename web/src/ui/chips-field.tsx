import { Lock, X } from "lucide-react";
import { type InputHTMLAttributes, type KeyboardEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Field } from "./field.tsx";

/** What a typed text adds, or why it adds nothing, in the reader's language. */
export type ReadChips = { add: readonly string[] } | { problem: string };

/** Several short texts as chips; Enter or a comma adds the typed one, Backspace removes the last one. What is wrong stays typed. */
export function ChipsField({
  label,
  hint,
  error,
  optional,
  value,
  onChange,
  read,
  shown = (chip) => chip,
  isFixed = () => false,
  fixed,
  placeholder,
  readOnly = false,
  input,
}: {
  label: string;
  hint?: string;
  error?: string | null;
  optional?: boolean;
  value: readonly string[];
  onChange: (chips: string[]) => void;
  read: (text: string) => ReadChips;
  /** A chip as people read it. */
  shown?: (chip: string) => string;
  /** Which chips cannot be removed. */
  isFixed?: (chip: string) => boolean;
  /** Says that a chip cannot be removed. */
  fixed?: string;
  placeholder: string;
  readOnly?: boolean;
  /** What the text field is told besides, such as which keyboard a phone shows. */
  input?: InputHTMLAttributes<HTMLInputElement>;
}) {
  const t = useTranslations("ui");
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);

  const add = () => {
    if (text.trim() === "") return setText("");
    const found = read(text);
    if ("problem" in found) return setProblem(found.problem);
    setText("");
    if (found.add.length > 0) onChange([...value, ...found.add]);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const last = value.at(-1);
    if ((event.key === "Enter" || event.key === ",") && text.trim() !== "") {
      event.preventDefault();
      add();
    } else if (event.key === "Backspace" && text === "" && last !== undefined && !isFixed(last))
      onChange(value.slice(0, -1));
  };

  return (
    <Field label={label} hint={hint} error={problem ?? error} optional={optional}>
      {(wiring) => (
        <div className="control flex h-auto min-h-8 flex-wrap items-center gap-1 py-1">
          {value.map((chip) => (
            <span
              key={chip}
              className="flex h-6 max-w-full min-w-0 items-center rounded-sm bg-accent-soft pl-1.5 text-sm text-accent-ink"
            >
              <span className="truncate">{shown(chip)}</span>
              {isFixed(chip) || readOnly ? (
                <span className="grid size-6 shrink-0 place-items-center text-faint">
                  {isFixed(chip) ? <Lock className="size-3" aria-label={fixed} /> : null}
                </span>
              ) : (
                <button
                  type="button"
                  aria-label={t("remove", { name: shown(chip) })}
                  className="grid size-6 shrink-0 place-items-center rounded-sm hover:bg-selected"
                  onClick={() => onChange(value.filter((one) => one !== chip))}
                >
                  <X className="size-3.5" aria-hidden />
                </button>
              )}
            </span>
          ))}
          {readOnly ? null : (
            <input
              className="h-6 min-w-28 flex-1 bg-transparent outline-none"
              autoComplete="off"
              spellCheck={false}
              {...input}
              placeholder={placeholder}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setProblem(null);
              }}
              onKeyDown={onKeyDown}
              onBlur={add}
              {...wiring}
            />
          )}
        </div>
      )}
    </Field>
  );
}
