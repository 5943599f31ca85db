import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { query } from "../../api/queries.ts";
import { useExplain } from "../../lib/explain.ts";
import { useFileSize } from "../../lib/file-size.ts";
import { useFilters } from "../../lib/location.ts";
import { SelectField, TextField } from "../../ui/field.tsx";
import { Progress } from "../../ui/figures.tsx";
import { FormShell, useForm } from "../../ui/form.tsx";
import { uploadImport } from "./upload.ts";

/** The list that the people go on, what they consented to, and the button that has the file checked. */
export function ImportSettings({
  file,
  mapping,
  aboutConsent,
  disabled,
  onHeld,
}: {
  file: File;
  /** In the server's format. */
  mapping: string | null;
  /** The name of the column of consents. */
  aboutConsent: string | null;
  disabled: boolean;
  /** Whether the file is on the server, and waits to be imported. */
  onHeld: (id: string) => void;
}) {
  const t = useTranslations("contacts.importing");
  const fileSize = useFileSize();
  const explain = useExplain();
  const listNames = useId();
  const [{ list: listId }] = useFilters({ list: "" });
  const [sent, setSent] = useState<{ done: number; total: number } | null>(null);
  const abort = useRef(new AbortController());
  useEffect(() => {
    const controller = new AbortController();
    abort.current = controller;
    return () => controller.abort();
  }, []);
  const lists = useQuery(query("lists", "list", { query: { limit: 200 } }));
  const types = useQuery(query("consent", "types"));
  const byId = lists.data?.items.find((list) => list.id === listId);

  const typeNeeded = aboutConsent ? t("typeNeeded", { column: aboutConsent }) : null;

  const form = useForm({
    initial: { list: "", subscription_type: "", consent_source: "", consent_date: "" },
    check: (values) => {
      if (!values.subscription_type) return typeNeeded ? { subscription_type: typeNeeded } : {};
      return values.consent_source.trim() ? {} : { consent_source: t("sourceNeeded") };
    },
    submit: async (values) => {
      setSent({ done: 0, total: file.size });
      try {
        return await uploadImport(
          file,
          {
            list: values.list.trim() || byId?.id,
            subscription_type: values.subscription_type || undefined,
            consent_source: values.subscription_type ? values.consent_source.trim() : undefined,
            consent_date: values.subscription_type ? values.consent_date || undefined : undefined,
            mapping: mapping ?? undefined,
            file_name: file.name,
            hold: "true",
          },
          (done, total) => setSent({ done, total }),
          abort.current.signal,
        );
      } finally {
        setSent(null);
      }
    },
    onSuccess: ({ id }) => onHeld(id),
    explain,
  });
  const name = form.values.list.trim();
  const known = lists.data?.items.some((list) => list.name.toLowerCase() === name.toLowerCase());

  return (
    <FormShell form={form} submitLabel={t("check")} submitDisabled={disabled} guard={false}>
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label={t("list")}
          optional
          list={listNames}
          placeholder={byId?.name ?? t("noList")}
          hint={name && lists.data && !known ? t("newList", { name }) : t("listHint")}
          {...form.field("list")}
        />
        <datalist id={listNames}>
          {lists.data?.items.map((list) => (
            <option key={list.id} value={list.name} />
          ))}
        </datalist>
        <SelectField
          label={t("type")}
          hint={t("typeHint")}
          {...form.field("subscription_type")}
          error={form.values.subscription_type ? form.field("subscription_type").error : typeNeeded}
          options={[
            { value: "", label: t("noType") },
            ...(types.data?.items ?? [])
              .filter((type) => type.needs_consent)
              .map((type) => ({ value: type.id, label: type.name })),
          ]}
        />
        {form.values.subscription_type ? (
          <>
            <TextField label={t("source")} hint={t("sourceHint")} {...form.field("consent_source")} />
            <TextField label={t("date")} type="date" optional hint={t("dateHint")} {...form.field("consent_date")} />
          </>
        ) : null}
      </div>
      {sent ? (
        <div role="status" className="flex flex-col gap-1.5">
          <Progress label={t("sending", { name: file.name })} value={sent.done} max={sent.total} />
          <p className="figures text-soft">
            {t("uploading", { done: fileSize(sent.done), total: fileSize(sent.total) })} {t("keepOpen")}
          </p>
        </div>
      ) : null}
    </FormShell>
  );
}
