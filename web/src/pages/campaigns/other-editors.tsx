import { useQuery } from "@tanstack/react-query";
import { Users } from "lucide-react";
import { useEffect } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { call } from "../../api/client.ts";

/** A third of the time that somebody counts who says no more, in ms. */
const repeat = 10_000;

/** Says to others that this person has the draft open, and shows who else has. */
export function OtherEditors({ campaignId }: { campaignId: string }) {
  const t = useTranslations("campaigns.conflict");
  const format = useFormatter();
  const { data } = useQuery({
    queryKey: ["editors", campaignId],
    queryFn: ({ signal }) => call("editors", "keep", { params: { id: campaignId } }, signal),
    refetchInterval: repeat,
    staleTime: 0,
    gcTime: 0,
    // Nothing is lost where it fails: the next repetition tries again.
    retry: false,
  });
  useEffect(
    () => () => {
      // A failure is ignored: who says no more is forgotten within half a minute.
      call("editors", "leave", { params: { id: campaignId } }).catch(() => undefined);
    },
    [campaignId],
  );
  const names = data?.items.map(({ name }) => name) ?? [];
  return (
    <span role="status" className="empty:hidden">
      {names.length > 0 ? (
        <span className="inline-flex items-center gap-1.5 rounded-sm bg-info-soft px-1.5 py-0.5 text-sm text-info-ink">
          <Users className="size-4 shrink-0" aria-hidden />
          {t("alsoHere", { names: format.list(names), count: names.length })}
        </span>
      ) : null}
    </span>
  );
}
