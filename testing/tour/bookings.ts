/** A day of bookings in the tour's salon. */
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

const dayOf = (now: Date, ahead: number) => new Date(now.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);

type Plan = readonly [time: string, stylist: number, service: number, status: string];

function book({ must }: Api, index: number, date: string, [time, stylist, service, status]: Plan) {
  const { first_name, last_name, mobile } = customers[index] as (typeof customers)[number];
  return must<{ id: string }>("POST /bookings", {
    customer: { first_name, last_name, mobile },
    service: services[service],
    resources: [stylists[stylist]],
    location: "Grünerløkka",
    start: `${date}T${time}`,
    status,
  });
}

/** Today's bookings, and some of the days ahead. */
export async function fillBookings(api: Api, now: Date): Promise<void> {
  for (const [index, plan] of today.entries()) await book(api, index, dayOf(now, 0), plan);
  for (const ahead of [1, 2, 4]) await book(api, 10 + ahead, dayOf(now, ahead), ["11:00", ahead % 2, 0, "confirmed"]);
}

/** A booking of the next week that its customer has moved, once there are workflows that tell of it. Returns its id. */
export async function fillMovedBooking(api: Api, now: Date): Promise<string> {
  const date = dayOf(now, 7);
  const { id } = await book(api, 10, date, ["10:00", 0, 2, "confirmed"]);
  await api.must(`PATCH /bookings/${id}`, { start: `${date}T12:00`, end: `${date}T14:30`, changed_by: "customer" });
  return id;
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
