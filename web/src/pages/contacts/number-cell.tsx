import { TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { NumberKind } from "../../../../contract/contacts.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";

/** A grouped number, with an icon and a word where it cannot receive texts. */
export function NumberCell({
  number,
  kind,
  country,
}: {
  number: string | null;
  kind: NumberKind | null;
  country: string;
}) {
  const t = useTranslations("contacts.kinds");
  if (!number) return null;
  const usable = kind === "mobile" || kind === "other" || kind === null;
  return (
    <span className="figures inline-flex items-center gap-1.5 whitespace-nowrap">
      {formatPhoneNumber(number, country)}
      {usable ? null : (
        <span title={t(kind)}>
          <TriangleAlert className="size-4 text-warn" aria-hidden />
          <span className="sr-only">{t(kind)}</span>
        </span>
      )}
    </span>
  );
}
