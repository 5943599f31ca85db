import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { type CallAnswer, call } from "../../api/client.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import { paths } from "../../paths.ts";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { EmptyState, Skeleton } from "../../ui/states.tsx";
import { ChooseFile } from "./choose-file.tsx";
import { beginningOf } from "./file-beginning.ts";
import { HeldImport } from "./held-import.tsx";
import { ImportColumns } from "./import-columns.tsx";
import { useContactFields } from "./import-fields.ts";
import { consentColumn, type Mapping, mappedTwice, tellsWho, writeMapping } from "./import-mapping.ts";
import { ImportPreview } from "./import-preview.tsx";
import { ImportSettings } from "./import-settings.tsx";

/** Choose a file, see how it is read, choose the list and the consent, look at the totals, and import. */
export function NewImportPage() {
  const t = useTranslations("contacts");
  const explain = useExplain();
  const may = useMay()("contacts:write");
  const frame = useTranslations("frame");
  const workspace = useWorkspace();
  const [file, setFile] = useState<File | null>(null);
  /** Counts choices: the same file, chosen again, may have other content. */
  const [picks, setPicks] = useState(0);
  /** What each column becomes, once the user has changed one. */
  const [chosen, setChosen] = useState<Mapping | null>(null);
  /** The last mapping that the server accepts, as it is sent. */
  const [shown, setShown] = useState<string | null>(null);
  /** The import that waits to be started. */
  const [held, setHeld] = useState<string | null>(null);

  const totals = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (held) totals.current?.focus();
  }, [held]);

  const preview = useQuery({
    queryKey: ["import preview", file?.name, file?.size, file?.lastModified, picks, shown],
    enabled: file !== null,
    retry: false,
    queryFn: async ({ signal }) =>
      call(
        "contacts",
        "previewImport",
        { file: await beginningOf(file as File), query: { mapping: shown ?? undefined } },
        signal,
      ),
  });
  // The last preview stays until there is another, also when the next one fails.
  const last = useRef<{ picks: number; read: Preview; guessed: Mapping } | null>(null);
  if (preview.data) {
    const before = last.current?.picks === picks ? last.current : null;
    const guessed = before?.guessed ?? preview.data.columns.map(({ field }) => field);
    last.current = { picks, read: preview.data, guessed };
  }
  const { read, guessed = [] } = file && last.current?.picks === picks ? last.current : {};
  const mapping = chosen ?? guessed;
  const twice = mappedTwice(mapping).size > 0;
  const found = tellsWho(mapping);
  const written = writeMapping(mapping, guessed);
  const columns = (read?.columns ?? []).map((column) => {
    const called = read?.format === "vcard" ? cardColumns[column.name] : undefined;
    return called ? { ...column, name: t(called) } : column;
  });
  const optionsOf = useContactFields(columns);

  const fault = (error: unknown) => {
    const key =
      `importResult.faults.${error instanceof ApiError ? error.code : ""}` as "importResult.faults.empty_file";
    return t.has(key) ? t(key) : explain(error);
  };
  const pick = (picked: File) => {
    setFile(picked);
    setPicks((before) => before + 1);
    setChosen(null);
    setShown(null);
  };
  const change = (column: number, field: string) => {
    const next = mapping.with(column, field);
    setChosen(next);
    const json = writeMapping(next, guessed);
    if (json !== null && mappedTwice(next).size === 0) setShown(json);
  };

  return (
    <>
      <DocumentTitle>{t("importing.title")}</DocumentTitle>
      <PageHeader
        title={t("importing.title")}
        description={t("importing.description")}
        above={<Link to={paths.contacts()}>{t("title")}</Link>}
      />
      {may ? null : (
        <EmptyState title={frame("forbiddenTitle")}>{frame("forbiddenText", { workspace: workspace.name })}</EmptyState>
      )}
      {held ? (
        <div ref={totals} tabIndex={-1} className="flex flex-col gap-4 outline-none">
          <p className="font-medium break-all">{file?.name}</p>
          <HeldImport id={held} giveUpLabel={t("held.change")} onGivenUp={() => setHeld(null)} />
        </div>
      ) : null}
      {/* Kept as it is while the totals are shown, so that the user can go back and change something. */}
      <div className={held || !may ? "hidden" : "flex flex-col gap-4"}>
        <ChooseFile file={file} onPick={pick} found={read ? <Found {...read} /> : null} />
        {file && preview.error ? <Notice tone="bad">{fault(preview.error)}</Notice> : null}
        {file && !read && !preview.error ? (
          <div role="status">
            <span className="sr-only">{t("importing.reading")}</span>
            <Skeleton className="h-64 w-full" />
          </div>
        ) : null}
        {read ? (
          <>
            <Panel title={t("importing.columns")} description={t("importing.columnsText")} flush>
              <ImportColumns columns={columns} mapping={mapping} optionsOf={optionsOf} onChange={change} />
            </Panel>
            {found ? null : <Notice tone="bad">{t("importing.noNumber")}</Notice>}
            {written === null ? <Notice tone="bad">{t("importing.tooManyColumns")}</Notice> : null}
            <Panel title={t("importing.preview")} description={t("importing.previewText")} flush>
              <ImportPreview rows={read.rows} />
            </Panel>
            <Panel title={t("importing.settings")}>
              <ImportSettings
                file={file as File}
                mapping={written}
                aboutConsent={columns[consentColumn(mapping)]?.name ?? null}
                disabled={!found || twice || written === null}
                onHeld={setHeld}
              />
            </Panel>
          </>
        ) : null}
      </div>
    </>
  );
}

type CardColumn = `fields.${"first_name" | "last_name" | "mobile" | "phone" | "email"}` | "importing.organization";
/** The headings of cards, which have none: the API's, in English. */
const cardColumns: Record<string, CardColumn | undefined> = {
  "First name": "fields.first_name",
  "Last name": "fields.last_name",
  Mobile: "fields.mobile",
  Phone: "fields.phone",
  "E-mail": "fields.email",
  Organization: "importing.organization",
};

const encodings = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16",
  "utf-16be": "UTF-16",
  "windows-1252": "Windows-1252",
  macintosh: "Mac Roman",
} as const;
const delimiters = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" } as const;

type Preview = CallAnswer<"contacts", "previewImport">;

/** The file's format, and where its headings were found. */
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
