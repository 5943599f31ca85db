import { useSyncExternalStore } from "react";

/** Whether a media query holds, such as `(min-width: 48rem)`. For what is drawn in another way, not only styled. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}
