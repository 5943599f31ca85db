import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { contactLabel } from "../../components/composer/contact-choices.ts";

/** Whose bookings are listed; pressing it lists everybody's. */
export function CustomerFilter({ id, onClear }: { id: string; onClear: () => void }) {
  const t = useTranslations("bookings");
  const ui = useTranslations("ui");
  const { data } = useQuery(query("contacts", "get", { params: { id } }));
  const name = data ? contactLabel(data) : t("customer");
  return (
    <span className="flex h-8 items-center rounded-md bg-accent-soft pl-2.5 text-accent-ink">
      <span className="max-w-48 truncate">{name}</span>
      <button
        type="button"
        aria-label={ui("remove", { name })}
        className="grid size-8 place-items-center rounded-md hover:bg-selected"
        onClick={onClear}
      >
        <X className="size-4" aria-hidden />
      </button>
    </span>
  );
}
