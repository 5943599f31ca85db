/** What the form of a booking holds, and what the API is told of it. */
import type { BookingInput, BookingWithHistory, Payment } from "../../../../contract/bookings.ts";
import { readWallTime, wallTimeAt } from "../../lib/wall-time.ts";
import type { PickerOption } from "../../ui/picker.tsx";
import type { TypedPerson } from "./typed-person.ts";

/** Someone who comes: a contact, or a person who is new. */
export interface AttendeeValues extends TypedPerson {
  id: string | null;
  label: string;
}

export interface BookingValues extends TypedPerson {
  /** A contact; null where there is none, or a new person is typed in. */
  customer: PickerOption | null;
  isNew: boolean;
  service: PickerOption | null;
  location: PickerOption | null;
  resources: PickerOption[];
  date: string;
  time: string;
  endDate: string;
  endTime: string;
  attendees: AttendeeValues[];
  status: string;
  payment: Payment;
  locale: string;
  notes: string;
  notify: boolean;
}

/** What a booking is made of, without how it came about. */
export type BookingBody = Pick<
  BookingInput,
  | "customer"
  | "attendees"
  | "service"
  | "location"
  | "resources"
  | "start"
  | "end"
  | "status"
  | "payment"
  | "locale"
  | "notes"
>;

/** The value of an option for something that does not exist yet. */
export const newPrefix = "new:";
/** The name of what an option would make; null where it exists. */
export const newNameOf = (option: PickerOption | null) =>
  option?.value.startsWith(newPrefix) ? option.value.slice(newPrefix.length) : null;

export const noPerson: TypedPerson = { first_name: "", last_name: "", mobile: "", email: "" };

/** How long a booking takes where no service says so, in minutes. */
export const usualMinutes = 60;

/** An empty form, for a booking from a moment on. */
export function emptyValues(start: Date, zone: string): BookingValues {
  const from = wallTimeAt(start, zone);
  const until = later(from, usualMinutes, zone);
  return {
    ...noPerson,
    customer: null,
    isNew: false,
    service: null,
    location: null,
    resources: [],
    date: from.slice(0, 10),
    time: from.slice(11),
    endDate: until.slice(0, 10),
    endTime: until.slice(11),
    attendees: [],
    status: "confirmed",
    payment: "none",
    locale: "",
    notes: "",
    notify: true,
  };
}

/** The form of a booking that exists. */
export function valuesOf(
  booking: BookingWithHistory,
  label: (person: { name: string | null; mobile: string | null; email: string | null }) => string,
): BookingValues {
  const option = ({ id, name }: { id: string; name: string }): PickerOption => ({ value: id, label: name });
  const { customer } = booking;
  const start = wallTimeAt(new Date(booking.start), booking.time_zone);
  const end = wallTimeAt(new Date(booking.end), booking.time_zone);
  return {
    ...noPerson,
    customer: customer?.id
      ? {
          value: customer.id,
          label: label(customer),
        }
      : null,
    isNew: false,
    service: booking.service && option(booking.service),
    location: booking.location && option(booking.location),
    resources: booking.resources.map(option),
    date: start.slice(0, 10),
    time: start.slice(11),
    endDate: end.slice(0, 10),
    endTime: end.slice(11),
    attendees: booking.attendees.map((person) => ({
      id: person.id,
      label: label(person),
      first_name: person.first_name ?? "",
      last_name: person.last_name ?? "",
      mobile: person.mobile ?? "",
      email: person.email ?? "",
    })),
    status: booking.status,
    payment: booking.payment,
    locale: booking.locale ?? "",
    notes: booking.notes ?? "",
    notify: true,
  };
}

/** The wall time so many minutes after another, by the clock of a zone; the same one where it is no time. */
export function later(wall: string, minutes: number, zone: string): string {
  const read = readWallTime(wall, zone);
  return read ? wallTimeAt(new Date(read.instant.getTime() + minutes * 60_000), zone) : wall;
}

/** How long a form's booking takes, in minutes; null where its times are none. */
export function minutesOf({ date, time, endDate, endTime }: Times, zone: string): number | null {
  const start = readWallTime(`${date}T${time}`, zone);
  const end = readWallTime(`${endDate}T${endTime}`, zone);
  return start && end ? (end.instant.getTime() - start.instant.getTime()) / 60_000 : null;
}

type Times = Pick<BookingValues, "date" | "time" | "endDate" | "endTime">;

/** The end that keeps, or takes, a length when the start is changed. */
export function withEnd({ date, time }: Pick<Times, "date" | "time">, minutes: number, zone: string): Times {
  const end = later(`${date}T${time}`, minutes, zone);
  return { date, time, endDate: end.slice(0, 10), endTime: end.slice(11, 16) };
}

/** What is typed in of a person; null where nothing is. */
function personOf({ first_name, last_name, mobile, email }: TypedPerson): Partial<TypedPerson> | null {
  const known = Object.entries({ first_name, last_name, mobile, email }).filter(([, value]) => value.trim() !== "");
  return known.length > 0 ? Object.fromEntries(known) : null;
}

/** What the API is told. Of what does not exist yet only the name is known. */
export function bodyOf(values: BookingValues): BookingBody {
  const ref = (option: PickerOption) => newNameOf(option) ?? option.value;
  return {
    customer: values.isNew ? personOf(values) : values.customer && { id: values.customer.value },
    attendees: values.attendees.flatMap((each) => (each.id ? { id: each.id } : (personOf(each) ?? []))),
    service: values.service && ref(values.service),
    location: values.location && ref(values.location),
    resources: values.resources.map(ref),
    start: `${values.date}T${values.time}`,
    end: `${values.endDate}T${values.endTime}`,
    status: values.status,
    payment: values.payment,
    locale: values.locale.trim() || null,
    notes: values.notes.trim() || null,
  };
}

/** What of a body was changed. Times are told together, and also where another zone makes other moments of them. */
export function changesOf(before: BookingBody, after: BookingBody, sameZone: boolean): Partial<BookingBody> {
  const isTime = (key: string) => key === "start" || key === "end";
  const differs = (key: keyof BookingBody) => JSON.stringify(before[key]) !== JSON.stringify(after[key]);
  const moved = differs("start") || differs("end") || !sameZone;
  const keys = (Object.keys(after) as (keyof BookingBody)[]).filter((key) => (isTime(key) ? moved : differs(key)));
  return Object.fromEntries(keys.map((key) => [key, after[key]]));
}
