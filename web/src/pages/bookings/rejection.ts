import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { useExplain } from "../../lib/explain.ts";

interface Rejected {
  reason: string;
  field: string | null;
  value: string | null;
  /** The server's own sentence. */
  message?: string;
}

/**
 * Why a row of a file makes no booking: in the words of the importers where it is about files, else as the API explains it to whoever makes
 * the same booking by hand.
 */
export function useRejection(): (row: Rejected) => string {
  const t = useTranslations("bookings.importing.reasons");
  const contacts = useTranslations("contacts.importResult.reasons");
  const explain = useExplain();
  return ({ reason, field, value, message }) => {
    const own = reason as "invalid_date";
    if (t.has(own)) return t(own, { value: value ?? "" });
    const shared = reason as "quote_not_closed";
    if (contacts.has(shared)) return contacts(shared);
    const about = { field: field ?? undefined, value: value ?? undefined };
    return explain(new ApiError(422, reason, message ?? reason, about));
  };
}
