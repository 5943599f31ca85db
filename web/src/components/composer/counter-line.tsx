import { CircleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import { useDebounced } from "../../lib/debounced.ts";
import { Badge } from "../../ui/badge.tsx";
import type { Count } from "./counter.ts";

/** Characters, encoding, segments, and the units left in the last one. */
export function CounterLine({ id, count }: { id: string; count: Count }) {
  const t = useTranslations("composer.counter");
  // Announced when typing pauses, not at every key.
  const spoken = useDebounced(t("status", { segments: count.segments, encoding: count.encoding }), 1000);
  return (
    <div id={id} className="flex flex-col gap-1">
      <p className="figures flex flex-wrap items-center gap-x-3 gap-y-1 text-sm text-soft">
        <span>{t("characters", { count: count.characters })}</span>
        <Badge tone={count.encoding === "UCS-2" ? "warn" : "neutral"}>
          <abbr className="no-underline" title={count.encoding === "UCS-2" ? t("ucs") : t("gsm")}>
            {count.encoding}
          </abbr>
        </Badge>
        <span className="font-medium text-ink">{t("segments", { count: count.segments })}</span>
        <span>{t("left", { count: count.left })}</span>
        {count.estimated ? (
          <abbr className="text-faint underline decoration-dotted" title={t("why")}>
            {t("estimate")}
          </abbr>
        ) : null}
      </p>
      {count.tooLong ? (
        <p className="flex gap-1.5 text-sm text-bad-ink">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {t("tooLong", { count: count.characters })}
        </p>
      ) : null}
      <span role="status" className="sr-only">
        {spoken}
      </span>
    </div>
  );
}
