import { type KeyboardEvent, type MouseEvent, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { Booking } from "../../../../contract/bookings.ts";
import { useGo } from "../../lib/location.ts";
import { readWallTime } from "../../lib/wall-time.ts";
import { paths } from "../../paths.ts";
import { AgendaColumnView } from "./agenda-column.tsx";
import type { AgendaColumn } from "./agenda-columns.ts";
import { minutesOf, wallOf } from "./agenda-days.ts";
import { hourHeight, pixelsOf, slotMinutes, slots } from "./agenda-scale.ts";
import { ColumnTitle } from "./agenda-titles.tsx";
import type { Move } from "./move-dialog.tsx";
import { useDrag } from "./use-drag.ts";

export interface AgendaProps {
  columns: readonly AgendaColumn[];
  zone: string;
  /** The wall time now, in the zone. */
  now: string;
  /** Whether bookings can be made and moved. */
  writable: boolean;
  onMove: (booking: Booking, to: Move | null) => void;
}

/** Where the day begins for most: the grid is scrolled to it, or to the first booking if that is earlier. */
const morning = 8 * 60;

/**
 * The time grid. One empty slot at a time is in the tab order; arrow keys move among the slots, Enter makes a booking there. Bookings are
 * links; M on one of them moves it, as dragging does.
 */
export function AgendaGrid({ columns, zone, now, writable, onMove }: AgendaProps) {
  const t = useTranslations("bookings");
  const go = useGo();
  const scroller = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState({ column: 0, slot: morning / slotMinutes });
  const current = { ...active, column: Math.min(active.column, columns.length - 1) };
  const drag = useDrag({ columns, zone, onDrop: onMove, disabled: !writable });

  const days = columns.map(({ date }) => date).join(" ");
  const shownDays = useRef("");
  useLayoutEffect(() => {
    if (shownDays.current === days || !scroller.current) return;
    shownDays.current = days;
    const starts = columns.flatMap(({ extents }) => extents.map(({ from }) => from));
    scroller.current.scrollTop = pixelsOf(Math.max(0, Math.min(morning, ...starts) - slotMinutes));
  }, [days, columns]);

  const makeAt = useMemo(
    () => (column: AgendaColumn, minutes: number) => {
      const start = readWallTime(wallOf(column.date, minutes), zone)?.instant.toISOString();
      go(paths.newBooking({ start, resource: column.resource?.id, location: column.location?.id }));
    },
    [go, zone],
  );
  const focusSlot = (column: number, slot: number) => {
    const next = {
      column: Math.max(0, Math.min(columns.length - 1, column)),
      slot: Math.max(0, Math.min(slots - 1, slot)),
    };
    setActive(next);
    scroller.current?.querySelector<HTMLElement>(`[data-slot="${next.column} ${next.slot}"]`)?.focus();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = event.target as HTMLElement;
    const bookingId = target.closest<HTMLElement>("[data-booking]")?.dataset.booking;
    if (bookingId && writable && event.key.toLowerCase() === "m" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const booking = columns.flatMap((column) => column.bookings).find(({ id }) => id === bookingId);
      if (booking) onMove(booking, null);
      event.preventDefault();
      return;
    }
    if (target.dataset.slot === undefined) return;
    const [column = 0, slot = 0] = target.dataset.slot.split(" ").map(Number);
    const to = {
      ArrowDown: [column, slot + 1],
      ArrowUp: [column, slot - 1],
      ArrowRight: [column + 1, slot],
      ArrowLeft: [column - 1, slot],
      Home: [column, 0],
      End: [column, slots - 1],
    }[event.key];
    if (!to) return;
    event.preventDefault();
    focusSlot(to[0] as number, to[1] as number);
  };

  // The bookings are plain links: hundreds of the router's took most of the time that another week takes.
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const booking = (event.target as HTMLElement).closest<HTMLElement>("[data-booking]")?.dataset.booking;
    if (!booking || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(paths.booking(booking));
  };

  return (
    <>
      <p className="sr-only" id="agenda-keys">
        {writable ? t("keys") : null}
      </p>
      {/* The keys are those of the slots and bookings inside. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events */}
      <div
        ref={scroller}
        aria-describedby="agenda-keys"
        role="group"
        aria-label={t("agenda")}
        onKeyDown={onKeyDown}
        onClick={onClick}
        {...drag.handlers}
        className="relative h-[max(24rem,calc(100dvh-19rem))] overflow-auto rounded-lg border border-line bg-surface"
      >
        <div
          className="grid w-full min-w-max"
          style={{ gridTemplateColumns: `3.5rem repeat(${columns.length}, minmax(9rem, 1fr))` }}
        >
          <div className="sticky top-0 left-0 z-20 border-b border-line bg-surface" />
          {columns.map((column) => (
            <ColumnTitle key={column.key} column={column} today={column.date === now.slice(0, 10)} />
          ))}
          <Hours />
          {columns.map((column, index) => (
            <AgendaColumnView
              key={column.key}
              column={column}
              index={index}
              zone={zone}
              nowMinutes={column.date === now.slice(0, 10) ? minutesOf(now) : null}
              activeSlot={writable && index === current.column ? current.slot : null}
              writable={writable}
              onMake={makeAt}
              ghost={drag.ghost?.column === index ? drag.ghost : null}
            />
          ))}
        </div>
      </div>
      <p role="status" className="sr-only">
        {drag.ghost ? t("dragging", { time: wallOf("2026-01-01", drag.ghost.from).slice(11) }) : null}
      </p>
    </>
  );
}

/** The hours beside the columns. */
function Hours() {
  return (
    <div aria-hidden className="sticky left-0 z-10 border-r border-line bg-surface">
      {Array.from({ length: 24 }, (_, hour) => (
        <div key={hour} style={{ height: hourHeight }} className="relative">
          {hour > 0 ? (
            <span className="figures absolute -top-2 right-2 text-xs text-faint">
              {`${String(hour).padStart(2, "0")}:00`}
            </span>
          ) : null}
        </div>
      ))}
    </div>
  );
}
