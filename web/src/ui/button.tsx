import { LoaderCircle } from "lucide-react";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { classes } from "./classes.ts";
import { useHoldDialog } from "./work.ts";

export type ButtonKind = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "small" | "medium" | "large";

const kinds: Record<ButtonKind, string> = {
  primary: "bg-accent text-on-accent hover:bg-accent-hover shadow-low",
  secondary: "bg-surface text-ink border border-line-strong hover:bg-hover shadow-low",
  quiet: "text-soft hover:bg-hover hover:text-ink",
  danger: "bg-bad-fill text-white hover:bg-bad-hover shadow-low",
};
const sizes: Record<ButtonSize, string> = {
  small: "h-7 px-2 text-sm gap-1.5",
  medium: "h-8 px-3 gap-1.5",
  large: "h-10 px-4 gap-2",
};

/** The looks of a button, for links that are the page's primary action. */
export function buttonLooks(kind: ButtonKind = "secondary", size: ButtonSize = "medium"): string {
  return classes(
    "inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap select-none transition-colors",
    "disabled:opacity-55 aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
    kinds[kind],
    sizes[size],
  );
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  size?: ButtonSize;
  /**
   * Shows that it is busy and ignores further presses; it keeps its focus. A dialog around it cannot be closed meanwhile, unless the
   * button is a quiet one, which only fetches.
   */
  busy?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** A button; `type` is "button" unless said otherwise. */
export function Button({ kind, size, busy, icon, children, className, onClick, type, ...rest }: ButtonProps) {
  useHoldDialog(busy === true && kind !== "quiet");
  return (
    <button
      type={type ?? "button"}
      className={classes(buttonLooks(kind, size), className)}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {busy ? <LoaderCircle className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonProps, "icon" | "children"> {
  /** Its action, for screen readers; also its tooltip. */
  label: string;
  children: ReactNode;
}

/** A square button with nothing but an icon. */
export function IconButton({ label, kind = "quiet", size = "medium", className, children, ...rest }: IconButtonProps) {
  const square = { small: "w-7 px-0", medium: "w-8 px-0", large: "w-10 px-0" }[size];
  return (
    <Button kind={kind} size={size} aria-label={label} title={label} className={classes(square, className)} {...rest}>
      {children}
    </Button>
  );
}
