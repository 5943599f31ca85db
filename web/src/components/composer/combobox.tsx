import { Check, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { useSettled } from "../../lib/settled.ts";
import { IconButton } from "../../ui/button.tsx";
import { classes } from "../../ui/classes.ts";

/** Something that can be chosen; `group` heads those that follow one another with the same one. */
export interface Choice {
  value: string;
  label: string;
  /** Beside the label: a number, a count. */
  detail?: string;
  group?: string;
}

/** Fetches what fits a query. `null` while nothing has come yet. */
export type UseChoices = (query: string) => readonly Choice[] | null;

interface SearchProps {
  id: string;
  "aria-invalid"?: true | undefined;
  "aria-describedby"?: string | undefined;
  useChoices: UseChoices;
  searchLabel: string;
  noneText: (query: string) => string;
  /** What is chosen already. */
  chosen: ReadonlySet<string>;
  /** Stands in the field while nobody types. */
  resting: string;
  onChoose: (choice: Choice) => void;
  /** Backspace in an empty field. */
  onBackspace?: () => void;
  /** Stays open, for choosing several. */
  several?: boolean;
  before?: ReactNode;
  after?: ReactNode;
}

/** A field that searches while one types and offers what it found. The focus stays in it; arrow keys walk the list. */
function SearchBox(props: SearchProps) {
  const { useChoices, chosen, several } = props;
  const t = useTranslations("composer.combobox");
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const query = (typed ?? "").trim();
  const settled = useSettled(query);
  const choices = useChoices(open ? settled : "");
  const at = Math.min(active, Math.max(0, (choices?.length ?? 0) - 1));

  const close = () => {
    setOpen(false);
    setTyped(null);
    setActive(0);
  };
  const choose = (choice: Choice) => {
    props.onChoose(choice);
    setTyped(several ? "" : null);
    if (!several) close();
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key } = event;
    if (event.nativeEvent.isComposing) return;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (!open) setOpen(true);
      else if (choices?.length) setActive((at + (key === "ArrowDown" ? 1 : choices.length - 1)) % choices.length);
    } else if (key === "Enter" && open) {
      // Never the form's Enter while a list is open.
      event.preventDefault();
      const choice = choices?.[at];
      if (choice) choose(choice);
    } else if (key === "Escape" && open) {
      event.stopPropagation();
      close();
    } else if (key === "Backspace" && event.currentTarget.value === "") props.onBackspace?.();
  };

  return (
    <Popover.Root open={open} onOpenChange={(next) => !next && close()}>
      <Popover.Anchor asChild>
        <div
          ref={box}
          className={classes(
            "control flex min-h-8 flex-wrap items-center gap-1 py-0.5 has-focus-visible:outline-2 has-focus-visible:outline-accent-ink",
            props["aria-invalid"] && "border-bad",
          )}
        >
          {props.before}
          <input
            id={props.id}
            role="combobox"
            autoComplete="off"
            aria-expanded={open}
            aria-controls={open ? listId : undefined}
            aria-activedescendant={open && choices?.length ? `${listId}-${at}` : undefined}
            aria-autocomplete="list"
            aria-invalid={props["aria-invalid"]}
            aria-describedby={props["aria-describedby"]}
            placeholder={props.resting === "" ? props.searchLabel : undefined}
            value={typed ?? props.resting}
            className="h-7 min-w-24 flex-1 truncate bg-transparent outline-none placeholder:text-faint"
            onFocus={(event) => event.currentTarget.select()}
            onClick={() => setOpen(true)}
            onChange={(event) => {
              setTyped(event.target.value);
              setActive(0);
              setOpen(true);
            }}
            onKeyDown={onKeyDown}
            onBlur={close}
          />
          {props.after}
        </div>
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          className="appear z-50 max-h-[min(20rem,var(--radix-popover-content-available-height))] w-(--radix-popover-trigger-width) min-w-60 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-high outline-none"
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => {
            if (box.current?.contains(event.target as Node)) event.preventDefault();
          }}
          // The pointer must not take the focus from the field.
          onPointerDown={(event) => event.preventDefault()}
          role="presentation"
        >
          <p role="status" className={choices?.length ? "sr-only" : "px-2 py-1.5 text-sm text-soft"}>
            {choices === null
              ? t("searching")
              : choices.length
                ? t("found", { count: choices.length })
                : props.noneText(query)}
          </p>
          <div id={listId} role="listbox" aria-label={props.searchLabel} aria-multiselectable={several || undefined}>
            {choices?.map((choice, index) => (
              <Row
                key={choice.value}
                id={`${listId}-${index}`}
                choice={choice}
                active={index === at}
                chosen={chosen.has(choice.value)}
                heading={choice.group !== choices[index - 1]?.group ? choice.group : undefined}
                onChoose={() => choose(choice)}
              />
            ))}
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Row({
  id,
  choice,
  active,
  chosen,
  heading,
  onChoose,
}: {
  id: string;
  choice: Choice;
  active: boolean;
  chosen: boolean;
  heading: string | undefined;
  onChoose: () => void;
}) {
  return (
    <>
      {heading ? (
        <div role="presentation" className="px-2 pt-2 pb-1 text-xs font-medium text-faint">
          {heading}
        </div>
      ) : null}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the field's */}
      <div
        id={id}
        role="option"
        tabIndex={-1}
        aria-selected={chosen}
        ref={active ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
        className={classes(
          "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1 hover:bg-hover",
          active && "bg-hover",
        )}
        onClick={onChoose}
      >
        <span className="min-w-0 flex-1 truncate">{choice.label}</span>
        {choice.detail ? <span className="figures shrink-0 text-sm text-faint">{choice.detail}</span> : null}
        <Check className={classes("size-4 shrink-0 text-accent-ink", !chosen && "invisible")} aria-hidden />
      </div>
    </>
  );
}

interface Wiring {
  id: string;
  "aria-invalid"?: true | undefined;
  "aria-describedby"?: string | undefined;
}

/** Chooses one thing of many, or none of them. */
export function Combobox({
  value,
  onChange,
  emptyLabel,
  ...rest
}: Wiring & {
  value: Choice | null;
  onChange: (choice: Choice | null) => void;
  useChoices: UseChoices;
  emptyLabel: string;
  searchLabel: string;
  noneText: (query: string) => string;
}) {
  const t = useTranslations("composer.combobox");
  return (
    <SearchBox
      {...rest}
      resting={value?.label ?? emptyLabel}
      chosen={new Set(value ? [value.value] : [])}
      onChoose={onChange}
      after={
        value ? (
          <IconButton label={t("clear")} size="small" className="-mr-1.5 h-6 w-6" onClick={() => onChange(null)}>
            <X aria-hidden />
          </IconButton>
        ) : null
      }
    />
  );
}

/** Chooses several things of many; each chosen one is a chip that can be taken away again. */
export function MultiCombobox({
  values,
  onChange,
  ...rest
}: Wiring & {
  values: readonly Choice[];
  onChange: (values: readonly Choice[]) => void;
  useChoices: UseChoices;
  searchLabel: string;
  noneText: (query: string) => string;
}) {
  const t = useTranslations("composer.combobox");
  const remove = (value: string) => onChange(values.filter((one) => one.value !== value));
  return (
    <SearchBox
      {...rest}
      several
      resting=""
      chosen={new Set(values.map((one) => one.value))}
      onChoose={(choice) =>
        values.some((one) => one.value === choice.value) ? remove(choice.value) : onChange([...values, choice])
      }
      onBackspace={() => {
        const last = values.at(-1);
        if (last) remove(last.value);
      }}
      before={values.map((one) => (
        <span
          key={one.value}
          className="flex h-6 max-w-full items-center gap-1 rounded-sm bg-accent-soft pl-1.5 text-sm text-accent-ink"
        >
          <span className="truncate">{one.label}</span>
          {one.detail ? <span className="figures shrink-0">· {one.detail}</span> : null}
          <button
            type="button"
            aria-label={t("remove", { name: one.label })}
            title={t("remove", { name: one.label })}
            className="grid size-6 shrink-0 place-items-center rounded-sm hover:bg-hover"
            onClick={() => remove(one.value)}
          >
            <X className="size-3.5" aria-hidden />
          </button>
        </span>
      ))}
    />
  );
}
