import { useId } from "react";
import { classes } from "./classes.ts";

/** Turns something on and off at once, without saving. `state` says in words which it is: colour must not be the only sign. */
export function Switch({
  label,
  state,
  checked,
  onChange,
  busy = false,
  disabled = false,
}: {
  /** What is switched, for screen readers. */
  label: string;
  state: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  busy?: boolean;
  disabled?: boolean;
}) {
  const id = useId();
  return (
    <span className="inline-flex items-center gap-2">
      <button
        type="button"
        role="switch"
        aria-checked={checked}
        aria-label={label}
        aria-describedby={id}
        aria-disabled={busy || undefined}
        disabled={disabled}
        onClick={() => !busy && onChange(!checked)}
        className={classes(
          "relative h-5 w-9 shrink-0 rounded-full border transition-colors disabled:opacity-55 aria-disabled:opacity-55",
          checked ? "border-accent bg-accent" : "border-line-strong bg-sunken",
        )}
      >
        <span
          aria-hidden
          className={classes(
            "absolute top-1/2 left-0.5 size-3.5 -translate-y-1/2 rounded-full transition-transform",
            checked ? "translate-x-4 bg-white" : "bg-line-strong",
          )}
        />
      </button>
      <span id={id} className={classes("text-sm", checked ? "font-medium text-ink" : "text-soft")}>
        {state}
      </span>
    </span>
  );
}
