import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { type CallAnswer, call } from "../../api/client.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { paths } from "../../paths.ts";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/states.tsx";
import { ChooseFile } from "./choose-file.tsx";
import { beginningOf } from "./file-beginning.ts";
import { ImportColumns } from "./import-columns.tsx";
import { ImportPreview } from "./import-preview.tsx";
import { ImportSettings } from "./import-settings.tsx";

/** Fields that a contact can be found again by. */
const findable = new Set(["mobile", "phone", "email"]);

/** Pick a file, see what we made of it, say where the people go and what they agreed to, and import. */
export function NewImportPage() {
  const t = useTranslations("contacts");
  const explain = useExplain();
  const [file, setFile] = useState<File | null>(null);
  /** The same file, chosen again, may have other content. */
  const [picks, setPicks] = useState(0);
  const [changed, setChanged] = useState<Record<string, string>>({});
  const mapping = Object.keys(changed).length > 0 ? JSON.stringify(changed) : undefined;

  const preview = useQuery({
    queryKey: ["import preview", file?.name, file?.size, file?.lastModified, picks, mapping ?? ""],
    enabled: file !== null,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: async ({ signal }) =>
      call("contacts", "previewImport", { file: await beginningOf(file as File), query: { mapping } }, signal),
  });

  const fault = (error: unknown) => {
    const key =
      `importResult.faults.${error instanceof ApiError ? error.code : ""}` as "importResult.faults.empty_file";
    return t.has(key) ? t(key) : explain(error);
  };
  const pick = (picked: File) => {
    setFile(picked);
    setPicks((before) => before + 1);
    setChanged({});
  };
  const read = file && !preview.error ? preview.data : undefined;
  const found = read?.columns.some((column) => findable.has(column.field)) ?? false;

  return (
    <>
      <DocumentTitle>{t("importing.title")}</DocumentTitle>
      <PageHeader
        title={t("importing.title")}
        description={t("importing.description")}
        above={<Link to={paths.contacts()}>{t("title")}</Link>}
      />
      <div className="flex flex-col gap-4">
        <ChooseFile file={file} onPick={pick} found={read ? <Found {...read} /> : null} />
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

const encodings = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16",
  "windows-1252": "Windows-1252",
  macintosh: "Mac Roman",
} as const;
const delimiters = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" } as const;

type Preview = CallAnswer<"contacts", "previewImport">;

/** What the file is, and where its headings were found. */
function Found({ encoding, delimiter, sheet, header_row: headerRow }: Preview) {
  const t = useTranslations("contacts.importing");
  const written = encoding ? encodings[encoding] : "";
  const what =
    sheet !== null
      ? t("foundSheet", { sheet })
      : delimiter === null
        ? t("foundCards", { encoding: written })
        : t("found", { encoding: written, delimiter: t(`delimiters.${delimiters[delimiter]}`) });
  return (
    <>
      {` · ${what}`}
      {headerRow !== null && headerRow > 1 ? ` · ${t("headerRow", { row: String(headerRow) })}` : null}
    </>
  );
}
