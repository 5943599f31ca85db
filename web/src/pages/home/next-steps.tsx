import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleDashed } from "lucide-react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { ButtonLink, Link } from "../../components/link.tsx";
import { paths } from "../../paths.ts";
import { classes } from "../../ui/classes.ts";
import { Panel } from "../../ui/page-header.tsx";
import { isUnsent } from "../campaigns/campaign-status.tsx";

/** The steps from an empty workspace to the first text, until all were done once. */
export function NextSteps() {
  const t = useTranslations("home");
  const contacts = useQuery(query("contacts", "list", { query: { limit: 1 } }));
  const campaigns = useQuery(query("campaigns", "list", { query: { limit: 5 } }));
  // A reply from a handset shows that its user has seen the text there.
  const answers = useQuery(query("messages", "list", { query: { limit: 1, status: "received" } }));
  if (!contacts.data || !campaigns.data || !answers.data) return null;

  const steps = [
    { name: "import", done: contacts.data.items.length > 0, path: paths.newImport() },
    { name: "write", done: campaigns.data.items.some((campaign) => !isUnsent(campaign.status)), path: writePath() },
    { name: "see", done: answers.data.items.length > 0, path: paths.sandbox() },
  ] as const;
  function writePath() {
    const draft = campaigns.data?.items.find((campaign) => isUnsent(campaign.status));
    return draft ? paths.campaignEdit(draft.id) : paths.newCampaign();
  }
  const next = steps.findIndex((step) => !step.done);
  if (next === -1) return null;
  return (
    <Panel title={t("nextTitle")} description={t("nextText")}>
      <ol className="flex flex-col">
        {steps.map((step, index) => {
          const Icon = step.done ? CircleCheck : CircleDashed;
          return (
            <li
              key={step.name}
              className="flex items-start gap-3 border-t border-line py-3 first:border-0 first:pt-1 last:pb-0"
            >
              <Icon className={classes("mt-0.5 size-5 shrink-0", step.done ? "text-good" : "text-faint")} aria-hidden />
              <div className="min-w-0 flex-1">
                <p className={classes("font-medium", step.done && "text-soft")}>
                  {t(`steps.${step.name}.title`)}
                  {step.done ? <span className="sr-only"> {t("done")}</span> : null}
                </p>
                <p className="text-soft">{t(`steps.${step.name}.text`)}</p>
                {step.name === "import" && !step.done ? (
                  <p className="mt-1">
                    <Link to={paths.newContact()}>{t("byHand")}</Link>
                  </p>
                ) : null}
              </div>
              {index === next ? (
                <ButtonLink kind="primary" size="small" to={step.path}>
                  {t(`steps.${step.name}.action`)}
                </ButtonLink>
              ) : null}
            </li>
          );
        })}
      </ol>
    </Panel>
  );
}
