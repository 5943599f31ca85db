import { useFormatter, useTranslations } from "use-intl";
import type { When } from "../../../../contract/workflows.ts";
import { exampleOf, offsetOf } from "./triggers.ts";

/** What an offset means, by the example of one booking: which part of it the clocks can move, and which they cannot. */
export function useOffsetExample(when: When): string | null {
  const t = useTranslations("workflows.when");
  const format = useFormatter();
  const example = exampleOf(when);
  const unit = offsetOf(when)?.unit;
  if (!example || !unit) return null;
  const wall = (moment: Date) =>
    t("moment", {
      day: format.dateTime(moment, {
        timeZone: "UTC",
        weekday: "long",
        ...(example.far && { day: "numeric", month: "long" }),
      }),
      time: format.dateTime(moment, { timeZone: "UTC", hour: "2-digit", minute: "2-digit" }),
    });
  const values = { booking: wall(example.booking), text: wall(example.text), trigger: when.trigger };
  return unit === "days" ? t("exampleDays", values) : t("exampleElapsed", values);
}
