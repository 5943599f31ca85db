import { type MouseEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import type { Booking } from "../../../../contract/bookings.ts";
import { readWallTime } from "../../lib/wall-time.ts";
import type { AgendaColumn } from "./agenda-columns.ts";
import { minutesOfDay, wallOf } from "./agenda-days.ts";
import { dragMinutes, hourHeight } from "./agenda-scale.ts";
import type { Move } from "./move-dialog.tsx";

/** Where a dragged booking would be dropped. */
export interface Ghost {
  column: number;
  from: number;
  length: number;
}

interface Grip {
  booking: Booking;
  pointer: number;
  x: number;
  y: number;
  /** How far below the booking's beginning it was taken, in minutes. */
  offset: number;
  length: number;
  origin: number;
  moved: boolean;
}

/** The pointer moves a little in a click too; in pixels. */
const slack = 5;

/**
 * Dragging bookings through the time grid with a mouse or a pen; a finger scrolls. Nothing is changed by it: `onDrop` is told where the
 * booking was let go. Escape leaves it where it is.
 */
export function useDrag({
  columns,
  zone,
  onDrop,
  disabled,
}: {
  columns: readonly AgendaColumn[];
  zone: string;
  onDrop: (booking: Booking, to: Move) => void;
  disabled: boolean;
}) {
  const grip = useRef<Grip | null>(null);
  const justDropped = useRef(false);
  const [ghost, setGhost] = useState<Ghost | null>(null);
  const dragging = ghost !== null;

  useEffect(() => {
    if (!dragging) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      grip.current = null;
      setGhost(null);
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [dragging]);

  /** The column under the pointer, and the minute of its day. */
  const under = (event: PointerEvent<HTMLElement>) => {
    const drawn = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-column]")];
    const at = drawn.map((column) => column.getBoundingClientRect());
    const found = at.findIndex(({ left, right }) => event.clientX >= left && event.clientX < right);
    const column = found === -1 ? (event.clientX < (at[0]?.left ?? 0) ? 0 : drawn.length - 1) : found;
    return { column, minutes: ((event.clientY - (at[column]?.top ?? 0)) * 60) / hourHeight };
  };

  const handlers = {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      justDropped.current = false;
      if (disabled || event.button !== 0 || event.pointerType === "touch") return;
      const id = (event.target as HTMLElement).closest<HTMLElement>("[data-booking]")?.dataset.booking;
      const { column, minutes } = under(event);
      const taken = columns[column];
      const at = taken?.bookings.findIndex((each) => each.id === id) ?? -1;
      const [booking, extent] = [taken?.bookings[at], taken?.extents[at]];
      if (!booking || !extent) return;
      const length = extent.to - extent.from;
      const { pointerId: pointer, clientX: x, clientY: y } = event;
      grip.current = { booking, pointer, x, y, offset: minutes - extent.from, length, origin: column, moved: false };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const held = grip.current;
      if (!held || held.pointer !== event.pointerId) return;
      if (!held.moved) {
        if (Math.hypot(event.clientX - held.x, event.clientY - held.y) < slack) return;
        held.moved = true;
        event.currentTarget.setPointerCapture(event.pointerId);
      }
      const { column, minutes } = under(event);
      const wanted = Math.round((minutes - held.offset) / dragMinutes) * dragMinutes;
      const from = Math.max(0, Math.min(minutesOfDay - dragMinutes, wanted));
      setGhost((now) =>
        now?.column === column && now.from === from
          ? now
          : { column, from, length: Math.min(held.length, minutesOfDay - from) },
      );
    },
    onPointerUp: () => {
      const held = grip.current;
      grip.current = null;
      if (!held?.moved || !ghost) return;
      justDropped.current = true;
      setGhost(null);
      const target = columns[ghost.column];
      const origin = columns[held.origin];
      const start = target && readWallTime(wallOf(target.date, ghost.from), zone);
      if (!target || !start) return;
      const sameColumn = ghost.column === held.origin;
      if (sameColumn && start.instant.getTime() === new Date(held.booking.start).getTime()) return;
      onDrop(held.booking, {
        start: start.instant.toISOString(),
        ...(!sameColumn &&
          origin?.resource !== undefined && { resource: { from: origin.resource, to: target.resource ?? null } }),
        ...(!sameColumn && origin?.location !== undefined && { location: target.location ?? null }),
      });
    },
    onPointerCancel: () => {
      grip.current = null;
      setGhost(null);
    },
    // The end of a drag is no click on what lies under it.
    onClickCapture: (event: MouseEvent<HTMLElement>) => {
      if (!justDropped.current) return;
      justDropped.current = false;
      event.preventDefault();
      event.stopPropagation();
    },
  };
  return { ghost, handlers };
}
