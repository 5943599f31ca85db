import { useCallback } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../rules/phone-number-format.ts";
import { ApiError } from "../api/api-error.ts";

/** The catalogue's key of a problem: server codes are snake_case, better-auth's contain dots. */
export function problemKey(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

/** Explains any failure in the reader's language; an unknown code falls back to the server's own sentence. */
export function useExplain(): (error: unknown) => string {
  const t = useTranslations("problems");
  const format = useFormatter();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return t("unexpected");
      const key = problemKey(error.code) as "ambiguous_number";
      const readings = format.list(
        error.readings.map((number) => formatPhoneNumber(number)),
        { type: "disjunction" },
      );
      if (t.has(key)) return t(key, { field: error.field ?? "", value: String(error.value ?? ""), readings });
      if (error.message && error.code !== "unreadable") return error.message;
      return error.status >= 500 ? t("server_error") : t("unexpected");
    },
    [t, format],
  );
}
