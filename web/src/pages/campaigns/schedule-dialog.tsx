import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import type { Campaign } from "../../../../contract/campaigns.ts";
import { ApiError } from "../../api/api-error.ts";
import { query, useCall } from "../../api/queries.ts";
import { useDebounced } from "../../lib/debounced.ts";
import { useWorkspace } from "../../lib/session.ts";
import { readWallTime, wallTimeAt } from "../../lib/wall-time.ts";
import { RadioGroup } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useExplainCampaign, useFindingText } from "./findings.ts";
import { useWallTimeWords, useZoneWords } from "./schedule-words.tsx";

const day = 86_400_000;

/** Asks when a campaign begins: at a moment of the workspace's zone, or at each recipient's own time. */
export function ScheduleDialog({
  campaign,
  reviewed,
  onClose,
  onSchedule,
  onChanged,
}: {
  campaign: Campaign;
  /** The revision that was reviewed; a scheduled campaign is scheduled anew without a review. */
  reviewed?: number;
  onClose: () => void;
  onSchedule: (campaign: Campaign) => void;
  /** It is not what was reviewed any more; nothing was scheduled. */
  onChanged?: () => void;
}) {
  const t = useTranslations("campaigns.schedule");
  const problems = useTranslations("problems");
  const { time_zone } = useWorkspace();
  const zone = useZoneWords();
  const schedule = useCall("campaigns", "schedule");
  const [opened] = useState(() => new Date());
  const begin = campaign.schedule?.local
    ? campaign.schedule.at
    : campaign.scheduled_at
      ? wallTimeAt(new Date(campaign.scheduled_at), time_zone)
      : `${wallTimeAt(new Date(opened.getTime() + day), time_zone).slice(0, 11)}10:00`;
  const now = useNow({ updateInterval: 10_000 });
  const isPast = ({ whose, date, time }: { whose: "all" | "own"; date: string; time: string }) => {
    // At each recipient's own time it may still lie ahead where some of them are.
    const read = whose === "all" ? readWallTime(`${date}T${time}`, time_zone) : null;
    return read !== null && read.instant <= now;
  };
  const form = useForm({
    initial: {
      whose: campaign.schedule?.local ? "own" : "all",
      date: begin.slice(0, 10),
      time: begin.slice(11, 16),
    } as { whose: "all" | "own"; date: string; time: string },
    required: ["date", "time"],
    names: { at: "time" },
    check: (values) => (isPast(values) ? { time: problems("time_past") } : {}),
    submit: async ({ whose, date, time }) => {
      try {
        return await schedule.mutateAsync({
          params: { id: campaign.id },
          body: { at: `${date}T${time}`, local: whose === "own", reviewed },
        });
      } catch (error) {
        if (!onChanged || !(error instanceof ApiError) || error.code !== "campaign_changed") throw error;
        onChanged();
        return null;
      }
    },
    onSuccess: (scheduled) => scheduled && onSchedule(scheduled),
    explain: useExplainCampaign(),
  });
  const { whose, date, time } = form.values;
  const past = isPast(form.values);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("title", { name: campaign.name })}>
      <FormShell
        form={form}
        submitLabel={t(campaign.status === "scheduled" ? "change" : "confirm")}
        onCancel={onClose}
        guard={false}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label={t("date")}
            type="date"
            min={wallTimeAt(opened, time_zone).slice(0, 10)}
            {...form.field("date")}
            // A refused moment is shown at the time, and is another one now.
            onChange={(next) => form.set({ date: next, time })}
          />
          <TextField
            label={t("time")}
            type="time"
            {...form.field("time")}
            error={form.errors.time ?? (past ? problems("time_past") : null)}
          />
        </div>
        <RadioGroup
          label={t("whose")}
          value={whose}
          onChange={(next) => form.set({ whose: next, time })}
          options={[
            { value: "all", label: t("forAll", { zone }), hint: t("forAllHint") },
            { value: "own", label: t("forEach"), hint: t("forEachHint") },
          ]}
        />
        <div aria-live="polite" className="flex flex-col gap-2">
          {past ? null : <Outcome wall={`${date}T${time}`} own={whose === "own"} now={now} />}
          <QuietHours campaignId={campaign.id} wall={`${date}T${time}`} local={whose === "own"} />
        </div>
      </FormShell>
    </Dialog>
  );
}

/** What quiet hours make of the chosen time: how many texts wait, and how many would expire. */
function QuietHours({ campaignId, wall, local }: { campaignId: string; wall: string; local: boolean }) {
  const { time_zone } = useWorkspace();
  const findingText = useFindingText();
  const at = useDebounced(wall, 300);
  // The server reads a skipped time as the dialog does, and refuses one that is past: then Schedule says so.
  const review = useQuery({
    ...query("campaigns", "review", { params: { id: campaignId }, body: { schedule: { at, local } } }),
    enabled: readWallTime(at, time_zone) !== null,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  const findings = review.data?.warnings.filter(({ code }) => code.startsWith("quiet_hours")) ?? [];
  return findings.map((finding) => (
    <Notice key={finding.code} tone="warn">
      {findingText(finding)}
    </Notice>
  ));
}

const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What the chosen time comes to, where the clocks skip it or show it twice too. */
function Outcome({ wall, own: each, now }: { wall: string; own: boolean; now: Date }) {
  const t = useTranslations("campaigns.schedule");
  const format = useFormatter();
  const wallTime = useWallTimeWords();
  const { time_zone } = useWorkspace();
  const zone = useZoneWords();
  const read = readWallTime(wall, time_zone);
  if (!read) return null;
  if (each) return <Notice tone="info">{t("outcomeEach", { at: wallTime(wall) })}</Notice>;
  const at = wallTime(read.shown);
  const here = wallTimeAt(read.instant, own);
  return (
    <Notice tone={read.kind === "once" ? "info" : "warn"}>
      {read.kind === "skipped" ? <p>{t("skipped", { asked: wall.slice(11), at: read.shown.slice(11) })}</p> : null}
      {read.kind === "twice" ? <p>{t("twice", { asked: wall.slice(11) })}</p> : null}
      <p>{t("outcome", { at, zone, away: format.relativeTime(read.instant, now) })}</p>
      {here === read.shown ? null : <p>{t("here", { at: wallTime(here) })}</p>}
    </Notice>
  );
}
