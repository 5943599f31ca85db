import { Check, CloudOff, LoaderCircle, Pencil } from "lucide-react";
import { useTranslations } from "use-intl";
import { useSettled } from "../../lib/settled.ts";
import type { AutosaveStatus } from "./autosave.ts";

const icons = { saved: Check, saving: LoaderCircle, failed: CloudOff, unfinished: Pencil };

/** Whether what was typed has reached the server. */
export function SaveStatus({ status }: { status: AutosaveStatus }) {
  const t = useTranslations("campaigns.save");
  // Typing would otherwise make it flicker, and screen readers speak at every key.
  const state = useSettled(status.state, 300);
  const Icon = icons[state];
  return (
    <span
      role="status"
      className={`inline-flex items-center gap-1.5 text-sm ${state === "failed" ? "text-bad-ink" : "text-faint"}`}
    >
      <Icon className={`size-4 ${state === "saving" ? "animate-spin" : ""}`} aria-hidden />
      {t(state)}
    </span>
  );
}
