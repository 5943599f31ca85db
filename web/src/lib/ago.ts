import { useFormatter, useNow } from "use-intl";

/** How long ago something happened, updated with the clock. */
export function useAgo(): (at: string) => string {
  const format = useFormatter();
  const now = useNow({ updateInterval: 10_000 });
  // The server's clock may be a little ahead.
  return (at) => format.relativeTime(Math.min(new Date(at).getTime(), now.getTime()), now);
}
