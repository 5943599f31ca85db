import { ClipboardPaste, FileSpreadsheet } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useFileSize } from "../../lib/file-size.ts";
import { Button } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";
import { TextArea } from "../../ui/field.tsx";

const accepted =
  ".csv,.tsv,.tab,.txt,.xlsx,.xlsm,.vcf,text/csv,text/tab-separated-values,text/vcard," +
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** Where a file is chosen or dropped, or rows of a spreadsheet are pasted; `found` says what was made of it. */
export function ChooseFile({
  file,
  found,
  onPick,
}: {
  file: File | null;
  found: ReactNode;
  onPick: (file: File) => void;
}) {
  const t = useTranslations("contacts.importing");
  const fileSize = useFileSize();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [pasting, setPasting] = useState(false);

  const pick = (picked: File | undefined) => {
    if (!picked) return;
    setPasting(false);
    onPick(picked);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    pick(event.dataTransfer.files[0]);
  };
  return (
    // Dropping a file is a shortcut; the button does the same for everyone.
    <div
      className={classes(
        "flex flex-wrap items-center gap-3 rounded-lg border border-dashed bg-surface p-4",
        over ? "border-accent" : "border-line-strong",
        !file && !pasting && "justify-center py-10",
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
            {found}
          </span>
        </span>
      ) : null}
      <Button kind={file ? "secondary" : "primary"} onClick={() => input.current?.click()}>
        {file ? t("other") : t("choose")}
      </Button>
      <Button icon={<ClipboardPaste aria-hidden />} aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
        {t("paste")}
      </Button>
      {file ? null : <span className="text-soft">{t("drop")}</span>}
      <input
        ref={input}
        type="file"
        accept={accepted}
        className="sr-only"
        tabIndex={-1}
        aria-label={t("file")}
        onChange={(event) => {
          pick(event.target.files?.[0]);
          // Else the browser says nothing when the same file is chosen again, once it has been corrected.
          event.target.value = "";
        }}
      />
      {pasting ? <PasteRows onPick={pick} /> : null}
    </div>
  );
}

/** Rows as the clipboard has them. They go the way of a file from here on. */
function PasteRows({ onPick }: { onPick: (file: File) => void }) {
  const t = useTranslations("contacts.importing");
  const [text, setText] = useState("");
  return (
    <div className="flex w-full flex-col items-start gap-3">
      <TextArea
        label={t("pasteLabel")}
        className="w-full"
        rows={6}
        autoFocus
        spellCheck={false}
        value={text}
        onChange={setText}
      />
      <Button
        kind="primary"
        disabled={text.trim() === ""}
        onClick={() => onPick(new File([text], t("pastedName"), { type: "text/tab-separated-values" }))}
      >
        {t("usePasted")}
      </Button>
    </div>
  );
}
