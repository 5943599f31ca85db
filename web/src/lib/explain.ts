import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../api/api-error.ts";

/** The catalogue's name of a problem: server codes are snake_case, with dots in better-auth's. */
export function problemKey(code: string): string {
  return code.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

/** Puts any failure into the reader's language; where we don't know the code, the server's own sentence stands. */
export function useExplain(): (error: unknown) => string {
  const t = useTranslations("problems");
  return useCallback(
    (error) => {
      if (!(error instanceof ApiError)) return t("unexpected");
      const key = problemKey(error.code) as "unexpected";
      if (t.has(key)) return t(key);
      if (error.message && error.code !== "unreadable") return error.message;
      return error.status >= 500 ? t("server_error") : t("unexpected");
    },
    [t],
  );
}
