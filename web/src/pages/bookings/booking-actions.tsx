import { Ban, Check, ChevronDown, Clock, Pencil, UserX } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { BuiltInStatus } from "../../../../contract/booking-places.ts";
import type { BookingWithHistory, Payment } from "../../../../contract/bookings.ts";
import { isOff } from "../../components/bookings/booking-status.tsx";
import { ButtonLink } from "../../components/link.tsx";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Menu, MenuItem } from "../../ui/menu.tsx";
import { CancelDialog } from "./cancel-dialog.tsx";
import { ChangeDialog } from "./change-dialog.tsx";
import { MoveDialog } from "./move-dialog.tsx";

type Change = { status: BuiltInStatus } | { payment: Payment };

/** What can be done with a booking. What would tell people asks first. */
export function BookingActions({ booking }: { booking: BookingWithHistory }) {
  const t = useTranslations("bookings");
  const [open, setOpen] = useState<"move" | "cancel" | Change | null>(null);
  const close = () => setOpen(null);
  const { stands_for: status, payment } = booking;
  const off = isOff(booking);
  const statuses = (["confirmed", "completed", "no_show"] as const).filter((each) => each !== status);
  const payments = (["due", "paid", "refunded"] as const).filter((each) => each !== payment);
  return (
    <>
      {off ? null : (
        <>
          <Button icon={<Ban aria-hidden />} onClick={() => setOpen("cancel")}>
            {t("cancel")}
          </Button>
          <Button icon={<Clock aria-hidden />} onClick={() => setOpen("move")}>
            {t("move")}
          </Button>
        </>
      )}
      <Menu
        trigger={
          <Button>
            {t("mark")}
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        {statuses.map((each) => (
          <MenuItem
            key={each}
            icon={each === "no_show" ? <UserX aria-hidden /> : <Check aria-hidden />}
            onSelect={() => setOpen({ status: each })}
          >
            {t(`marks.${each}`)}
          </MenuItem>
        ))}
        {status === "pending" ? (
          <MenuItem icon={<Ban aria-hidden />} onSelect={() => setOpen({ status: "rejected" })}>
            {t("marks.rejected")}
          </MenuItem>
        ) : null}
        {payments.map((each) => (
          <MenuItem key={each} icon={<span className="size-4" />} onSelect={() => setOpen({ payment: each })}>
            {t(`marks.${each}`)}
          </MenuItem>
        ))}
      </Menu>
      <ButtonLink to={paths.bookingEdit(booking.id)} kind="primary" icon={<Pencil aria-hidden />}>
        {t("edit")}
      </ButtonLink>
      {open === "move" ? <MoveDialog booking={booking} to={null} onClose={close} /> : null}
      {open === "cancel" ? <CancelDialog booking={booking} onClose={close} /> : null}
      {open !== null && typeof open === "object" ? (
        <ChangeDialog booking={booking} change={open} title={t(titleOf(open))} onClose={close} />
      ) : null}
    </>
  );
}

function titleOf(change: Change) {
  return `marks.${"status" in change ? (change.status as "confirmed") : (change.payment as "paid")}` as const;
}
