/** Saying that texts reach no real handset, wherever that could be mistaken. */
import { useQuery } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useTranslations } from "use-intl";
import { query } from "../api/queries.ts";
import { useMay } from "../lib/session.ts";
import { Notice } from "../ui/notice.tsx";

/** Whether texts of a sender (its id or address; null: the default one) go to the sandbox. False until that is known. */
export function useIsSandbox(sender: string | null = null): boolean {
  const may = useMay();
  const { data } = useQuery({ ...query("senders", "list"), enabled: may("senders:read") });
  if (!data) return false;
  const found =
    data.items.find((one) => sender !== null && (one.id === sender || one.address === sender)) ??
    data.items.find((one) => one.is_default);
  // Without any sender nothing can be sent at all.
  return found?.carrier_id === null;
}

/** Over every page while the default sender is the sandbox's. */
export function SandboxStripe() {
  const t = useTranslations("frame");
  if (!useIsSandbox()) return null;
  return (
    <p className="sandbox-stripe flex items-center justify-center gap-2 px-3 py-1 text-center text-sm font-medium text-warn-ink">
      <span className="flex items-center gap-2 rounded-sm bg-warn-soft px-2">
        <FlaskConical className="size-4 shrink-0" aria-hidden />
        {t("sandboxStripe")}
      </span>
    </p>
  );
}

/** Where something is written, reviewed or reported that goes to the sandbox. */
export function SandboxNotice({ sender }: { sender: string | null }) {
  const t = useTranslations("frame");
  if (!useIsSandbox(sender)) return null;
  return (
    <div className="mb-5">
      <Notice tone="warn">{t("sandboxNotice")}</Notice>
    </div>
  );
}
