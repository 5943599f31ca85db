import { useNavigate, useParams, useRouterState } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";

/** Goes to a path from paths.ts. */
export function useGo(): (path: string, options?: { replace?: boolean }) => void {
  const navigate = useNavigate();
  return useCallback(
    (path, options) => {
      void navigate({ href: path, replace: options?.replace });
    },
    [navigate],
  );
}

/** A parameter of the page's own URL, like the `id` of /campaigns/:id. */
export function useParam(name: string): string {
  const params = useParams({ strict: false }) as Record<string, string | undefined>;
  const value = params[name];
  if (value === undefined) throw new Error(`this page's URL has no parameter ${name}`);
  return value;
}

/**
 * A page's filters, kept in its URL so that Back, reload and sharing work. `defaults` names them all; a filter at its
 * default is left out of the URL. Setting one replaces the entry in the history, so that Back leaves the page.
 */
export function useFilters<F extends Record<string, string>>(
  defaults: F,
): [filters: { [K in keyof F]: string }, set: (changes: Partial<{ [K in keyof F]: string }>) => void] {
  const search = useRouterState({ select: (state) => state.location.search as Record<string, string> });
  const navigate = useNavigate();
  const filters = Object.fromEntries(
    Object.entries(defaults).map(([name, fallback]) => [name, search[name] ?? fallback]),
  ) as { [K in keyof F]: string };
  const set = (changes: Partial<{ [K in keyof F]: string }>) => {
    void navigate({
      to: ".",
      search: ((before: Record<string, string>) => {
        const after: Record<string, string> = { ...before };
        for (const [name, value] of Object.entries(changes)) {
          if (value === undefined || value === "" || value === defaults[name]) delete after[name];
          else after[name] = value;
        }
        return after;
      }) as never,
      replace: true,
    });
  };
  return [filters, set];
}

/**
 * A secret in a link's fragment, which no server sees. It is removed from the address bar and the history at
 * once. Another link opened on the same page replaces it. Empty without one.
 */
export function useSecret(name: string): string {
  const hash = useRouterState({ select: (state) => state.location.hash });
  const carried = new URLSearchParams(hash).get(name) ?? "";
  const [kept, setKept] = useState(carried);
  if (carried && carried !== kept) setKept(carried);
  const navigate = useNavigate();
  useEffect(() => {
    if (carried) void navigate({ to: ".", hash: "", search: true as never, replace: true });
  }, [carried, navigate]);
  return kept;
}
