import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useEffect, useRef } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query, useCall } from "../../api/queries.ts";
import { PhonePreview } from "../../components/composer/phone-preview.tsx";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useParam } from "../../lib/location.ts";
import { useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { SelectField } from "../../ui/field.tsx";
import { useForm } from "../../ui/form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { ErrorState, PageSkeleton } from "../../ui/states.tsx";
import { PhoneBehaviour } from "./phone-behaviour.tsx";

const quickReplies = ["STOP", "START", "HELP"] as const;

/** One handset: its messages, live, and a field to reply. */
export function PhonePage() {
  const t = useTranslations("sandbox");
  const format = useFormatter();
  const explain = useExplain();
  const number = useParam("number");
  const { country } = useWorkspace();
  const texts = useQuery(query("sandbox", "messages", { params: { number } }));
  const senders = useQuery(query("senders", "list"));
  const reply = useCall("sandbox", "reply");
  const end = useRef<HTMLDivElement>(null);
  const shown = texts.data?.items ?? [];
  const receiving = (senders.data?.items ?? []).filter((sender) => sender.can_receive && sender.carrier_id === null);
  const lastFrom = shown.findLast((text) => text.direction === "in")?.from;
  const preferred = receiving.find((sender) => sender.address === lastFrom) ?? receiving[0];

  const form = useForm({
    initial: { text: "", to: "" },
    submit: ({ text, to }) =>
      reply.mutateAsync({ params: { number }, body: { to: to || preferred?.address || "", text } }),
    onSuccess: (_, { to }) => form.reset({ text: "", to }),
    explain,
  });
  const count = shown.length;
  useEffect(() => {
    if (count > 0) end.current?.scrollIntoView({ block: "nearest" });
  }, [count]);

  if (texts.error) return <ErrorState message={explain(texts.error)} onRetry={() => void texts.refetch()} />;
  if (!texts.data || !senders.data) return <PageSkeleton />;
  const answer = (text: string) => {
    form.set({ text });
    void form.submit();
  };
  const failure = form.error ?? form.errors.text ?? form.errors.to;
  const others = [...new Set(shown.filter((text) => text.direction === "in").map((text) => text.from))];
  return (
    <>
      <DocumentTitle>{t("phoneOf", { number: formatPhoneNumber(number, country) })}</DocumentTitle>
      <PageHeader
        title={t("phoneOf", { number: formatPhoneNumber(number, country) })}
        above={<Link to={paths.sandbox()}>{t("title")}</Link>}
      />
      <div className="grid items-start gap-6 md:grid-cols-[minmax(20rem,24rem)_1fr]">
        <PhonePreview
          live
          sender={
            others.length === 1
              ? formatPhoneNumber(others[0] as string, country)
              : formatPhoneNumber(preferred?.address ?? number, country)
          }
          empty={t("noTexts")}
          bubbles={shown.map((text) => ({
            id: text.id,
            direction: text.direction,
            content: text.text,
            note: format.dateTime(new Date(text.at), { dateStyle: "medium", timeStyle: "short" }),
          }))}
        >
          <div ref={end} />
          {preferred ? (
            <form
              className="flex items-end gap-2"
              onSubmit={(event) => {
                event.preventDefault();
                if (form.values.text.trim()) void form.submit();
              }}
            >
              <textarea
                aria-label={t("replyLabel")}
                placeholder={t("replyLabel")}
                rows={1}
                maxLength={1600}
                className="control max-h-32 min-h-8 flex-1 resize-none py-1.5 [field-sizing:content]"
                value={form.values.text}
                onChange={(event) => form.set({ text: event.target.value })}
                onKeyDown={(event) => {
                  if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
                  event.preventDefault();
                  event.currentTarget.form?.requestSubmit();
                }}
              />
              <IconButton type="submit" kind="primary" label={t("send")} busy={form.busy}>
                <Send aria-hidden />
              </IconButton>
            </form>
          ) : null}
        </PhonePreview>
        <div className="flex flex-col gap-4">
          {failure ? <Notice tone="bad">{failure}</Notice> : null}
          {preferred ? (
            <Panel title={t("reply")}>
              <div className="flex flex-col gap-3">
                {receiving.length > 1 ? (
                  <SelectField
                    label={t("replyTo")}
                    value={form.values.to || preferred.address}
                    onChange={(to) => form.set({ to })}
                    options={receiving.map((sender) => ({
                      value: sender.address,
                      label: formatPhoneNumber(sender.address, country),
                    }))}
                  />
                ) : null}
                <div className="flex flex-wrap gap-2">
                  {quickReplies.map((word) => (
                    <Button key={word} onClick={() => answer(word)} disabled={form.busy}>
                      {t("quick", { word })}
                    </Button>
                  ))}
                </div>
              </div>
            </Panel>
          ) : (
            <Notice tone="warn">{t("noSender")}</Notice>
          )}
          <PhoneBehaviour number={number} />
        </div>
      </div>
    </>
  );
}
