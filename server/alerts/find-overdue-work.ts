/** Work by the clock that nobody does: found by what is due, since a process that fails cannot report it. */
import type { DueWork } from "../kit/due.ts";
import type { ParamsOf } from "./alert.ts";
import type { Finder } from "./find-conditions.ts";

const minute = 60_000;
/** Rounds follow each other by seconds: what has been due for so long is held up. */
const overdueAfter = 2 * minute;

/** The finder over this work: one condition for each workspace and work. */
export function findOverdueWork(works: readonly DueWork[]): Finder {
  return async (tx, at) => {
    const before = new Date(at.getTime() - overdueAfter);
    const conditions = [];
    for (const { name, overdue } of works) {
      const found = (await overdue?.(tx, before)) ?? [];
      for (const [workspace_id, own] of Map.groupBy(found, (each) => each.workspace_id)) {
        const since = new Date(Math.min(...own.map(({ due_at }) => due_at.getTime())));
        const params: ParamsOf<"work_overdue"> = { work: name, since: since.toISOString() };
        conditions.push({ workspace_id, subject: name, params });
      }
    }
    return conditions;
  };
}
