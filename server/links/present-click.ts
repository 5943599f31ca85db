/** A person's click as webhooks get it. */
import { sql } from "kysely";
import type { ActivityData } from "../../contract/activity.ts";
import type { Present, Presented } from "../activity/subscriber.ts";
import { instantOf } from "../kit/id.ts";

interface Row {
  id: string;
  url: string;
  message_id: string;
  contact_id: string | null;
  source_type: string;
  source_id: string | null;
}

/** The clicks that are still known: those of an erased person are not. */
export const presentClicked: Present<ActivityData<"link.clicked">> = async (tx, workspaceId, { subjects }) => {
  const { rows } = await sql<Row>`
    select c.id, coalesce(s.url, l.url) as url, c.message_id, c.contact_id, m.source_type, m.source_id
    from clicks c
    join links l on l.workspace_id = ${workspaceId} and l.id = c.link_id
    -- OFFSET 0: one index lookup each, however few texts the planner expects.
    cross join lateral (select source_type, source_id from messages
      where workspace_id = ${workspaceId} and id = c.message_id offset 0) m
    left join short_links s on s.workspace_id = ${workspaceId} and s.message_id = c.message_id and s.link_id = c.link_id
    where c.workspace_id = ${workspaceId} and c.id = any(${`{${subjects.join(",")}}`}::uuid[])`.execute(tx);
  return new Map(
    rows.map(
      ({
        id,
        url,
        message_id,
        contact_id,
        source_type,
        source_id,
      }): [string, Presented<ActivityData<"link.clicked">>] => [
        id,
        {
          data: {
            id,
            url,
            message_id,
            contact_id,
            source: { type: source_type, id: source_id },
            at: instantOf(id).toISOString(),
          },
          contact_id,
        },
      ],
    ),
  );
};
