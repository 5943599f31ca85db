import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Finding } from "../../../../contract/campaigns.ts";
import type { Shortfall } from "../../../../rules/campaign-validity.ts";
import { useCall } from "../../api/queries.ts";
import { Link } from "../../components/link.tsx";
import { useMay } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { useExplainCampaign, useFindingText } from "./findings.ts";

/** The errors that prevent sending, and the warnings; each links to the field it is about. */
export function FindingsPanel({
  id,
  campaignId,
  errors,
  warnings,
  onChange,
}: {
  id: string;
  campaignId: string;
  errors: readonly Finding[];
  warnings: readonly Finding[];
  /** Something was changed here, and the campaign is of this revision now. */
  onChange: (revision: number) => void;
}) {
  const t = useTranslations("campaigns");
  const title =
    errors.length > 0
      ? t("errors", { count: errors.length })
      : warnings.length > 0
        ? t("warnings", { count: warnings.length })
        : t("ready");
  return (
    <div id={id}>
      <Panel title={title} description={errors.length > 0 ? t("errorsText") : undefined}>
        {errors.length + warnings.length === 0 ? (
          <p className="flex gap-2 text-good-ink">
            <CircleCheck className="mt-0.5 size-4 shrink-0" aria-hidden />
            {t("readyText")}
          </p>
        ) : (
          <ul className="flex flex-col gap-2.5">
            {errors.map((finding) => (
              <Row key={keyOf(finding)} campaignId={campaignId} finding={finding} kind="error" onChange={onChange} />
            ))}
            {warnings.map((finding) => (
              <Row key={keyOf(finding)} campaignId={campaignId} finding={finding} kind="warning" onChange={onChange} />
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}

/** Several findings may have one code, such as one for each field without a value. */
const keyOf = ({ code, field, value }: Finding) => `${code}:${field}:${JSON.stringify(value)}`;

function Row({
  campaignId,
  finding,
  kind,
  onChange,
}: {
  campaignId: string;
  finding: Finding;
  kind: "error" | "warning";
  onChange: (revision: number) => void;
}) {
  const t = useTranslations("campaigns");
  const findingText = useFindingText();
  const Icon = kind === "error" ? CircleAlert : TriangleAlert;
  return (
    <li className="flex gap-2">
      <Icon className={`mt-0.5 size-4 shrink-0 ${kind === "error" ? "text-bad" : "text-warn"}`} aria-hidden />
      <span className="min-w-0">
        <span className="sr-only">{kind === "error" ? t("error") : t("warning")} </span>
        {findingText(finding)}{" "}
        {finding.code === "validity_short" ? (
          <LongerValidity campaignId={campaignId} value={finding.value as Shortfall} onChange={onChange} />
        ) : finding.field ? (
          <Link to={paths.campaignEdit(campaignId, { field: finding.field.split(".")[0] })}>{t("goToField")}</Link>
        ) : null}
      </span>
    </li>
  );
}

/** Extends the validity of the texts to the time they need; the review is then fetched again. */
function LongerValidity({
  campaignId,
  value,
  onChange,
}: {
  campaignId: string;
  value: Shortfall;
  onChange: (revision: number) => void;
}) {
  const t = useTranslations("campaigns");
  const may = useMay()("campaigns:write");
  const update = useCall("campaigns", "update", { onSuccess: ({ revision }) => onChange(revision) });
  const explain = useExplainCampaign();
  const { offer_seconds } = value;
  if (offer_seconds === null || !may) return null;
  return (
    <span className="mt-1.5 flex flex-wrap items-center gap-x-3 gap-y-1">
      <Button
        size="small"
        busy={update.isPending}
        onClick={() => update.mutate({ params: { id: campaignId }, body: { validity_seconds: offer_seconds } })}
      >
        {t("allowLonger", { days: offer_seconds / 86_400 })}
      </Button>
      {update.error ? <span className="text-bad-ink">{explain(update.error)}</span> : null}
    </span>
  );
}
