/** The campaigns that were sent in this tab and are not through, so that their results are told wherever one has gone meanwhile. */
import { useSyncExternalStore } from "react";

export interface WatchedSend {
  id: string;
  name: string;
  /** Until when it can be taken back, by this browser's clock, in ms; null: not at all. */
  undoUntil: number | null;
}

/** More than anybody sends at once; the oldest are forgotten. */
const most = 20;
const storageKey = (workspaceId: string) => `varsla.sends.${workspaceId}`;

const known = new Map<string, readonly WatchedSend[]>();
const listeners = new Set<() => void>();

function sendsOf(workspaceId: string): readonly WatchedSend[] {
  let sends = known.get(workspaceId);
  if (!sends) {
    sends = read(sessionStorage.getItem(storageKey(workspaceId)));
    known.set(workspaceId, sends);
  }
  return sends;
}

/** What was stored, without what is not a send. */
export function read(stored: string | null): WatchedSend[] {
  try {
    const parsed: unknown = JSON.parse(stored ?? "[]");
    return Array.isArray(parsed) ? parsed.filter(isSend).slice(-most) : [];
  } catch (error) {
    // Somebody else's value: what was sent goes on, and only is not told.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function isSend(value: unknown): value is WatchedSend {
  const { id, name, undoUntil } = (value ?? {}) as Partial<WatchedSend>;
  return typeof id === "string" && typeof name === "string" && (undoUntil === null || typeof undoUntil === "number");
}

function change(workspaceId: string, sends: readonly WatchedSend[]): void {
  known.set(workspaceId, sends);
  sessionStorage.setItem(storageKey(workspaceId), JSON.stringify(sends));
  for (const listener of listeners) listener();
}

/** Watches a campaign until `forgetSend`. */
export function watchSend(workspaceId: string, send: WatchedSend): void {
  change(workspaceId, [...sendsOf(workspaceId).filter(({ id }) => id !== send.id), send].slice(-most));
}

export function forgetSend(workspaceId: string, id: string): void {
  change(
    workspaceId,
    sendsOf(workspaceId).filter((send) => send.id !== id),
  );
}

/** The watched campaigns of a workspace, in the order they were sent. */
export function useSends(workspaceId: string): readonly WatchedSend[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sendsOf(workspaceId),
  );
}

/** How long after the time for Undo a campaign is still taken for one that is just beginning, in ms. */
const begins = 60_000;

/** Whether a campaign is scheduled only for the seconds in which Send can be taken back, as far as this tab knows. */
export function isAboutToBeSent(
  campaign: { id: string; status: string },
  sends: readonly WatchedSend[],
  now: number,
): boolean {
  const until = sends.find(({ id }) => id === campaign.id)?.undoUntil ?? null;
  return campaign.status === "scheduled" && until !== null && now < until + begins;
}
