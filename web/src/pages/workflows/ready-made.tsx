import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { query, useCall } from "../../api/queries.ts";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Skeleton } from "../../ui/states.tsx";
import { toast } from "../../ui/toast.tsx";
import { useExplainWorkflow } from "./explain-workflow.ts";

/** The ready-made workflows. Using one makes a copy that is off, and opens it. */
export function ReadyMade({ columns = false }: { columns?: boolean }) {
  const t = useTranslations("workflows.readyMade");
  const explain = useExplainWorkflow();
  const go = useGo();
  const templates = useQuery(query("workflows", "templates"));
  const make = useCall("workflows", "fromTemplate");
  const [making, setMaking] = useState<string | null>(null);
  const use = async (key: string) => {
    setMaking(key);
    try {
      const { id } = await make.mutateAsync({ params: { key }, body: { enabled: false } });
      go(paths.workflow(id));
    } catch (error) {
      toast(explain(error), "bad");
    } finally {
      setMaking(null);
    }
  };
  // The name becomes the workflow's, in the workspace's language; what it is about is for the reader.
  const about = ({ key, description }: { key: string; description: string }) => {
    const known = `about.${key}` as "about.reminder";
    return t.has(known) ? t(known) : description;
  };
  if (templates.error) return null;
  return (
    <section aria-labelledby="ready-made">
      <h2 id="ready-made" className="text-base">
        {t("title")}
      </h2>
      <p className="mt-1 mb-3 text-sm text-soft">{t("text")}</p>
      {templates.data ? (
        <ul className={classes("grid gap-3", columns && "sm:grid-cols-2 xl:grid-cols-4")}>
          {templates.data.items.map(({ key, name, description }) => (
            <li key={key} className="flex flex-col gap-2 rounded-lg border border-line bg-surface p-4">
              <p className="font-medium">{name}</p>
              <p className="flex-1 text-sm text-soft">{about({ key, description })}</p>
              <div>
                <Button
                  size="small"
                  aria-label={`${t("use")}: ${name}`}
                  busy={making === key}
                  onClick={() => void use(key)}
                >
                  {t("use")}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <Skeleton className="h-40 w-full" />
      )}
    </section>
  );
}
