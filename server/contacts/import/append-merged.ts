/** What a chunk of an import made and changed, for those who subscribe to it. */
import { sql } from "kysely";
import type { ActivityType } from "../../../contract/activity.ts";
import { type Happened, isWanted } from "../../activity/activity-store.ts";
import { appendActivity } from "../../activity/activity.ts";
import type { Tx } from "../../kit/db.ts";
import { among, type Rows } from "./import-rows.ts";
import type { ImportRow } from "./import-store.ts";
import { rowConsents } from "./match-rows.ts";

type Chunk = Rows & { import: ImportRow; now: Date };

/** Contacts that were there; arrays as PostgreSQL spells them, null where they would be empty. */
interface Known {
  changed_ids: string | null;
  /** Contacts whose rows consent, and the ids of the events that record that where it is new. */
  consenting: string | null;
  event_ids: string | null;
}

const types: readonly ActivityType[] = ["contact.created", "contact.updated", "contact.consented"];

/** Appends it, in batches. `kind`: the rows of the chunk that made contacts, which are not deleted yet; null: none did. */
export async function appendMerged(tx: Tx, chunk: Chunk, kind: string | null, known: Known | null): Promise<void> {
  const { workspaceId, now } = chunk;
  if (!(await isWanted(tx, workspaceId, types))) return;
  const made = kind === null ? [] : await selectMade(tx, chunk, kind);
  // A new contact's first consent has the contact's id.
  const consented = made.filter(({ consents }) => consents).map(({ id }) => id);
  const granted = known?.consenting ? await selectGranted(tx, workspaceId, known) : [];
  const happened: Happened[] = [
    { type: "contact.created", subjects: made.map(({ id }) => id) },
    { type: "contact.updated", subjects: idsIn(known?.changed_ids) },
    {
      type: "contact.consented",
      subjects: [...consented, ...granted.map(({ id }) => id)],
      contacts: [...consented, ...granted.map(({ contact_id }) => contact_id)],
    },
  ];
  await appendActivity(tx, workspaceId, now, happened);
}

async function selectMade(tx: Tx, chunk: Chunk, kind: string): Promise<{ id: string; consents: boolean }[]> {
  const consents = chunk.import.options.subscription_type_id === null ? sql`false` : rowConsents(chunk.import);
  const { rows } = await sql<{ id: string; consents: boolean }>`
    select s.id, ${consents} as consents from import_rows s where ${among(chunk, kind)} order by s.row`.execute(tx);
  return rows;
}

/** Those of the consents that were not recorded before. */
async function selectGranted(tx: Tx, workspaceId: string, { consenting, event_ids }: Known) {
  const { rows } = await sql<{ id: string; contact_id: string }>`
    select e.id, e.contact_id from consent_events e
    where e.workspace_id = ${workspaceId} and e.contact_id = any(${consenting}::uuid[])
      and e.id = any(${event_ids}::uuid[])`.execute(tx);
  return rows;
}

/** The ids of an array as PostgreSQL spells it. */
const idsIn = (array: string | null | undefined): string[] => array?.slice(1, -1).split(",") ?? [];
