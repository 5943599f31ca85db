import { ApiError } from "../../api/api-error.ts";
import { useExplain } from "../../lib/explain.ts";

interface Rejected {
  reason: string;
  field: string | null;
  value: string | null;
  /** The server's own sentence. */
  message?: string;
}

/** Why a row of a file makes no booking: as the API explains it to whoever makes the same booking by hand. */
export function useRejection(): (row: Rejected) => string {
  const explain = useExplain();
  return ({ reason, field, value, message }) =>
    explain(new ApiError(422, reason, message ?? reason, { field: field ?? undefined, value: value ?? undefined }));
}
