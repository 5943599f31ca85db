import { useState } from "react";
import { useTranslations } from "use-intl";
import type { CarrierKind } from "../../../../contract/carriers.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { useGo } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { RadioGroup } from "../../ui/choice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { toast } from "../../ui/toast.tsx";
import { CarrierForm } from "./carrier-form.tsx";

const kinds = ["smpp", "twilio"] as const satisfies readonly CarrierKind[];

/** Adds a connection. Both forms stay mounted, so that looking at the other one loses nothing. */
export function NewCarrierPage() {
  const t = useTranslations("carriers");
  const go = useGo();
  const [kind, setKind] = useState<CarrierKind>("smpp");
  return (
    <>
      <DocumentTitle>{t("newTitle")}</DocumentTitle>
      <PageHeader
        title={t("newTitle")}
        above={<Link to={paths.carriers()}>{t("title")}</Link>}
        description={t("newText")}
      />
      <div className="flex max-w-2xl flex-col gap-5">
        <Panel>
          <RadioGroup
            label={t("kind")}
            value={kind}
            onChange={setKind}
            options={kinds.map((value) => ({ value, label: t(`kinds.${value}`), hint: t(`kindHints.${value}`) }))}
          />
        </Panel>
        {kinds.map((each) => (
          <div key={each} hidden={each !== kind}>
            <Panel>
              <CarrierForm
                kind={each}
                carrier={null}
                guard={each === kind}
                onSaved={(carrier) => {
                  toast(t("added", { name: carrier.name }));
                  go(paths.carrier(carrier.id));
                }}
              />
            </Panel>
          </div>
        ))}
      </div>
    </>
  );
}
