import { useQueryClient } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { Campaign, CampaignInput } from "../../../../contract/campaigns.ts";
import { ApiError, isPassing } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { query, refresh } from "../../api/queries.ts";
import { type Autosave, type AutosaveStatus, createAutosave, type SaveFailure } from "./autosave.ts";

/** The fields of a draft, as its editor holds them. */
export type Draft = Required<Pick<CampaignInput, "name" | "text" | "include" | "exclude" | "opt_out_text">> & {
  sender: string | null;
  subscription_type: string | null;
};

/** A draft that saves itself while it is written. */
export function useAutosave(campaign: Campaign): [autosave: Autosave<Draft>, status: AutosaveStatus] {
  const client = useQueryClient();
  const [autosave] = useState(() =>
    createAutosave<Draft>({
      save: async (changes) => {
        const saved = await call("campaigns", "update", { params: { id: campaign.id }, body: changes });
        client.setQueryData(query("campaigns", "get", { params: { id: campaign.id } }).queryKey, saved);
        void refresh(client, "campaigns");
      },
      readFailure,
      delay: 700,
      retryAfter: 5000,
    }),
  );
  useEffect(() => () => autosave.stop(), [autosave]);
  const status = useSyncExternalStore(autosave.subscribe, autosave.status);
  return [autosave, status];
}

/** Saves before another page opens. Stands before LeaveGuard, which then asks only when that failed. */
export function SaveBeforeLeaving({ autosave, isGone }: { autosave: Autosave<Draft>; isGone: () => boolean }) {
  useBlocker({
    shouldBlockFn: async () => {
      if (!isGone()) await autosave.flush();
      return false;
    },
    enableBeforeUnload: false,
  });
  return null;
}

function readFailure(error: unknown): SaveFailure {
  // "include.lists.0" is about the field include.
  const field = error instanceof ApiError ? (error.field?.split(".")[0] ?? null) : null;
  return {
    field: error instanceof ApiError && error.status === 422 ? field : null,
    passing: isPassing(error),
    unfinished: error instanceof ApiError && error.code === "not_closed",
    error,
  };
}
