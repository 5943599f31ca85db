import { useQuery } from "@tanstack/react-query";
import { LogOut } from "lucide-react";
import { useFormatter, useTranslations } from "use-intl";
import type { CallAnswer } from "../../api/client.ts";
import { query, useCall } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { describeAgent } from "../../lib/user-agent.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { ErrorState, Skeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";

type Session = CallAnswer<"accounts", "sessions">["items"][number];

/** The person's sessions, and how to end those that are not theirs. */
export function SessionsPanel() {
  const t = useTranslations("account");
  const explain = useExplain();
  const sessions = useQuery(query("accounts", "sessions"));
  const fail = (error: unknown) => toast(explain(error), "bad");
  const endOthers = useCall("accounts", "endSessions", {
    onSuccess: () => toast(t("signedOutElsewhere")),
    onError: fail,
  });
  const signedIn = sessions.data?.items;
  const others = signedIn?.some((session) => !session.current);
  return (
    <Panel title={t("devices")} description={t("devicesText")}>
      {sessions.error ? (
        <ErrorState message={explain(sessions.error)} onRetry={() => void sessions.refetch()} />
      ) : signedIn ? (
        <ul className="divide-y divide-line">
          {signedIn.map((session) => (
            <SessionRow key={session.id} session={session} onFail={fail} />
          ))}
        </ul>
      ) : (
        <Skeleton className="h-24 w-full" />
      )}
      {others ? (
        <Button
          className="mt-4"
          icon={<LogOut aria-hidden />}
          busy={endOthers.isPending}
          onClick={() => endOthers.mutate({ query: {} })}
        >
          {t("signOutElsewhere")}
        </Button>
      ) : null}
    </Panel>
  );
}

function SessionRow({ session, onFail }: { session: Session; onFail: (error: unknown) => void }) {
  const t = useTranslations("account");
  const format = useFormatter();
  const end = useCall("accounts", "endSessions", { onError: onFail });
  const agent = describeAgent(session.user_agent);
  const name = agent ? t("deviceName", agent) : t("unknownDevice");
  const day = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" });
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-2.5 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          {session.current ? <Badge tone="good">{t("thisDevice")}</Badge> : null}
        </p>
        <p className="text-sm break-words text-soft">
          {t("signedInSince", { at: day(session.signed_in_at) })}
          {session.ip ? ` · ${session.ip}` : null}
        </p>
      </div>
      {session.current ? null : (
        <Button
          size="small"
          aria-label={t("signOutOf", { name, at: day(session.signed_in_at) })}
          busy={end.isPending}
          onClick={() => end.mutate({ query: { id: session.id } })}
        >
          {t("signOutHere")}
        </Button>
      )}
    </li>
  );
}
