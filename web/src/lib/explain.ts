import { useCallback } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../rules/phone-number-format.ts";
import { ApiError } from "../api/api-error.ts";

/** The catalogue's name of a problem: server codes are snake_case, with dots in better-auth's. */
export function problemKey(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

/** Puts any failure into the reader's language; where we don't know the code, the server's own sentence stands. */
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
      if (t.has(key)) return t(key, { value: String(error.value ?? ""), readings });
      if (error.message && error.code !== "unreadable") return error.message;
      return error.status >= 500 ? t("server_error") : t("unexpected");
    },
    [t, format],
  );
}
