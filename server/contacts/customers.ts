/** Contacts that are customers: they have booked something, or were made customers by hand. */
import type { Tx } from "../kit/db.ts";
import { updateCustomer } from "./contacts-store.ts";

/** Is told of contacts that became customers without a booking, in the transaction in which they did. */
export type NewCustomerListener = (
  tx: Tx,
  workspaceId: string,
  contactIds: readonly string[],
  at: Date,
) => Promise<void>;

const listeners = new Set<NewCustomerListener>();

/** Registers what follows from a new customer: bookings do, which are above contacts. */
export function onNewCustomer(listener: NewCustomerListener): void {
  listeners.add(listener);
}

/** Makes a contact a customer and answers whether it was none. */
export const becomeCustomer = updateCustomer;

/** Makes a contact a customer that has no booking yet, and tells who listens. */
export async function makeCustomer(tx: Tx, workspaceId: string, id: string, at: Date): Promise<void> {
  if (await becomeCustomer(tx, workspaceId, { id, at }))
    for (const listener of listeners) await listener(tx, workspaceId, [id], at);
}
