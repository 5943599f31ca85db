import { type ReactNode, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";

/** Opens a part for editing, and closes it again. What was typed stays. */
export function PartButton({ of, open, onToggle }: { of: string; open: boolean; onToggle: () => void }) {
  const t = useTranslations("workflows");
  const word = t(open ? "done" : "change");
  return (
    <Button size="small" aria-label={`${word}: ${of}`} aria-expanded={open} onClick={onToggle}>
      {word}
    </Button>
  );
}

/** One of a workflow's parts: what is set, and the fields in its place while it is being edited. */
export function Part({
  title,
  open,
  onToggle,
  readOnly,
  summary,
  children,
}: {
  title: string;
  open: boolean;
  onToggle: () => void;
  readOnly: boolean;
  summary: ReactNode;
  children: ReactNode;
}) {
  const fields = useRef<HTMLDivElement>(null);
  const wasOpen = useRef(open);
  useEffect(() => {
    if (open && !wasOpen.current) fields.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    wasOpen.current = open;
  }, [open]);
  return (
    <section className="rounded-lg border border-line bg-surface p-4">
      <div className="flex items-start justify-between gap-4">
        <div className="min-w-0">
          <h2 className="text-base">{title}</h2>
          {open ? null : <div className="mt-1 break-words text-soft">{summary}</div>}
        </div>
        {readOnly ? null : <PartButton of={title} open={open} onToggle={onToggle} />}
      </div>
      {open ? (
        <div ref={fields} className="mt-4">
          {children}
        </div>
      ) : null}
    </section>
  );
}
