import { type ReactNode, type Ref, useEffect, useId, useRef } from "react";
import { classes } from "./classes.ts";
import type { Option } from "./field.tsx";

const box = "mt-0.5 size-4 shrink-0 accent-accent disabled:opacity-50";

interface CheckboxProps {
  label: ReactNode;
  /** Keeps the label for screen readers only, as in a table's rows. */
  labelHidden?: boolean;
  hint?: ReactNode;
  checked: boolean | "some";
  onChange: (checked: boolean, event: { shiftKey: boolean }) => void;
  disabled?: boolean;
  name?: string;
  ref?: Ref<HTMLInputElement>;
}

/** A checkbox with its label; "some" shows the dash of a partial selection. */
export function Checkbox({ label, labelHidden, hint, checked, onChange, disabled, name }: CheckboxProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (input.current) input.current.indeterminate = checked === "some";
  }, [checked]);
  return (
    <div className="flex gap-2">
      <input
        ref={input}
        id={id}
        type="checkbox"
        name={name}
        className={box}
        checked={checked === true}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) =>
          onChange(event.target.checked, { shiftKey: (event.nativeEvent as MouseEvent).shiftKey === true })
        }
      />
      <div className={classes("min-w-0", labelHidden && "sr-only")}>
        <label htmlFor={id} className={disabled ? "text-faint" : undefined}>
          {label}
        </label>
        {hint ? (
          <p id={`${id}-hint`} className="text-sm text-faint">
            {hint}
          </p>
        ) : null}
      </div>
    </div>
  );
}

interface RadioGroupProps<V extends string> {
  label: ReactNode;
  labelHidden?: boolean;
  value: V;
  onChange: (value: V) => void;
  options: readonly (Option<V> & { hint?: ReactNode })[];
  error?: string | null;
}

/** One choice of a few, each with room for a sentence about it. */
export function RadioGroup<V extends string>({
  label,
  labelHidden,
  value,
  onChange,
  options,
  error,
}: RadioGroupProps<V>) {
  const id = useId();
  return (
    <fieldset aria-describedby={error ? `${id}-error` : undefined} className="flex flex-col gap-2">
      <legend className={classes("mb-1.5 font-medium", labelHidden && "sr-only")}>{label}</legend>
      {options.map((option) => (
        <div key={option.value} className="flex gap-2">
          <input
            id={`${id}-${option.value}`}
            type="radio"
            name={id}
            className={box}
            checked={option.value === value}
            disabled={option.disabled}
            aria-describedby={option.hint ? `${id}-${option.value}-hint` : undefined}
            onChange={() => onChange(option.value)}
          />
          <div className="min-w-0">
            <label htmlFor={`${id}-${option.value}`}>{option.label}</label>
            {option.hint ? (
              <p id={`${id}-${option.value}-hint`} className="text-sm text-faint">
                {option.hint}
              </p>
            ) : null}
          </div>
        </div>
      ))}
      {error ? (
        <p id={`${id}-error`} className="text-sm text-bad-ink">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
