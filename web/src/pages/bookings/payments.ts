import type { Payment } from "../../../../contract/bookings.ts";

export const payments = ["none", "due", "paid", "refunded"] as const satisfies readonly Payment[];
