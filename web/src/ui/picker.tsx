import { type UseComboboxState, type UseComboboxStateChangeOptions, useCombobox } from "downshift";
import { Check, ChevronsUpDown, LoaderCircle, X } from "lucide-react";
import { Popover } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { useTranslations } from "use-intl";
import { classes } from "./classes.ts";
import { Field } from "./field.tsx";

export interface PickerOption {
  value: string;
  label: string;
  /** Distinguishes options of the same name: a number, a count. */
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
  /** The matches of the text; undefined until the first result has arrived. */
  options: readonly PickerOption[] | undefined;
  /** Called with the trimmed text on every keystroke. */
  onSearch: (text: string) => void;
  /** A search is running, so `options` may belong to the previous text. */
  busy?: boolean;
}

interface MultiPickerProps<Option extends PickerOption> extends Omit<CommonProps, "options"> {
  options: readonly Option[] | undefined;
  value: readonly PickerOption[];
  /** `added` is the option that was chosen, if one was. */
  onChange: (value: PickerOption[], added?: Option) => void;
}

/** Chooses several options by typing. They are shown as chips in the field; Backspace removes the last one. */
export function MultiPicker<Option extends PickerOption>({ value, onChange, ...props }: MultiPickerProps<Option>) {
  const t = useTranslations("ui");
  const chosen = new Set(value.map((option) => option.value));
  const remove = (option: PickerOption) => onChange(value.filter((one) => one.value !== option.value));
  const toggle = (option: PickerOption) =>
    chosen.has(option.value) ? remove(option) : onChange([...value, option], option as Option);
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
            onClick={() => remove(option)}
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
  /** Offers a button that empties the field. */
  clearable?: boolean;
}

/** Chooses one option by typing. */
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

const { stateChangeTypes } = useCombobox;

type State = UseComboboxState<PickerOption>;

/** What a picker does differently from Downshift's combobox: choosing empties the text, and only choosing changes the value. */
function reduce(
  state: State,
  { type, changes }: UseComboboxStateChangeOptions<PickerOption>,
  { several, busy }: { several: boolean; busy: boolean },
): Partial<State> {
  switch (type) {
    case stateChangeTypes.InputKeyDownEnter:
      // The options may still be those of the previous text: a quick Enter must not choose from them.
      return busy || !changes.selectedItem ? state : afterChoice(state, changes, several);
    case stateChangeTypes.ItemClick:
      return afterChoice(state, changes, several);
    case stateChangeTypes.InputKeyDownEscape:
      return state.isOpen ? { ...changes, inputValue: "" } : state;
    case stateChangeTypes.InputBlur:
    case stateChangeTypes.FunctionCloseMenu:
      return { ...state, isOpen: false, highlightedIndex: -1, inputValue: "" };
    case stateChangeTypes.InputClick:
      return state.isOpen ? state : withHighlight(changes);
    case stateChangeTypes.MenuMouseLeave:
    case stateChangeTypes.ControlledPropUpdatedSelectedItem:
      return state;
    default:
      return withHighlight(changes);
  }
}

function afterChoice(state: State, changes: Partial<State>, several: boolean): Partial<State> {
  if (!several) return { ...changes, inputValue: "" };
  const highlightedIndex = state.inputValue === "" ? state.highlightedIndex : 0;
  return { ...changes, isOpen: true, inputValue: "", highlightedIndex };
}

/** An open list always has a highlighted option, also when its options arrive after it was opened. */
function withHighlight(changes: Partial<State>): Partial<State> {
  return changes.isOpen && changes.highlightedIndex === -1 ? { ...changes, highlightedIndex: 0 } : changes;
}

function PickerBox(props: BoxProps) {
  const { options, chosen, several = false, busy = false, onSearch, onPick } = props;
  const t = useTranslations("ui");
  const box = useRef<HTMLDivElement>(null);
  const { isOpen, inputValue, highlightedIndex, closeMenu, getInputProps, getMenuProps, getItemProps } =
    useCombobox<PickerOption>({
      items: (options as PickerOption[] | undefined) ?? [],
      itemToString: (option) => option?.label ?? "",
      // The value belongs to the caller, who is notified of each choice where it is made: Downshift notifies of its state after it was
      // drawn, and of nothing where another event has changed it by then.
      selectedItem: null,
      defaultHighlightedIndex: 0,
      stateReducer: (state, change) => reduce(state, change, { several, busy }),
      onInputValueChange: ({ inputValue: text }) => onSearch(text.trim()),
    });
  const menuProps = getMenuProps({ "aria-label": t("search") }, { suppressRefError: true });

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    // Keys of an input method are not commands.
    if (event.nativeEvent.isComposing) Object.assign(event.nativeEvent, { preventDownshiftDefault: true });
    else if (event.key === "Enter" && isOpen && !busy) {
      const highlighted = options?.[highlightedIndex];
      if (highlighted) onPick(highlighted);
    } else if (event.key === "Backspace" && inputValue === "" && props.onBackspace) {
      event.preventDefault();
      props.onBackspace();
    }
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
        <Popover.Root open={isOpen && !props.disabled} onOpenChange={(open) => !open && closeMenu()}>
          <Popover.Anchor asChild>
            <div
              ref={box}
              className={classes(
                "control flex min-h-8 flex-wrap items-center gap-1 py-0.5 pr-1 focus-within:border-accent focus-within:outline-2 focus-within:outline-accent-ink",
                props.chips !== undefined && "pl-1",
                props.error && "border-bad",
                props.disabled && "bg-sunken",
              )}
            >
              {props.chips}
              <input
                {...getInputProps({
                  ...wiring,
                  "aria-labelledby": undefined,
                  ...(options?.[highlightedIndex] ? {} : { "aria-activedescendant": undefined }),
                  disabled: props.disabled,
                  className: "h-6 min-w-24 flex-1 bg-transparent px-1.5 text-ink outline-none placeholder:text-faint",
                  placeholder: chosen.size === 0 ? (props.placeholder ?? t("typeToSearch")) : undefined,
                  onKeyDown,
                })}
                value={isOpen || several ? inputValue : (props.shown ?? "")}
              />
              {busy ? (
                <LoaderCircle className="late size-4 animate-spin text-faint" aria-hidden />
              ) : (
                (props.clear ?? null)
              )}
              <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden />
            </div>
          </Popover.Anchor>
          <Popover.Content
            // Not a dialog: screen readers announce the list inside.
            role="presentation"
            align="start"
            sideOffset={4}
            collisionPadding={8}
            onOpenAutoFocus={(event) => event.preventDefault()}
            onCloseAutoFocus={(event) => event.preventDefault()}
            onInteractOutside={(event) => {
              // Pressing the field itself does not close the list.
              if (box.current?.contains(event.target as Node)) event.preventDefault();
            }}
            className="appear z-60 w-(--radix-popover-trigger-width) min-w-56 rounded-lg border border-line bg-raised shadow-high outline-none"
          >
            <div
              {...menuProps}
              tabIndex={-1}
              aria-multiselectable={several || undefined}
              className="max-h-64 overflow-y-auto p-1 empty:hidden"
            >
              {options?.map((option, index) => (
                <div
                  key={option.value}
                  {...getItemProps({
                    item: option,
                    index,
                    "aria-selected": chosen.has(option.value),
                    onClick: () => onPick(option),
                    className: classes(
                      "flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 py-1",
                      index === highlightedIndex && "bg-hover",
                    ),
                  })}
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
              {options === undefined ? t("searching") : options.length === 0 ? t("noMatches") : null}
            </p>
          </Popover.Content>
        </Popover.Root>
      )}
    </Field>
  );
}
