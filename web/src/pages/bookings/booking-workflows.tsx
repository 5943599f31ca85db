import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { BookingWithHistory } from "../../../../contract/bookings.ts";
import type { Decision } from "../../../../contract/decisions.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";

/** Which workflows send about a booking: all that are on, until somebody switches one, or all of them, off. */
export function BookingWorkflows({
  booking,
  decisions,
}: {
  booking: BookingWithHistory;
  decisions: readonly Decision[];
}) {
  const t = useTranslations("bookings");
  const explain = useExplain();
  const update = useCall("bookings", "update");
  const all = useQuery(query("workflows", "list", { query: { limit: 200 } })).data?.items ?? [];
  const asked = update.isPending ? update.variables.body.muted : undefined;
  const off = typeof asked === "boolean" ? asked : booking.muted;
  const muted = new Set(Array.isArray(asked) ? asked : booking.muted_workflows);
  const about = new Map(
    [...all.filter(({ id, enabled }) => enabled || muted.has(id)), ...decisions.map(({ workflow }) => workflow)].map(
      ({ id, name }) => [id, name],
    ),
  );
  if (about.size === 0 && !off) return null;
  const set = async (value: boolean | string[]) => {
    try {
      await update.mutateAsync({
        params: { id: booking.id },
        body: { muted: value, notify: false, changed_by: "employee" },
      });
    } catch (error) {
      toast(explain(error), "bad");
    }
  };
  return (
    <Panel title={t("workflows")} description={t("workflowsText")}>
      <div className="flex flex-col gap-2.5">
        <Checkbox
          label={t("sendAnything")}
          checked={!off}
          disabled={update.isPending}
          onChange={(on) => void set(!on)}
        />
        <ul className="flex flex-col gap-2.5 pl-6">
          {[...about].map(([id, name]) => (
            <li key={id}>
              <Checkbox
                label={name}
                checked={!off && !muted.has(id)}
                disabled={off || update.isPending}
                onChange={(on) => void set(on ? [...muted].filter((each) => each !== id) : [...muted, id])}
              />
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
