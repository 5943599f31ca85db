import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { Action, When } from "../../../../contract/workflows.ts";
import { ApiError } from "../../api/api-error.ts";
import type { CallAnswer } from "../../api/client.ts";
import { query } from "../../api/queries.ts";
import { useDebounced } from "../../lib/debounced.ts";
import type { PickerOption } from "../../ui/picker.tsx";
import { useExplainWorkflow } from "./explain-workflow.ts";
import { offsetOf, isTimed } from "./triggers.ts";

export interface Preview {
  data: CallAnswer<"workflows", "preview"> | undefined;
  /** Why there is none, unless a field says it. */
  failure: string | null;
  /** What the server says about a field of the action, named without the action itself. */
  errorAt: (field: string) => string | null;
  /** The variant that is edited and shown; empty for the main text. */
  language: string;
  setLanguage: (language: string) => void;
  /** The booking that it is shown by; null for the newest that fits. */
  booking: PickerOption | null;
  setBooking: (booking: PickerOption | null) => void;
}

/** An action as the server would send it, asked for again once typing pauses. */
export function usePreview(when: When, action: Extract<Action, { action: "send_sms" | "send_email" }>): Preview {
  const explain = useExplainWorkflow();
  const [language, setLanguage] = useState("");
  const [booking, setBooking] = useState<PickerOption | null>(null);
  const body = { when, action, booking: booking?.value, language: language || undefined };
  const debounced = useDebounced(JSON.stringify(body), 400);
  const found = useQuery({
    ...query("workflows", "preview", { body: JSON.parse(debounced) as typeof body }),
    enabled: !isTimed(when.trigger) || offsetOf(when) !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  });
  const refused = found.error instanceof ApiError && found.error.field !== undefined ? found.error : null;
  const problems = found.error ? undefined : found.data?.problems;
  const errorAt = useCallback(
    (field: string) => {
      const isOf = (named: string | null | undefined) => {
        const own = named?.replace(/^(action|do\.\d+)\./, "");
        return own === field || own?.startsWith(`${field}.`) === true;
      };
      if (refused && isOf(refused.field)) return explain(refused);
      const problem = problems?.find((one) => isOf(one.field));
      return problem
        ? explain(new ApiError(422, problem.code, problem.message, { field, value: problem.value }))
        : null;
    },
    [refused, problems, explain],
  );
  return {
    data: found.error ? undefined : found.data,
    failure: found.error && !refused ? explain(found.error) : null,
    errorAt,
    language,
    setLanguage,
    booking,
    setBooking,
  };
}
