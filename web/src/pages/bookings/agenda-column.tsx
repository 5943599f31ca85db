import { memo, useMemo } from "react";
import { useTranslations } from "use-intl";
import { AgendaBlock, useBlockWords } from "./agenda-block.tsx";
import type { AgendaColumn } from "./agenda-columns.ts";
import { wallOf } from "./agenda-days.ts";
import { pixelsOf, slotMinutes, slots } from "./agenda-scale.ts";
import { useColumnName } from "./agenda-titles.tsx";
import { sideBySide } from "./side-by-side.ts";
import type { Ghost } from "./use-drag.ts";

interface ColumnProps {
  column: AgendaColumn;
  index: number;
  zone: string;
  /** Where the line of the present is; null on other days. */
  nowMinutes: number | null;
  /** The slot that is in the tab order; null where it is in another column. */
  activeSlot: number | null;
  writable: boolean;
  onMake: (column: AgendaColumn, minutes: number) => void;
  /** Where a booking that is being dragged would go. */
  ghost: Ghost | null;
}

/** A column of the time grid: its empty slots, and the bookings above them. */
export const AgendaColumnView = memo(function AgendaColumnView(props: ColumnProps) {
  const { column, index, zone, nowMinutes, activeSlot, writable, onMake, ghost } = props;
  const wordsOf = useBlockWords(zone, column.resource === undefined);
  const blocks = useMemo(() => {
    const places = sideBySide(column.extents);
    return column.bookings.map((booking, at) => ({
      booking,
      words: wordsOf(booking),
      extent: column.extents[at] as (typeof column.extents)[number],
      place: places[at] as (typeof places)[number],
    }));
  }, [column, wordsOf]);
  return (
    <div data-column={index} className="relative border-l border-line">
      <Slots column={column} index={index} activeSlot={activeSlot} writable={writable} onMake={onMake} />
      <ul aria-labelledby={`column-${column.key}`} className="pointer-events-none absolute inset-y-0 right-2 left-0.5">
        {blocks.map((block) => (
          <AgendaBlock key={block.booking.id} {...block} writable={writable} />
        ))}
      </ul>
      {ghost ? (
        <div
          aria-hidden
          className="pointer-events-none absolute inset-x-0.5 z-10 rounded-md border-2 border-dashed border-accent bg-accent-soft/70 px-1.5 text-xs font-medium text-accent-ink"
          style={{ top: pixelsOf(ghost.from), height: pixelsOf(ghost.length) }}
        >
          <span className="figures">{wallOf(column.date, ghost.from).slice(11)}</span>
        </div>
      ) : null}
      {nowMinutes !== null ? (
        <div
          aria-hidden
          className="pointer-events-none absolute inset-x-0 z-5 h-0.5 bg-bad"
          style={{ top: pixelsOf(nowMinutes) }}
        />
      ) : null}
    </div>
  );
});

interface SlotsProps {
  column: AgendaColumn;
  index: number;
  activeSlot: number | null;
  writable: boolean;
  onMake: (column: AgendaColumn, minutes: number) => void;
}

const Slots = memo(function Slots({ column, index, activeSlot, writable, onMake }: SlotsProps) {
  const t = useTranslations("bookings");
  const name = useColumnName()(column);
  return Array.from({ length: slots }, (_, slot) => {
    const look = slot % 2 === 0 ? "border-t border-line" : "border-t border-dotted border-line";
    const style = { height: pixelsOf(slotMinutes) };
    if (!writable) return <div key={slot} className={slot === 0 ? undefined : look} style={style} />;
    const time = wallOf(column.date, slot * slotMinutes).slice(11);
    return (
      <button
        key={slot}
        type="button"
        data-slot={`${index} ${slot}`}
        tabIndex={slot === activeSlot ? 0 : -1}
        aria-label={t("slot", { time, column: name })}
        onClick={() => onMake(column, slot * slotMinutes)}
        className={`block w-full scroll-mt-12 hover:bg-hover focus-visible:-outline-offset-2 ${slot === 0 ? "" : look}`}
        style={style}
      />
    );
  });
});
