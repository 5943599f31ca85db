/** A workspace to test in, as the product makes them. */
import { sql } from "kysely";
import type { Db } from "../server/kit/db.ts";
import { newId } from "../server/kit/id.ts";

export interface TestWorkspace {
  id: string;
  /** The default sender, which can receive. */
  sender: { id: string; address: string };
  /** Ids of the default subscription types. */
  subscriptionTypes: { marketing: string; event_info: string; transactional: string };
}

let made = 0;

/** Makes a workspace with its default sender and subscription types; `overrides` are columns of `workspaces`. */
export async function createTestWorkspace(
  db: Db,
  overrides: Partial<{
    name: string;
    country: string;
    time_zone: string;
    language: string;
    allowance: number;
    renewal_day: number;
    created_at: Date;
  }> = {},
): Promise<TestWorkspace> {
  const id = newId();
  const at = overrides.created_at ?? new Date();
  const number = ++made;
  const sender = {
    id: newId(),
    address: `+4759${String(process.pid % 1000).padStart(3, "0")}${String(number).padStart(3, "0")}`,
  };
  const subscriptionTypes = { marketing: newId(), event_info: newId(), transactional: newId() };
  const row = {
    name: `Workspace ${number}`,
    country: "NO",
    time_zone: "Europe/Oslo",
    language: "en",
    allowance: 10_000,
    renewal_day: 1,
    ...overrides,
  };
  await db.inWorkspace(id, async (tx) => {
    await sql`insert into workspaces values (${id}, ${row.name}, ${row.country}, ${row.time_zone}, ${row.language},
      'Reply STOP to opt out', 'Reply STOP to opt out.', 'You have opted out.', 'You are back.', ${row.allowance},
      ${row.renewal_day}, ${at})`.execute(tx);
    await sql`insert into senders values (${id}, ${sender.id}, ${sender.address}, 'long_number', true, 'sandbox', true, null, ${at})`.execute(
      tx,
    );
    await sql`insert into subscription_types (workspace_id, id, key, name, needs_consent, bit, created_at) values
      (${id}, ${subscriptionTypes.marketing}, 'marketing', 'Marketing', true, 0, ${at}),
      (${id}, ${subscriptionTypes.event_info}, 'event_info', 'Event information', true, 1, ${at}),
      (${id}, ${subscriptionTypes.transactional}, 'transactional', 'Transactional', false, 2, ${at})`.execute(tx);
  });
  return { id, sender, subscriptionTypes };
}
