import { useFormatter } from "use-intl";
import { useReason } from "./message-status.tsx";

/** Reasons in words with their counts, the most frequent first. */
export function ReasonList({ reasons }: { reasons: Readonly<Record<string, number | undefined>> }) {
  const format = useFormatter();
  const reasonText = useReason();
  const rows = Object.entries(reasons)
    .flatMap(([reason, count]) => (count ? [{ reason, count }] : []))
    .sort((a, b) => b.count - a.count || a.reason.localeCompare(b.reason));
  return (
    <ul className="flex flex-col gap-1 text-ink">
      {rows.map(({ reason, count }) => (
        <li key={reason} className="flex justify-between gap-4">
          <span>{reasonText(reason)}</span>
          <span className="figures font-medium">{format.number(count)}</span>
        </li>
      ))}
    </ul>
  );
}
