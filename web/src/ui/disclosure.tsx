import { ChevronRight } from "lucide-react";
import { type ReactNode, useId } from "react";
import { classes } from "./classes.ts";

/** Rarely needed content, collapsed under its title. */
export function Disclosure({
  label,
  hint,
  open,
  onOpenChange,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <div className="border-t border-line pt-3">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => onOpenChange(!open)}
        className="-mx-1 flex w-full items-start gap-2 rounded-md px-1 py-1 text-left hover:bg-hover"
      >
        <ChevronRight
          className={classes("mt-0.5 size-4 shrink-0 text-faint transition-transform", open && "rotate-90")}
          aria-hidden
        />
        <span className="min-w-0">
          <span className="font-medium">{label}</span>
          {hint ? <span className="block text-sm text-faint">{hint}</span> : null}
        </span>
      </button>
      {open ? (
        <div id={id} className="mt-4 flex flex-col gap-6">
          {children}
        </div>
      ) : null}
    </div>
  );
}
