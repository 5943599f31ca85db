import { Check, ChevronsUpDown, LoaderCircle, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { classes } from "./classes.ts";
import { Field } from "./field.tsx";

export interface PickerOption {
  value: string;
  label: string;
  /** Tells it from its namesakes: a number, a count. */
  aside?: string;
}

interface CommonProps {
  label: ReactNode;
  labelHidden?: boolean;
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
  placeholder?: string;
  disabled?: boolean;
  /** What can be chosen now; undefined while the first answer is on its way. */
  options: readonly PickerOption[] | undefined;
  /** Called as one types, when the options come from elsewhere; without it the given options are filtered here. */
  onSearch?: (text: string) => void;
  /** More is on its way; what is shown may be of the text before. */
  busy?: boolean;
}

interface MultiPickerProps extends CommonProps {
  value: readonly PickerOption[];
  onChange: (value: PickerOption[]) => void;
}

/** Several of many, chosen by typing. What is chosen stands as chips in the field; Backspace takes the last one away. */
export function MultiPicker({ value, onChange, ...props }: MultiPickerProps) {
  const t = useTranslations("ui");
  const chosen = new Set(value.map((option) => option.value));
  const toggle = (option: PickerOption) =>
    onChange(chosen.has(option.value) ? value.filter((one) => one.value !== option.value) : [...value, option]);
  return (
    <PickerBox
      {...props}
      chosen={chosen}
      onPick={toggle}
      several
      onBackspace={() => onChange(value.slice(0, -1))}
      chips={value.map((option) => (
        <span
          key={option.value}
          className="flex h-6 max-w-full min-w-0 items-center rounded-sm bg-accent-soft pl-1.5 text-sm text-accent-ink"
        >
          <span className="truncate">{option.label}</span>
          <button
            type="button"
            aria-label={t("remove", { name: option.label })}
            disabled={props.disabled}
            className="grid size-6 shrink-0 place-items-center rounded-sm hover:bg-selected"
            onClick={() => toggle(option)}
          >
            <X className="size-3.5" aria-hidden />
          </button>
        </span>
      ))}
    />
  );
}

interface PickerProps extends CommonProps {
  value: PickerOption | null;
  onChange: (value: PickerOption | null) => void;
  /** Lets one empty it again. */
  clearable?: boolean;
}

/** One of many, chosen by typing. */
export function Picker({ value, onChange, clearable, ...props }: PickerProps) {
  const t = useTranslations("ui");
  return (
    <PickerBox
      {...props}
      chosen={new Set(value ? [value.value] : [])}
      onPick={(option) => onChange(option)}
      shown={value?.label}
      onBackspace={clearable ? () => onChange(null) : undefined}
      clear={
        clearable && value ? (
          <button
            type="button"
            aria-label={t("clear")}
            disabled={props.disabled}
            className="grid size-6 shrink-0 place-items-center rounded-sm text-faint hover:bg-hover hover:text-ink"
            onClick={() => onChange(null)}
          >
            <X className="size-4" aria-hidden />
          </button>
        ) : null
      }
    />
  );
}

interface BoxProps extends CommonProps {
  chosen: ReadonlySet<string>;
  onPick: (option: PickerOption) => void;
  onBackspace?: (() => void) | undefined;
  several?: boolean;
  chips?: ReactNode;
  shown?: string | undefined;
  clear?: ReactNode;
}

function PickerBox(props: BoxProps) {
  const { options, chosen, several, onSearch } = props;
  const t = useTranslations("ui");
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const [active, setActive] = useState(0);

  const wanted = text.trim().toLocaleLowerCase();
  const fitting = onSearch
    ? options
    : options?.filter((option) => `${option.label} ${option.aside ?? ""}`.toLocaleLowerCase().includes(wanted));
  const shown = fitting?.slice(0, 200);

  const type = (next: string) => {
    setText(next);
    setActive(0);
    setOpen(true);
    onSearch?.(next.trim());
  };
  const close = () => {
    setOpen(false);
    if (text) type("");
    setOpen(false);
  };
  const pick = (option: PickerOption | undefined) => {
    if (!option) return;
    props.onPick(option);
    if (several) {
      if (text) type("");
      input.current?.focus();
    } else close();
  };
  const move = (to: number) => {
    setOpen(true);
    const last = (shown?.length ?? 0) - 1;
    const next = Math.max(0, Math.min(last, to));
    setActive(next);
    requestAnimationFrame(() => document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" }));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") move(open ? active + 1 : active);
    else if (event.key === "ArrowUp") move(active - 1);
    else if (event.key === "Enter" && open) {
      // What is shown may still be of the text before: a quick Enter must not choose from that.
      if (!props.busy) pick(shown?.[active]);
    } else if (event.key === "Escape" && open) {
      // Only the list closes, not the dialog around it.
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && text === "" && props.onBackspace) {
      props.onBackspace();
      return;
    } else return;
    event.preventDefault();
  };

  return (
    <Field
      label={props.label}
      labelHidden={props.labelHidden}
      hint={props.hint}
      error={props.error}
      optional={props.optional}
    >
      {(wiring) => (
        <Popover.Root open={open && !props.disabled} onOpenChange={(next) => (next ? setOpen(true) : close())}>
          <Popover.Anchor asChild>
            <div
              className={classes(
                "control flex min-h-8 flex-wrap items-center gap-1 py-0.5 pr-1 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent-ink",
                props.chips !== undefined && "pl-1",
                props.error && "border-bad",
                props.disabled && "bg-sunken",
              )}
            >
              {props.chips}
              <input
                ref={input}
                {...wiring}
                role="combobox"
                aria-expanded={open}
                aria-controls={open ? listId : undefined}
                aria-autocomplete="list"
                aria-activedescendant={open && shown?.[active] ? `${listId}-${active}` : undefined}
                autoComplete="off"
                disabled={props.disabled}
                className="h-6 min-w-24 flex-1 bg-transparent px-1.5 text-ink outline-none placeholder:text-faint"
                placeholder={chosen.size === 0 ? (props.placeholder ?? t("typeToSearch")) : undefined}
                value={open || several ? text : (props.shown ?? "")}
                onChange={(event) => type(event.target.value)}
                onClick={() => setOpen(true)}
                onKeyDown={onKeyDown}
                onBlur={(event) => {
                  if (!event.relatedTarget?.closest(`[id="${listId}"]`)) close();
                }}
              />
              {props.busy ? (
                <LoaderCircle className="late size-4 animate-spin text-faint" aria-hidden />
              ) : (
                (props.clear ?? null)
              )}
              <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden />
            </div>
          </Popover.Anchor>
          <Popover.Portal>
            <Popover.Content
              align="start"
              sideOffset={4}
              collisionPadding={8}
              onOpenAutoFocus={(event) => event.preventDefault()}
              onCloseAutoFocus={(event) => event.preventDefault()}
              onInteractOutside={(event) => {
                // A press on the field itself is no press outside.
                if (input.current?.parentElement?.contains(event.target as Node)) event.preventDefault();
              }}
              className="appear z-60 w-(--radix-popover-trigger-width) min-w-56 rounded-lg border border-line bg-raised shadow-high outline-none"
            >
              <div
                id={listId}
                role="listbox"
                tabIndex={-1}
                aria-multiselectable={several || undefined}
                aria-label={t("search")}
                className="max-h-64 overflow-y-auto p-1 empty:hidden"
              >
                {shown?.map((option, index) => (
                  // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are the input's, which keeps the focus
                  <div
                    key={option.value}
                    id={`${listId}-${index}`}
                    role="option"
                    tabIndex={-1}
                    aria-selected={chosen.has(option.value)}
                    onMouseMove={() => setActive(index)}
                    onMouseDown={(event) => event.preventDefault()}
                    onClick={() => pick(option)}
                    className={classes(
                      "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1",
                      index === active && "bg-hover",
                    )}
                  >
                    <Check
                      className={classes("size-4 shrink-0 text-accent-ink", !chosen.has(option.value) && "invisible")}
                      aria-hidden
                    />
                    <span className="min-w-0 flex-1 truncate">{option.label}</span>
                    {option.aside ? <span className="figures shrink-0 text-sm text-faint">{option.aside}</span> : null}
                  </div>
                ))}
              </div>
              <p role="status" className="px-3 py-2 text-sm text-faint empty:hidden">
                {shown === undefined ? t("searching") : shown.length === 0 ? t("noMatches") : null}
              </p>
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
    </Field>
  );
}
