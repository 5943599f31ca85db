import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { FileSpreadsheet } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { call } from "../../api/client.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFileSize } from "../../lib/file-size.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/states.tsx";
import { ImportColumns } from "./import-columns.tsx";
import { ImportPreview } from "./import-preview.tsx";
import { ImportSettings } from "./import-settings.tsx";

/** The server reads at most this much for a preview. */
const previewBytes = 1_000_000;
/** Fields that a contact can be found again by. */
const findable = new Set(["mobile", "phone", "email"]);

/** Pick a file, see what we made of it, say where the people go and what they agreed to, and import. */
export function NewImportPage() {
  const t = useTranslations("contacts");
  const fileSize = useFileSize();
  const explain = useExplain();
  const input = useRef<HTMLInputElement>(null);
  const [file, setFile] = useState<File | null>(null);
  const [changed, setChanged] = useState<Record<string, string>>({});
  const [over, setOver] = useState(false);
  const mapping = Object.keys(changed).length > 0 ? JSON.stringify(changed) : undefined;

  const preview = useQuery({
    queryKey: ["import preview", file?.name, file?.size, file?.lastModified, mapping ?? ""],
    enabled: file !== null,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: ({ signal }) =>
      call("contacts", "previewImport", { file: (file as File).slice(0, previewBytes), query: { mapping } }, signal),
  });

  const fault = (error: unknown) => {
    const key =
      `importResult.faults.${error instanceof ApiError ? error.code : ""}` as "importResult.faults.empty_file";
    return t.has(key) ? t(key) : explain(error);
  };
  const pick = (picked: File | undefined) => {
    if (!picked) return;
    setFile(picked);
    setChanged({});
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    pick(event.dataTransfer.files[0]);
  };
  const read = file && !preview.error ? preview.data : undefined;
  const found = read?.columns.some((column) => findable.has(column.field)) ?? false;
  const delimiters = { ",": "comma", ";": "semicolon", "\t": "tab" } as const;

  return (
    <>
      <DocumentTitle>{t("importing.title")}</DocumentTitle>
      <PageHeader
        title={t("importing.title")}
        description={t("importing.description")}
        above={<Link to={paths.contacts()}>{t("title")}</Link>}
      />
      <div className="flex flex-col gap-4">
        {/* Dropping a file is a shortcut; the button does the same for everyone. */}
        <div
          className={classes(
            "flex flex-wrap items-center gap-3 rounded-lg border border-dashed bg-surface p-4",
            over ? "border-accent" : "border-line-strong",
            !file && "justify-center py-10",
          )}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <FileSpreadsheet className="size-6 text-soft" aria-hidden />
          {file ? (
            <span className="min-w-0">
              <span className="font-medium break-all">{file.name}</span>{" "}
              <span className="figures text-soft">
                {fileSize(file.size)}
                {read
                  ? ` · ${t("importing.found", {
                      encoding: read.encoding === "utf-8" ? "UTF-8" : "Windows-1252",
                      delimiter: t(`importing.delimiters.${delimiters[read.delimiter]}`),
                    })}`
                  : null}
              </span>
            </span>
          ) : null}
          <Button kind={file ? "secondary" : "primary"} onClick={() => input.current?.click()}>
            {file ? t("importing.other") : t("importing.choose")}
          </Button>
          {file ? null : <span className="text-soft">{t("importing.drop")}</span>}
          <input
            ref={input}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            className="sr-only"
            tabIndex={-1}
            aria-label={t("importing.file")}
            onChange={(event) => pick(event.target.files?.[0])}
          />
        </div>
        {file && preview.error ? <Notice tone="bad">{fault(preview.error)}</Notice> : null}
        {file && preview.isPending && !preview.error ? (
          <div role="status">
            <span className="sr-only">{t("importing.reading")}</span>
            <Skeleton className="h-64 w-full" />
          </div>
        ) : null}
        {read ? (
          <>
            <Panel title={t("importing.columns")} description={t("importing.columnsText")} flush>
              <ImportColumns
                columns={read.columns}
                onChange={(column, field) => setChanged((before) => ({ ...before, [column]: field }))}
              />
            </Panel>
            {found ? null : <Notice tone="bad">{t("importing.noNumber")}</Notice>}
            <Panel title={t("importing.preview")} description={t("importing.previewText")} flush>
              <ImportPreview rows={read.rows} />
            </Panel>
            <Panel title={t("importing.settings")}>
              <ImportSettings
                file={file as File}
                mapping={JSON.stringify(Object.fromEntries(read.columns.map((column) => [column.name, column.field])))}
                disabled={!found}
              />
            </Panel>
          </>
        ) : null}
      </div>
    </>
  );
}
