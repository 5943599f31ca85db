/** Who would be told at once of a change, before it is made. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { CallAnswer, CallRequest } from "../../api/client.ts";
import { query } from "../../api/queries.ts";
import { ChannelIcon, useRecipient } from "../../components/bookings/decision.tsx";
import { Link } from "../../components/link.tsx";
import { useDebounced } from "../../lib/debounced.ts";
import { paths } from "../../paths.ts";
import { Checkbox } from "../../ui/choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Skeleton } from "../../ui/states.tsx";

export type WouldTellRequest = CallRequest<"bookings", "wouldTell">["body"];
export type WouldTell = CallAnswer<"bookings", "wouldTell">;

/** Asks anew a moment after the change was changed; null asks nothing. */
export function useWouldTell(request: WouldTellRequest | null): { data: WouldTell | undefined; failed: boolean } {
  const asked = useDebounced(JSON.stringify(request), 300);
  const body = JSON.parse(asked) as WouldTellRequest | null;
  const { data, error } = useQuery({
    ...query("bookings", "wouldTell", { body: body ?? {} }),
    enabled: body !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
    retry: false,
  });
  return { data: body === null ? undefined : data, failed: error !== null };
}

/** Whoever is busy then. It is a warning: two bookings at a time are allowed. */
export function BusyNotice({ busy }: { busy: WouldTell["busy"] }) {
  const t = useTranslations("bookings");
  const format = useFormatter();
  if (busy.length === 0) return null;
  const clock = { hour: "2-digit", minute: "2-digit" } as const;
  return (
    <Notice tone="warn" title={t("busyTitle")}>
      <ul>
        {busy.map(({ resource, booking }) => (
          <li key={`${resource.id} ${booking.id}`}>
            {t("busy", {
              name: resource.name,
              time: format.dateTimeRange(new Date(booking.start), new Date(booking.end), clock),
            })}{" "}
            <Link to={paths.booking(booking.id)}>{booking.reference}</Link>
          </li>
        ))}
      </ul>
      <p>{t("busyText")}</p>
    </Notice>
  );
}

/** Whether people are told, and what they would be told. */
export function TellField({
  told,
  failed,
  notify,
  onNotify,
}: {
  told: WouldTell | undefined;
  failed: boolean;
  notify: boolean;
  onNotify: (notify: boolean) => void;
}) {
  const t = useTranslations("bookings");
  return (
    <div className="flex flex-col gap-3">
      <Checkbox label={t("tell")} hint={t("tellHint")} checked={notify} onChange={onNotify} />
      <div aria-live="polite" className="flex flex-col gap-2">
        {!notify ? (
          <p className="text-soft">{t("tellNobody")}</p>
        ) : failed ? (
          <p className="flex gap-1.5 text-soft">
            <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden />
            {t("tellUnknown")}
          </p>
        ) : told === undefined ? (
          <Skeleton className="h-12 w-full" />
        ) : told.items.length === 0 ? (
          <p className="text-soft">{t("tellNothing")}</p>
        ) : (
          <ul className="flex flex-col gap-2.5">
            {told.items.map((item, index) => (
              <ToldItem key={`${item.workflow.id} ${item.to} ${index}`} item={item} />
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}

function ToldItem({ item }: { item: WouldTell["items"][number] }) {
  const t = useTranslations("bookings");
  const recipient = useRecipient()(item) ?? "–";
  return (
    <li className="flex gap-2">
      <ChannelIcon channel={item.channel} />
      <div className="min-w-0 flex-1">
        <p>
          <span className="font-medium">{recipient}</span>{" "}
          <span className="text-sm text-soft">
            {t("byWorkflow", { channel: item.channel, name: item.workflow.name })}
          </span>
        </p>
        <p className="mt-1 max-h-40 overflow-y-auto rounded-lg bg-sunken px-2.5 py-1.5 break-words whitespace-pre-wrap">
          {item.text}
        </p>
      </div>
    </li>
  );
}
