import { useFormatter, useLocale, useNow, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { useWorkspace } from "../../lib/session.ts";
import { zoneInWords } from "../../lib/wall-time.ts";

/** A wall time in words, whatever the zone: "24 December 2026, 10:00". */
export function useWallTimeWords(): (wall: string) => string {
  const format = useFormatter();
  return (wall) =>
    format.dateTime(new Date(`${wall.slice(0, 16)}Z`), { dateStyle: "full", timeStyle: "short", timeZone: "UTC" });
}

/** The workspace's zone in words. */
export function useZoneWords(): string {
  const { time_zone } = useWorkspace();
  return zoneInWords(time_zone, useLocale(), useNow());
}

/** When a scheduled campaign begins, with the zone named; null where it is not scheduled. */
export function useScheduleWords(): (campaign: Pick<Campaign, "scheduled_at" | "schedule">) => string | null {
  const t = useTranslations("campaigns.schedule");
  const format = useFormatter();
  const wallTime = useWallTimeWords();
  const zone = useZoneWords();
  return ({ scheduled_at, schedule }) => {
    if (!scheduled_at || !schedule) return null;
    if (schedule.local) return t("beginsLocal", { at: wallTime(schedule.at) });
    return t("begins", {
      at: format.dateTime(new Date(scheduled_at), { dateStyle: "full", timeStyle: "short" }),
      zone,
    });
  };
}
