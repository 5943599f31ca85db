import { RadioTower } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { Carrier } from "../../../../contract/carriers.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { useCall } from "../../api/queries.ts";
import { ButtonLink } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters } from "../../lib/location.ts";
import { createSendKey, randomKey } from "../../lib/send-key.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { SelectField, TextField } from "../../ui/field.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Panel } from "../../ui/page-header.tsx";
import { EmptyState } from "../../ui/states.tsx";
import { CarrierTestSteps } from "./carrier-test-steps.tsx";

/** Sends one text through a connection and shows each of its steps. The URL identifies the text. */
export function CarrierTest({ carrier }: { carrier: Carrier }) {
  const t = useTranslations("carriers");
  const [{ message }] = useFilters({ message: "" });
  if (carrier.senders.length === 0) {
    return (
      <Panel>
        <EmptyState
          icon={RadioTower}
          title={t("testFirst")}
          action={
            <ButtonLink kind="primary" to={paths.senders()}>
              {t("toSenders")}
            </ButtonLink>
          }
        >
          {t("testFirstText")}
        </EmptyState>
      </Panel>
    );
  }
  return (
    <div className="grid max-w-3xl items-start gap-5 md:grid-cols-2">
      <Panel title={t("sendTest")}>
        {carrier.enabled ? <TestForm carrier={carrier} /> : <Notice tone="neutral">{t("testOff")}</Notice>}
      </Panel>
      {message ? <CarrierTestSteps carrierId={carrier.id} messageId={message} /> : null}
    </div>
  );
}

function TestForm({ carrier }: { carrier: Carrier }) {
  const t = useTranslations("carriers");
  const { country } = useWorkspace();
  const [, setFilters] = useFilters({ message: "" });
  const send = useCall("carriers", "test");
  const [sendKey, setSendKey] = useState(() => createSendKey(randomKey));
  const form = useForm({
    initial: { to: "", sender_id: carrier.senders[0]?.id ?? "" },
    required: ["to"],
    submit: async (body) => {
      try {
        return await send.mutateAsync({ params: { id: carrier.id }, body, idempotencyKey: sendKey.current() });
      } catch (error) {
        sendKey.failed(error);
        throw error;
      }
    },
    onSuccess: ({ id }) => {
      setSendKey(createSendKey(randomKey));
      setFilters({ message: id });
    },
    explain: useExplain(),
  });
  return (
    <FormShell form={form} submitLabel={t("testSend")} guard={false}>
      <TextField label={t("testTo")} hint={t("testToHint")} type="tel" autoComplete="tel" {...form.field("to")} />
      <SelectField
        label={t("testFrom")}
        options={carrier.senders.map((sender) => ({
          value: sender.id,
          label: formatPhoneNumber(sender.address, country),
        }))}
        {...form.field("sender_id")}
      />
    </FormShell>
  );
}
