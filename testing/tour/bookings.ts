/** A day of bookings in the tour's salon, with the workflows that tell its customers. */
import type { ApiClient } from "../api-client.ts";
import { customers } from "./customers.ts";

type Api = Pick<ApiClient, "must">;

/** Of those that the salon has. */
const services = ["Dameklipp", "Herreklipp", "Klipp og farge"];
const stylists = ["Kari", "Jonas"];

/** Begin, stylist, service and status of today's bookings. Two of Jonas's are at one time. */
const today = [
  ["09:00", 0, 0, "completed"],
  ["09:00", 1, 1, "no_show"],
  ["10:30", 0, 1, "confirmed"],
  ["11:00", 1, 2, "confirmed"],
  ["12:00", 1, 0, "pending"],
  ["12:30", 0, 0, "confirmed"],
  ["14:30", 0, 2, "confirmed"],
  ["15:00", 1, 1, "Kommet"],
] as const;

/** Where the bookings are shown. */
export interface BookedDay {
  /** A booking of the next week that was made, moved, and is reminded of. */
  booking: string;
}

export async function fillBookings({ must }: Api, now: Date): Promise<BookedDay> {
  const day = (ahead: number) => new Date(now.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
  const book = (
    index: number,
    date: string,
    [time, stylist, service, status]: readonly [string, number, number, string],
  ) => {
    const { first_name, last_name, mobile } = customers[index] as (typeof customers)[number];
    return must<{ id: string }>("POST /bookings", {
      customer: { first_name, last_name, mobile },
      service: services[service],
      resources: [stylists[stylist]],
      location: "Grünerløkka",
      start: `${date}T${time}`,
      status,
    });
  };
  for (const [index, each] of today.entries()) await book(index, day(0), each);
  const { items: templates } = await must<{ items: { key: string }[] }>("GET /workflow-templates");
  for (const { key } of templates) await must(`POST /workflow-templates/${key}`, { enabled: true });
  for (const ahead of [1, 2, 4]) await book(10 + ahead, day(ahead), ["11:00", ahead % 2, 0, "confirmed"]);
  const { id } = await book(10, day(7), ["10:00", 0, 2, "confirmed"]);
  await must(`PATCH /bookings/${id}`, { start: `${day(7)}T12:00`, end: `${day(7)}T14:00`, changed_by: "customer" });
  return { booking: id };
}

/** The bookings of a week as another system gives them. */
export function bookingsFile(now: Date): string {
  const date = new Date(now.getTime() + 14 * 86_400_000).toISOString().slice(0, 10);
  const rows = [
    ["Signe Holm", "41234501", `${date} 09:00`, "Dameklipp", "Kari"],
    ["Even Lien", "41234502", `${date} 10:00`, "Herreklipp", "Jonas"],
    ["Ragnhild Bø", "41234503", `${date} 10:30`, "Klipp og farge", "Kari"],
  ];
  return [["Kunde", "Mobil", "Start", "Tjeneste", "Ressurs"], ...rows].map((row) => row.join(";")).join("\n");
}
