import { useQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { ChannelIcon, useRecipient } from "../../components/bookings/decision.tsx";
import { Link } from "../../components/link.tsx";
import { paths } from "../../paths.ts";
import { Panel } from "../../ui/page-header.tsx";

/** What workflows send next; nothing where nothing is ahead. */
export function GoesOutNext() {
  const t = useTranslations("home");
  const format = useFormatter();
  const recipient = useRecipient();
  const { data } = useQuery(query("workflows", "upcoming", { query: { limit: 6 } }));
  if (!data || data.items.length === 0) return null;
  return (
    <Panel flush title={t("next")}>
      <ul>
        {data.items.map((decision, index) => {
          const at = new Date(decision.due_at);
          const who = recipient(decision);
          return (
            <li
              key={`${decision.workflow.id} ${decision.booking?.id} ${decision.to} ${index}`}
              className="relative flex items-start gap-3 border-t border-line px-4 py-2.5 hover:bg-hover"
            >
              <ChannelIcon channel={decision.channel} />
              <span className="min-w-0 flex-1">
                {decision.booking ? (
                  <Link to={paths.booking(decision.booking.id)} className="block truncate after:absolute after:inset-0">
                    {decision.workflow.name}
                  </Link>
                ) : (
                  <span className="block truncate font-medium">{decision.workflow.name}</span>
                )}
                {who ? <span className="block truncate text-soft">{who}</span> : null}
              </span>
              <span className="figures shrink-0 text-right text-sm text-soft">
                {format.dateTime(at, { weekday: "short", day: "numeric", month: "short" })}
                <span className="block">{format.dateTime(at, { hour: "2-digit", minute: "2-digit" })}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
