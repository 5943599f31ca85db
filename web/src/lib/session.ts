import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import type { Session, Workspace } from "../../../contract/accounts.ts";
import type { Permission } from "../../../contract/permissions.ts";
import { query } from "../api/queries.ts";

/** The signed-in person, as a query: undefined data while loading, error 401 without a session. */
export function useSessionQuery() {
  return useQuery({ ...query("accounts", "session"), staleTime: 60_000, retry: false });
}

/** The signed-in person. Only for pages inside the frame, which are shown after the session is loaded. */
export function useSession(): Session {
  const { data } = useSessionQuery();
  if (!data) throw new Error("useSession is for pages inside the frame");
  return data;
}

/** The workspace that the page works in. Only for pages inside the frame. */
export function useWorkspace(): Workspace {
  const { workspace } = useSession();
  if (!workspace) throw new Error("this page needs a workspace");
  return workspace;
}

/** Whether the person may do something: `const may = useMay(); may("campaigns:write") && <Button …>`. */
export function useMay(): (permission: Permission) => boolean {
  const { permissions } = useSession();
  return useCallback((permission: Permission) => permissions.includes(permission), [permissions]);
}
