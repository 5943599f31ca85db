import { useCallback } from "react";
import { useTranslations } from "use-intl";
import type { Decision } from "../../../contract/bookings.ts";
import { formatPhoneNumber } from "../../../rules/phone-number-format.ts";
import { useWorkspace } from "../lib/session.ts";

/** Whom a decision was about, in one line: "Kari Nordmann (customer), 912 34 567". */
export function useRecipient(): (decision: Pick<Decision, "recipient" | "name" | "to">) => string {
  const t = useTranslations("decisions.recipient");
  const { country } = useWorkspace();
  return useCallback(
    ({ recipient, name, to }) => {
      const who = name ? `${name} (${t(recipient).toLocaleLowerCase()})` : t(recipient);
      return to ? `${who}, ${formatPhoneNumber(to, country)}` : who;
    },
    [t, country],
  );
}
