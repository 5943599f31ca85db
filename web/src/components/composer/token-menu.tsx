import { useTranslations } from "use-intl";
import { classes } from "../../ui/classes.ts";
import type { MenuField } from "./scope.ts";

/** The list under two open braces. The text keeps the focus; its keys choose from the list. */
export function TokenMenu({
  id,
  fields,
  active,
  query,
  onChoose,
}: {
  id: string;
  fields: readonly MenuField[];
  active: number;
  query: string;
  onChoose: (field: MenuField) => void;
}) {
  const t = useTranslations("composer");
  return (
    <div className="appear overflow-hidden rounded-lg border border-line bg-raised p-1 shadow-high">
      <p role="status" className={fields.length > 0 ? "sr-only" : "px-2 py-1 text-sm text-soft"}>
        {fields.length > 0 ? t("menu.count", { count: fields.length }) : t("menu.none", { query })}
      </p>
      <div id={id} role="listbox" aria-label={t("menu.title")} className="max-h-56 overflow-y-auto">
        {fields.map((field, index) => (
          <div
            key={field.field}
            id={optionId(id, index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            ref={index === active ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
            className={classes(
              "flex min-h-8 cursor-pointer items-center justify-between gap-3 rounded-sm px-2 py-1",
              index === active ? "bg-hover text-ink" : "text-ink",
            )}
            // The pointer must not move the focus out of the text.
            onPointerDown={(event) => {
              event.preventDefault();
              onChoose(field);
            }}
          >
            <span className="truncate">{field.label}</span>
            <span className="max-w-1/2 shrink-0 truncate text-sm text-faint">{field.example ?? field.group}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

export const optionId = (menuId: string, index: number) => `${menuId}-${index}`;
