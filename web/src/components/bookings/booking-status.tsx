import { Ban, CheckCheck, CircleCheck, CircleDashed, CircleX, type LucideIcon, UserX } from "lucide-react";
import { useTranslations } from "use-intl";
import type { BuiltInStatus } from "../../../../contract/booking-places.ts";
import type { Booking } from "../../../../contract/bookings.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";

/** The looks of what a status stands for. */
export const statusLooks: Record<BuiltInStatus, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "warn", icon: CircleDashed },
  confirmed: { tone: "accent", icon: CircleCheck },
  completed: { tone: "good", icon: CheckCheck },
  no_show: { tone: "bad", icon: UserX },
  cancelled: { tone: "neutral", icon: Ban },
  rejected: { tone: "neutral", icon: CircleX },
};

export const builtInStatuses = Object.keys(statusLooks) as BuiltInStatus[];

/** Whether the booking will not take place. */
export const isOff = ({ stands_for }: Pick<Booking, "stands_for">) =>
  stands_for === "cancelled" || stands_for === "rejected";

/** A status in words: the built-in ones in the reader's language, the workspace's own by their names. */
export function statusInWords(status: string, t: (status: BuiltInStatus) => string): string {
  const builtIn = builtInStatuses.find((each) => each === status);
  return builtIn ? t(builtIn) : status;
}

export function useStatusName(): (status: string) => string {
  const t = useTranslations("statuses.bookings");
  return (status) => statusInWords(status, t);
}

export function BookingStatus({ booking }: { booking: Pick<Booking, "status" | "stands_for"> }) {
  const name = useStatusName();
  const { tone, icon } = statusLooks[booking.stands_for];
  return (
    <Badge tone={tone} icon={icon}>
      {name(booking.status)}
    </Badge>
  );
}
