import { CircleAlert, CircleCheck, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { Button, IconButton } from "./button.tsx";

interface ToastItem {
  id: number;
  tone: "good" | "bad";
  text: string;
  action?: ToastAction | undefined;
}

/** What a toast offers to do. */
interface ToastAction {
  label: string;
  onClick: () => void;
}

let shown: readonly ToastItem[] = [];
let last = 0;
const listeners = new Set<() => void>();

function change(next: readonly ToastItem[]) {
  shown = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number) {
  change(shown.filter((item) => item.id !== id));
}

/** Confirms in passing that something worked. Failures are shown where they happened; use "bad" only when that place is gone. */
export function toast(text: string, tone: ToastItem["tone"] = "good", action?: ToastAction): void {
  const id = ++last;
  change([...shown.slice(-2), { id, tone, text, action }]);
  // Errors, and what offers something to do, stay until they are dismissed.
  if (tone === "good" && !action) setTimeout(() => dismiss(id), 6000);
}

/** Where toasts appear; rendered once, in the root, so that screen readers know the live region before it changes. */
export function Toasts() {
  const t = useTranslations("ui");
  const toasts = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => shown,
  );
  return (
    <section
      aria-label={t("notifications")}
      // A dialog has its buttons at the foot of a phone, where toasts would cover them.
      className="pointer-events-none fixed inset-x-4 bottom-4 z-60 max-sm:in-[body:has([data-holds-page])]:top-4 max-sm:in-[body:has([data-holds-page])]:bottom-auto sm:left-auto sm:w-96"
    >
      <div role="status" aria-live="polite" className="flex flex-col gap-2">
        {toasts.map((item) => (
          <div
            key={item.id}
            className="appear pointer-events-auto flex items-start gap-2 rounded-lg border border-line bg-raised px-3 py-2.5 shadow-high"
          >
            {item.tone === "good" ? (
              <CircleCheck className="mt-0.5 size-4 shrink-0 text-good" aria-hidden />
            ) : (
              <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
            )}
            <div className="min-w-0 flex-1">
              <p className="break-words">{item.text}</p>
              {item.action ? (
                <Button
                  size="small"
                  className="mt-2"
                  onClick={() => {
                    dismiss(item.id);
                    item.action?.onClick();
                  }}
                >
                  {item.action.label}
                </Button>
              ) : null}
            </div>
            <IconButton label={t("close")} size="small" className="-my-1 -mr-1.5" onClick={() => dismiss(item.id)}>
              <X aria-hidden />
            </IconButton>
          </div>
        ))}
      </div>
    </section>
  );
}
