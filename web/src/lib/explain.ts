import { useCallback } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../rules/phone-number-format.ts";
import { ApiError } from "../api/api-error.ts";

/** The catalogue's key of a problem: server codes are snake_case, better-auth's contain dots. */
export function problemKey(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

/** What the contract refuses is just `invalid`; of an e-mail address more can be said. */
function specificKey({ code, field }: ApiError): string {
  const key = problemKey(code);
  return key === "invalid" && field?.split(".").at(-1) === "email" ? "invalid_email" : key;
}

/** Explains any failure in the reader's language; an unknown code falls back to the server's own sentence. */
export function useExplain(): (error: unknown) => string {
  const t = useTranslations("problems");
  const format = useFormatter();
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return t("unexpected");
      const key = specificKey(error) as "ambiguous_number";
      const readings = format.list(
        error.readings.map((number) => formatPhoneNumber(number)),
        { type: "disjunction" },
      );
      const value = String(error.value ?? "");
      if (t.has(key)) {
        const words = { field: error.field ?? "", value, has: value === "" ? "nothing" : "value", readings };
        return t(key, words);
      }
      if (error.message && error.code !== "unreadable") return error.message;
      return error.status >= 500 ? t("server_error") : t("unexpected");
    },
    [t, format],
  );
}
