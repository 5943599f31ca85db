/** Who has a draft open. Nothing depends on it but what people see: that nothing is overwritten, the revision sees to. */
import { sql } from "kysely";
import type { Editor } from "../../contract/editors.ts";
import type { Tx } from "../kit/db.ts";
import type { Actor } from "../kit/http.ts";
import { getCampaign } from "./edit-campaign.ts";

/** So long somebody counts who says no more. */
const counts = 30_000;

/** A session is its person, and a key is itself. */
const idOf = ({ userId, key }: Pick<Actor, "userId" | "key">): string | null => userId ?? key?.id ?? null;

/**
 * Records that the caller has the draft open, and answers who else has, by name. `joined` says whether the others see somebody new. 404
 * when there is no such campaign.
 */
export async function keepEditor(
  tx: Tx,
  actor: Actor,
  campaignId: string,
  now: Date,
): Promise<{ others: Editor[]; joined: boolean }> {
  const { workspaceId, name } = actor;
  await getCampaign(tx, workspaceId, campaignId);
  const before = await openEditors(tx, workspaceId, campaignId, now);
  const me = idOf(actor);
  const others = before.filter(({ id }) => id !== me);
  if (me === null) return { others, joined: false };
  await sql`
    insert into campaign_editors as e (workspace_id, campaign_id, editor_id, name, seen_at)
    values (${workspaceId}, ${campaignId}, ${me}, ${name}, ${now})
    on conflict (workspace_id, campaign_id, editor_id) do update set name = excluded.name, seen_at = excluded.seen_at`.execute(
    tx,
  );
  await sql`
    delete from campaign_editors where workspace_id = ${workspaceId} and seen_at < ${since(now)}`.execute(tx);
  return { others, joined: others.length === before.length };
}

/** Records that the caller has closed the draft. 404 when there is no such campaign. */
export async function removeEditor(tx: Tx, actor: Actor, campaignId: string): Promise<void> {
  await getCampaign(tx, actor.workspaceId, campaignId);
  await sql`
    delete from campaign_editors
    where workspace_id = ${actor.workspaceId} and campaign_id = ${campaignId} and editor_id = ${idOf(actor)}`.execute(
    tx,
  );
}

async function openEditors(tx: Tx, workspaceId: string, campaignId: string, now: Date): Promise<Editor[]> {
  const { rows } = await sql<Editor>`
    select editor_id as id, name from campaign_editors
    where workspace_id = ${workspaceId} and campaign_id = ${campaignId} and seen_at >= ${since(now)}
    order by name, editor_id`.execute(tx);
  return rows;
}

const since = (now: Date) => new Date(now.getTime() - counts);
