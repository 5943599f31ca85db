/** What the salon's bookings are made of. */
import type { Workspace } from "../../contract/accounts.ts";
import type { ApiClient } from "../api-client.ts";

/** Services, locations and employees, own names of statuses, and when reminders go. */
export async function fillBookingPlaces({ must }: Pick<ApiClient, "must">): Promise<void> {
  for (const [name, duration_minutes, price] of [
    ["Dameklipp", 60, 690],
    ["Herreklipp", 30, 449],
    ["Klipp og farge", 150, 1890],
    ["Brudestyling", 120, 2400],
    ["Konsultasjon", 20, null],
  ] as const)
    await must("POST /services", { name, duration_minutes, price });
  await must("POST /locations", {
    name: "Grünerløkka",
    address: "Thorvald Meyers gate 44, Oslo",
    phone: "22 00 00 44",
    directions: "Inngang fra bakgården",
  });
  await must("POST /locations", { name: "Videosamtale", remote: true });
  for (const [name, mobile, email] of [
    ["Kari", "+4791000901", "kari@salongsaks.example"],
    ["Jonas", "+4791000902", "jonas@salongsaks.example"],
    ["Behandlingsrom", null, null],
  ] as const)
    await must("POST /resources", { name, mobile, email });
  const items = [
    { name: "Kommet", stands_for: "confirmed" },
    { name: "Venteliste", stands_for: "pending" },
  ];
  await must("PUT /booking-statuses", { items });
  await must<Workspace>("PATCH /workspace", { reminder_hours: { from: "08:00", to: "21:00" } });
}
