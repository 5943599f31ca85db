/** A workspace for tests, as the product creates it. */
import { sql } from "kysely";
import type { Language } from "../contract/shapes.ts";
import type { KeywordChanges } from "../rules/keyword-sets.ts";
import { seedWorkspace } from "../server/api/new-workspace.ts";
import type { Db } from "../server/kit/db.ts";
import { createWorkspace } from "../server/workspaces/create-workspace.ts";

export interface TestWorkspace {
  id: string;
  /** The default sender, which can receive. */
  sender: { id: string; address: string };
  /** Ids of the default subscription types. */
  subscriptionTypes: { marketing: string; event_info: string; transactional: string };
}

/** Sets a workspace's own keywords. */
export async function setKeywords(db: Db, workspaceId: string, words: KeywordChanges): Promise<void> {
  await db.inWorkspace(workspaceId, (tx) =>
    sql`update workspaces set keywords = ${JSON.stringify(words)}::jsonb where workspace_id = ${workspaceId}`.execute(
      tx,
    ),
  );
}

let made = 0;

/**
 * Creates a workspace with its default sender and subscription types, and short standard texts that a test can compare;
 * `overrides` are columns of `workspaces`. A carrier does not switch its quiet hours on, so that tests do not depend on the time of day.
 */
export async function createTestWorkspace(
  db: Db,
  overrides: Partial<{
    name: string;
    country: string;
    time_zone: string;
    language: Language;
    allowance: number;
    renewal_day: number;
    created_at: Date;
  }> = {},
): Promise<TestWorkspace> {
  const { name = `Workspace ${++made}`, country = "NO", time_zone = "Europe/Oslo", language = "en" } = overrides;
  return db.asSystem(async (tx) => {
    const at = overrides.created_at ?? new Date();
    const { workspace_id: id } = await createWorkspace(tx, { name, country, time_zone, language }, seedWorkspace, at);
    await sql`
      update workspaces set opt_out_text = 'Reply STOP to opt out', help_text = 'Reply STOP to opt out.',
        opt_out_confirmation = 'You have opted out.', opt_in_confirmation = 'You are back.', allowance = coalesce(${overrides.allowance ?? null}, allowance),
        renewal_day = coalesce(${overrides.renewal_day ?? null}, renewal_day),
        quiet_hours_settled = true
      where workspace_id = ${id}`.execute(tx);
    const senders = await sql<TestWorkspace["sender"]>`
      select id, address from senders where workspace_id = ${id} and is_default`.execute(tx);
    const types = await sql<{ key: string; id: string }>`
      select key, id from subscription_types where workspace_id = ${id}`.execute(tx);
    return {
      id,
      sender: senders.rows[0] as TestWorkspace["sender"],
      subscriptionTypes: Object.fromEntries(
        types.rows.map((type) => [type.key, type.id]),
      ) as TestWorkspace["subscriptionTypes"],
    };
  });
}
