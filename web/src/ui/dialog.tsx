import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type MouseEvent, type ReactNode, useCallback, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button, IconButton } from "./button.tsx";
import { classes } from "./classes.ts";
import { WorkContext } from "./work.ts";

/**
 * Dims the page behind a dialog and stops its scrolling. Radix's own overlay locks the scrolling with an inline style, which the
 * content security policy forbids; styles.css does it by this element's attribute.
 */
export function Scrim() {
  const [scrolls] = useState(() => window.innerWidth > document.documentElement.clientWidth);
  return <div data-holds-page={scrolls ? "scrolled" : "short"} className="appear fixed inset-0 z-40 bg-scrim" />;
}

interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** The row of buttons at the foot. */
  footer?: ReactNode;
  size?: "small" | "medium" | "large";
  /** Where a drawer comes from; in the middle of the page without it. */
  side?: "right" | "left";
}

/** The first field gets the focus, not the close button before it. */
function focusFirstField(event: Event) {
  const field = (event.currentTarget as HTMLElement | null)?.querySelector<HTMLElement>("input, textarea, select");
  if (!field) return;
  event.preventDefault();
  field.focus();
}

const widths = { small: "sm:max-w-sm", medium: "sm:max-w-lg", large: "sm:max-w-3xl" };

/**
 * A modal dialog: traps focus, closes on Escape, returns the focus. While something in it works (a busy button) nothing closes it or
 * can be pressed, and whoever tries is told.
 */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  size = "medium",
  side,
}: DialogProps) {
  const t = useTranslations("ui");
  const works = useRef(0);
  const [tried, setTried] = useState(false);
  const begin = useCallback(() => {
    works.current++;
    return () => {
      works.current--;
      if (works.current === 0) setTried(false);
    };
  }, []);
  /** Whether nothing works; else says that it does. */
  const isFree = () => {
    if (works.current === 0) return true;
    setTried(true);
    return false;
  };
  const keepWorking = (event: MouseEvent) => {
    if (works.current === 0) return;
    event.preventDefault();
    event.stopPropagation();
    if (!(event.target as Element).closest("[aria-busy]")) setTried(true);
  };
  return (
    <Radix.Root open={open} onOpenChange={(next) => (next || isFree()) && onOpenChange(next)}>
      <Radix.Portal>
        <Scrim />
        <Radix.Content
          onClickCapture={keepWorking}
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={focusFirstField}
          className={classes(
            "appear fixed z-50 flex max-h-dvh w-full flex-col bg-raised shadow-high outline-none",
            side === "right" && "inset-y-0 right-0 max-w-[min(20rem,85vw)] border-l border-line",
            side === "left" && "inset-y-0 left-0 max-w-[min(20rem,85vw)] border-r border-line",
            !side &&
              "inset-x-0 bottom-0 rounded-t-xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[85dvh] sm:-translate-1/2 sm:rounded-xl sm:border sm:border-line",
            !side && widths[size],
          )}
        >
          <WorkContext value={begin}>
            <div className="flex items-start justify-between gap-4 px-5 pt-4 pb-2">
              <div className="min-w-0">
                <Radix.Title className="text-lg font-semibold break-words">{title}</Radix.Title>
                {description ? <Radix.Description className="mt-1 text-soft">{description}</Radix.Description> : null}
              </div>
              <Radix.Close asChild>
                <IconButton label={t("close")} size="small">
                  <X aria-hidden />
                </IconButton>
              </Radix.Close>
            </div>
            <div className="min-h-0 flex-1 overflow-y-auto px-5 py-2">{children}</div>
            <p role="status" className="px-5 text-soft empty:hidden">
              {tried ? t("working") : null}
            </p>
            {footer ? (
              <div className="flex flex-wrap justify-end gap-2 px-5 pt-3 pb-4">{footer}</div>
            ) : (
              <div className="h-3" />
            )}
          </WorkContext>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Names the thing: "Delete the list “Regulars”?" */
  title: ReactNode;
  /** What will happen, and what will stay. */
  children: ReactNode;
  /** The verb: "Delete list". */
  confirm: string;
  /** Leaves everything as it is; "Cancel" unless the action is called like that itself. */
  dismiss?: string;
  kind?: "danger" | "primary";
  /** Resolves when the action is done; the dialog closes then, and stays open with the message when it fails. Nothing closes it before. */
  onConfirm: () => Promise<unknown>;
  /** Explains a failure in the reader's language. */
  explain: (error: unknown) => string;
}

/** Asks before an action that cannot be undone. */
export function ConfirmDialog({ kind = "danger", ...props }: ConfirmDialogProps) {
  const t = useTranslations("ui");
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const confirm = async () => {
    setState({ busy: true, error: null });
    try {
      await props.onConfirm();
      setState({ busy: false, error: null });
      props.onOpenChange(false);
    } catch (error) {
      setState({ busy: false, error: props.explain(error) });
    }
  };
  const change = (open: boolean) => {
    setState({ busy: false, error: null });
    props.onOpenChange(open);
  };
  return (
    <Dialog
      open={props.open}
      onOpenChange={change}
      title={props.title}
      footer={
        <>
          <Button onClick={() => change(false)}>{props.dismiss ?? t("cancel")}</Button>
          <Button kind={kind} busy={state.busy} onClick={() => void confirm()}>
            {props.confirm}
          </Button>
        </>
      }
    >
      <div className="text-soft">{props.children}</div>
      {state.error ? (
        <p role="alert" className="mt-3 text-bad-ink">
          {state.error}
        </p>
      ) : null}
    </Dialog>
  );
}
