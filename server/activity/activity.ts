/**
 * What happened in a workspace, once, appended in the transaction that made it happen: it is there if and only if that commits.
 *
 * - A row of **activity** is a batch: a type and the ids of its **subjects**, such as 500 messages that were delivered.
 * - A **subscription** is one reader in a workspace, such as a webhook, with the types that it wants.
 * - A **subscriber** is the part of the program that reads for subscriptions of its name.
 * - What a subscription has not read is in **activity_unread**, written with the activity. Reading deletes it.
 *
 * So what nobody in a workspace subscribes to costs one look, and is not written.
 */
import type { ActivityType } from "../../contract/activity.ts";
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { type Happened, insertActivity, insertUnread, selectWanted } from "./activity-store.ts";

/** Subjects of a row. */
const mostSubjects = 2_000;

/**
 * Appends what happened at `at` for those of the workspace who subscribe to it, from subscriptions on that are committed when this looks.
 * Without any it only looks. Needs a transaction that sees the workspace.
 */
export async function appendActivity(
  tx: Tx,
  workspaceId: string,
  at: Date,
  happened: readonly Happened[],
): Promise<void> {
  const some = happened.filter(({ subjects }) => subjects.length > 0);
  if (some.length > 0) await append(tx, workspaceId, { at, some });
}

const append = sharedStatement(
  async (tx, workspaceId, all: readonly { at: Date; some: readonly Happened[] }[]): Promise<never[]> => {
    const wanted = await selectWanted(tx, workspaceId);
    const nextId = orderedIds();
    const rows = all.flatMap(({ at, some }) =>
      some.filter(({ type }) => wanted.has(type)).flatMap((each) => rowsOf(each, () => nextId(at))),
    );
    if (rows.length === 0) return [];
    await insertActivity(tx, workspaceId, rows);
    await insertUnread(tx, workspaceId, rows);
    return [];
  },
);

/** Appends one thing that happened to one subject. */
export const appendOne = (tx: Tx, workspaceId: string, at: Date, type: ActivityType, subject: string): Promise<void> =>
  appendActivity(tx, workspaceId, at, [{ type, subjects: [subject] }]);

function rowsOf({ subjects, contacts, ...rest }: Happened, nextId: () => string) {
  return Array.from({ length: Math.ceil(subjects.length / mostSubjects) }, (_, i) => {
    const part = [i * mostSubjects, (i + 1) * mostSubjects] as const;
    return { ...rest, id: nextId(), subjects: subjects.slice(...part), contacts: contacts?.slice(...part) };
  });
}
