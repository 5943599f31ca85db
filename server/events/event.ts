/**
 * An event, as the other files of this folder see it.
 *
 * event        its row, with its dates
 * date         one performance of an event; most events have one
 * item         what is sold for it: a ticket type, which admits, or a product, which does not
 */
import type {
  EventDetails,
  EventItem as ShownItem,
  Event as Shown,
  EventSource,
  EventStatus,
} from "../../contract/events.ts";

/** A row of `events`. */
export interface EventRow {
  workspace_id: string;
  id: string;
  name: string;
  venue: string | null;
  address: string | null;
  url: string | null;
  time_zone: string;
  /** Of the first date. */
  start_at: Date;
  end_at: Date | null;
  /** When the last date ends, or starts where its end is not known. */
  last_at: Date;
  status: EventStatus;
  capacity: number | null;
  source: EventSource;
  origin: string;
  external_id: string | null;
  external_at: Date | null;
  sequence: number;
  archived_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

export interface EventDateRow {
  id: string;
  start_at: Date;
  end_at: Date | null;
}

export interface Event extends EventRow {
  /** In their order; at least one. */
  dates: EventDateRow[];
}

export const itemKinds = ["ticket_type", "product"] as const;
export type ItemKind = (typeof itemKinds)[number];

/** What kinds are called in sentences. */
export const kindName: Record<ItemKind, string> = { ticket_type: "ticket type", product: "product" };

/** A row of `event_items`. */
export interface ItemRow {
  event_id: string;
  id: string;
  kind: ItemKind;
  name: string;
  price: number | null;
  currency: string | null;
  position: number;
  archived_at: Date | null;
}

/** How many orders and tickets an event has. */
export type EventCounts = EventDetails["counts"];

export const targetOf = ({ id, name }: Pick<EventRow, "id" | "name">) => ({ type: "event", id, name });

/** An event as lists of the API show it. */
export const presentEvent = (event: Event): Shown => ({
  id: event.id,
  name: event.name,
  venue: event.venue,
  address: event.address,
  url: event.url,
  time_zone: event.time_zone,
  start: event.start_at.toISOString(),
  end: event.end_at?.toISOString() ?? null,
  dates: event.dates.map(({ id, start_at, end_at }) => ({
    id,
    start: start_at.toISOString(),
    end: end_at?.toISOString() ?? null,
  })),
  status: event.status,
  capacity: event.capacity,
  source: event.source,
  external_id: event.external_id,
  archived_at: event.archived_at?.toISOString() ?? null,
  created_at: event.created_at.toISOString(),
  updated_at: event.updated_at.toISOString(),
});

export const presentItem = ({ id, event_id, name, price, currency, archived_at }: ItemRow): ShownItem => ({
  id,
  event_id,
  name,
  price,
  currency,
  archived_at: archived_at?.toISOString() ?? null,
});

/** An event with what is sold for it and how much was. */
export function presentDetails(event: Event, items: readonly ItemRow[], counts: EventCounts): EventDetails {
  const offered = items.filter(({ archived_at }) => archived_at === null);
  const ofKind = (kind: ItemKind) => offered.filter((item) => item.kind === kind).map(presentItem);
  return { ...presentEvent(event), ticket_types: ofKind("ticket_type"), products: ofKind("product"), counts };
}
