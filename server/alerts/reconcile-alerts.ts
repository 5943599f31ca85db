/**
 * Raises and resolves alerts of a kind so that those of the conditions are open. What changes is decided from the open alerts of
 * all workspaces, and is written in each workspace by itself; mostly nothing changes.
 */
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import { type AlertRow, type Condition, reopenWithin, type WatchedKind, watched } from "./alert.ts";
import {
  insertAlerts,
  type OpenAlert,
  reopenAlerts,
  resolveAlerts,
  selectOpen,
  selectResolved,
  setClear,
} from "./alerts-store.ts";

/** An alert that a check raised or resolved. */
export interface Change {
  alert: AlertRow;
  change: "raised" | "resolved";
}

export const changesTo = (change: Change["change"], alerts: readonly AlertRow[]): Change[] =>
  alerts.map((alert) => ({ alert, change }));

/** The open alerts of a kind, by `keyOf`. */
export type OpenAlerts = ReadonlyMap<string, OpenAlert>;

export const keyOf = ({ workspace_id, subject }: Pick<AlertRow, "workspace_id" | "subject">): string =>
  `${workspace_id} ${subject}`;

export async function readOpen(tx: Tx, kind: WatchedKind): Promise<OpenAlerts> {
  const open = await selectOpen(tx, kind);
  return new Map(open.map((alert) => [keyOf(alert), alert]));
}

/** What is to become of an alert. */
type Step = { workspace_id: string; id: string } & (
  | { to: "hold" | "clear" | "resolve" }
  | { to: "reopen"; params: object }
  | { to: "make"; subject: string; params: object }
);

/**
 * Reconciles the alerts of a kind, given those that are open. A condition whose alert was resolved within the hour reopens it; an
 * alert is resolved once its condition has not held for the kind's time.
 */
export async function reconcileAlerts(
  tx: Tx,
  kind: WatchedKind,
  open: OpenAlerts,
  conditions: readonly Condition[],
  at: Date,
): Promise<Change[]> {
  const { severity, resolve_after_ms } = watched[kind];
  const after = new Date(at.getTime() - reopenWithin);
  const clearBefore = new Date(at.getTime() - resolve_after_ms);
  const fresh = conditions.filter((condition) => !open.has(keyOf(condition)));
  const former = new Map((await selectResolved(tx, kind, fresh, after)).map((alert) => [keyOf(alert), alert.id]));
  const steps = [...stepsOfFresh(fresh, former, at), ...stepsOfOpen(open, conditions, { at, clearBefore })];
  const changes: Change[] = [];
  await inEachWorkspace(steps, async (workspaceId, own) => {
    const idsOf = (to: Step["to"]) => own.filter((step) => step.to === to).map(({ id }) => id);
    const made = own
      .filter((step) => step.to === "make")
      .map(({ to: _, ...alert }) => ({ ...alert, kind, severity, raised_at: at, resolved_at: null }));
    const reopened = own.filter((step) => step.to === "reopen");
    await setClear(tx, workspaceId, idsOf("hold"), null);
    await setClear(tx, workspaceId, idsOf("clear"), at);
    changes.push(
      ...changesTo("raised", await reopenAlerts(tx, workspaceId, reopened, { at, after })),
      ...changesTo("raised", await insertAlerts(tx, workspaceId, made)),
      ...changesTo("resolved", await resolveAlerts(tx, workspaceId, idsOf("resolve"), { at, clearBefore })),
    );
  });
  return changes;
}

function stepsOfFresh(fresh: readonly Condition[], former: ReadonlyMap<string, string>, at: Date): Step[] {
  const nextId = orderedIds();
  return fresh.map((condition): Step => {
    const { workspace_id, subject, params } = condition;
    const id = former.get(keyOf(condition));
    return id
      ? { to: "reopen", workspace_id, id, params }
      : { to: "make", workspace_id, id: nextId(at), subject, params };
  });
}

function stepsOfOpen(
  open: OpenAlerts,
  conditions: readonly Condition[],
  { at, clearBefore }: { at: Date; clearBefore: Date },
): Step[] {
  const holding = new Set(conditions.map(keyOf));
  return [...open].flatMap(([key, { workspace_id, id, clear_since }]): Step[] => {
    if (holding.has(key)) return clear_since ? [{ to: "hold", workspace_id, id }] : [];
    if ((clear_since ?? at) <= clearBefore) return [{ to: "resolve", workspace_id, id }];
    return clear_since ? [] : [{ to: "clear", workspace_id, id }];
  });
}
