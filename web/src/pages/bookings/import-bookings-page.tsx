import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { ApiError } from "../../api/api-error.ts";
import { type CallAnswer, call } from "../../api/client.ts";
import { useCall } from "../../api/queries.ts";
import { DocumentTitle } from "../../components/document-title.tsx";
import { Link } from "../../components/link.tsx";
import { MayOnly } from "../../components/may-only.tsx";
import { useExplain } from "../../lib/explain.ts";
import { useFilters } from "../../lib/location.ts";
import { paths } from "../../paths.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHeader, Panel } from "../../ui/page-header.tsx";
import { Skeleton } from "../../ui/states.tsx";
import { ChooseFile } from "../contacts/choose-file.tsx";
import { beginningOf } from "../contacts/file-beginning.ts";
import { ImportColumns } from "../contacts/import-columns.tsx";
import { useBookingFields } from "./import-fields.ts";
import { ImportedRows } from "./import-preview.tsx";
import { ImportProgress } from "./import-progress.tsx";

/** Bookings from a file: choose it, see how it is read, say who is told, and import. The address keeps the import that runs. */
export function ImportBookingsPage() {
  const t = useTranslations("bookings");
  const [{ id }, setFilters] = useFilters({ id: "" });
  return (
    <MayOnly permission="bookings:write">
      <DocumentTitle>{t("importing.title")}</DocumentTitle>
      <PageHeader
        title={t("importing.title")}
        description={t("importing.description")}
        above={<Link to={paths.bookings()}>{t("title")}</Link>}
      />
      {id ? (
        <ImportProgress id={id} onAnother={() => setFilters({ id: "" })} />
      ) : (
        <NewImport onStarted={(started) => setFilters({ id: started })} />
      )}
    </MayOnly>
  );
}

function NewImport({ onStarted }: { onStarted: (id: string) => void }) {
  const t = useTranslations("bookings.importing");
  const fault = useFileFault();
  const optionsOf = useBookingFields();
  const [file, setFile] = useState<File | null>(null);
  /** Counts choices: the same file, chosen again, may have other content. */
  const [picks, setPicks] = useState(0);
  const [chosen, setChosen] = useState<readonly string[] | null>(null);
  const [notify, setNotify] = useState(true);
  const [createMissing, setCreateMissing] = useState(true);
  const start = useCall("bookings", "startImport");

  const mapping = chosen ? writeMapping(chosen) : undefined;
  const preview = useQuery({
    queryKey: ["import preview", "bookings", picks, mapping],
    enabled: file !== null,
    retry: false,
    queryFn: async ({ signal }) =>
      call("bookings", "previewImport", { file: await beginningOf(file as File), query: { mapping } }, signal),
  });
  // The last preview stays until there is another, also when the next one fails.
  const last = useRef<{ picks: number; read: CallAnswer<"bookings", "previewImport"> } | null>(null);
  if (preview.data) last.current = { picks, read: preview.data };
  const read = file && last.current?.picks === picks ? last.current.read : null;

  const pick = (picked: File) => {
    setFile(picked);
    setPicks((before) => before + 1);
    setChosen(null);
    start.reset();
  };
  const begin = async () => {
    if (!file) return;
    try {
      const { id } = await start.mutateAsync({
        file,
        query: {
          file_name: file.name,
          mapping,
          notify: notify ? "true" : "false",
          create_missing: createMissing ? "true" : "false",
        },
      });
      onStarted(id);
    } catch {
      // Shown below, by the state of the call.
    }
  };
  return (
    <div className="flex flex-col gap-4">
      <ChooseFile file={file} onPick={pick} found={null} />
      {file && preview.error ? <Notice tone="bad">{fault(preview.error)}</Notice> : null}
      {file && !read && !preview.error ? <Skeleton className="h-64 w-full" /> : null}
      {file && read ? (
        <>
          <Panel title={t("columns")} description={t("columnsText")} flush>
            <ImportColumns
              columns={read.columns}
              optionsOf={optionsOf}
              mapping={chosen ?? read.columns.map(({ field }) => field)}
              onChange={(column, field) =>
                setChosen((chosen ?? read.columns.map((each) => each.field)).with(column, field))
              }
            />
          </Panel>
          <Panel title={t("preview")} description={t("previewText")} flush>
            <ImportedRows rows={read.rows} />
          </Panel>
          <Panel title={t("settings")}>
            <div className="flex flex-col items-start gap-4">
              <Checkbox label={t("notify")} hint={t("notifyHint")} checked={notify} onChange={setNotify} />
              <Checkbox
                label={t("createMissing")}
                hint={t("createMissingHint")}
                checked={createMissing}
                onChange={setCreateMissing}
              />
              {start.error ? <Notice tone="bad">{fault(start.error)}</Notice> : null}
              <Button kind="primary" busy={start.isPending} onClick={() => void begin()}>
                {t("start")}
              </Button>
            </div>
          </Panel>
        </>
      ) : null}
    </div>
  );
}

/** The mapping in the server's format, columns by their number. */
function writeMapping(fields: readonly string[]): string {
  const mapped = fields.flatMap((field, at) => (field === "ignore" ? [] : [[`#${at + 1}`, field] as const]));
  return JSON.stringify(Object.fromEntries(mapped));
}

/** What is wrong with a file, in the words of the contacts' importer where it has any. */
function useFileFault(): (error: unknown) => string {
  const t = useTranslations("contacts");
  const explain = useExplain();
  return (error) => {
    const key =
      `importResult.faults.${error instanceof ApiError ? error.code : ""}` as "importResult.faults.empty_file";
    return t.has(key) ? t(key) : explain(error);
  };
}
