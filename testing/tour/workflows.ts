/** What the salon's bookings send by themselves. */
import type { Workflow } from "../../contract/workflows.ts";
import type { ApiClient } from "../api-client.ts";
import { until } from "../until.ts";

const day = 86_400_000;

/** Two ready-made workflows that are on, one of the salon's own, and what they decided. Returns the one that confirms bookings. */
export async function fillWorkflows({ must }: Pick<ApiClient, "must">): Promise<Workflow> {
  const confirmation = await must<Workflow>("POST /workflow-templates/confirmation", { enabled: true });
  await must("POST /workflow-templates/reminder", { enabled: true });
  await must("POST /workflows", {
    name: "Beskjed til frisøren",
    enabled: false,
    when: { trigger: "booking_changed", changed_by: "customer", services: ["Klipp og farge", "Brudestyling"] },
    do: [
      {
        action: "send_sms",
        to: { resource: true },
        text: "{{ customer.first_name }} har flyttet timen til {{ booking.date }} kl. {{ booking.time }}.",
      },
      {
        action: "send_email",
        to: { customer: true },
        subject: "Ny tid",
        text: "Vi ses {{ booking.date }}!",
        ics: true,
      },
    ],
  });
  const customers = [
    { first_name: "Ingrid", last_name: "Solheim", mobile: "+4791000911" },
    { first_name: "Per", last_name: "Aas", mobile: "+4722000912" },
  ];
  for (const [i, customer] of customers.entries()) {
    const start = new Date(Math.ceil(Date.now() / day + 2 + i) * day + 10 * 3_600_000).toISOString();
    await must("POST /bookings", {
      customer,
      service: "Dameklipp",
      location: "Grünerløkka",
      resources: ["Kari"],
      start,
    });
  }
  const decisions = () => must<{ items: unknown[] }>(`GET /workflows/${confirmation.id}/decisions`);
  await until(async () => (await decisions()).items.length === customers.length);
  return confirmation;
}
