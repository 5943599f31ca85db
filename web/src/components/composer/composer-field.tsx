import {
  type ReactNode,
  type Ref,
  useCallback,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { classes } from "../../ui/classes.ts";
import { type OpenBraces, openBraces } from "./braces.ts";
import { deletionAt, repair, type Selection, snapSelection } from "./caret.ts";
import type { Chip, ChipRegistry, Range } from "./chips.ts";
import { difference, paint } from "./paint.ts";
import type { Token } from "./token.ts";

/** What the toolbar, menus and dialogs can do with the text. Everything is in the browser's undo history. */
export interface FieldHandle {
  focus(): void;
  /** Replaces the selection, or the given range, with stored text; the caret is placed after it. */
  insert(text: string, replacing?: Range): void;
  /** As `insert`, without moving the focus: for pickers that stay open. */
  insertQuietly(text: string): void;
  insertToken(token: Token, replacing?: Range): void;
  /** Changes the whole text in one undoable step that touches only what differs. */
  rewrite(text: string): void;
  remove(range: Range): void;
}

export interface FieldProps {
  ref?: Ref<FieldHandle>;
  registry: ChipRegistry;
  /** The text as it is stored. */
  value: string;
  onChange(text: string): void;
  onEditChip(chip: Chip): void;
  onBraces(braces: OpenBraces | null): void;
  /** Handles keys for an open menu before the field does; returns whether it handled one. */
  onMenuKey(key: string): boolean;
  id: string;
  describedBy: string;
  invalid: boolean;
  readOnly: boolean;
  placeholder: string;
  /** The open menu's active option, for screen readers. */
  menu: { id: string; activeId: string | undefined } | null;
  /** The menu, placed under the braces while they are open. */
  children?: ReactNode;
}

/**
 * A textarea whose tokens look and behave like chips. The textarea's own text is transparent; the layer under it paints
 * the same characters in the same places. Both share one style, so that they wrap alike.
 */
export function ComposerField(props: FieldProps) {
  const { registry, value, onChange, onEditChip, onBraces, onMenuKey, readOnly, menu } = props;
  const area = useRef<HTMLTextAreaElement>(null);
  const layer = useRef<HTMLDivElement>(null);
  const [initial] = useState(() => registry.show(value));
  const [shown, setShown] = useState(initial);
  const [marker, setMarker] = useState<number | null>(null);
  const [menuAt, setMenuAt] = useState<{ left: number; top: number } | null>(null);
  const markerElement = useRef<HTMLSpanElement>(null);
  /** The text after the last valid edit: what a repair compares with. */
  const lastValid = useRef(initial);
  const selection = useRef<Selection>({ start: 0, end: 0, direction: "none" });
  const composing = useRef(false);
  const pointing = useRef(false);
  const chips = registry.chips(shown);

  const replace = useCallback((start: number, end: number, text: string) => {
    const element = area.current;
    if (!element) return;
    element.focus();
    element.setSelectionRange(start, end);
    // Deprecated without a replacement: the only way to edit that keeps the browser's undo history.
    const done =
      text === "" ? start === end || document.execCommand("delete") : document.execCommand("insertText", false, text);
    if (done) return;
    element.setRangeText(text, start, end, "end");
    element.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
  }, []);

  const watchBraces = useCallback(
    (text: string) => {
      const element = area.current;
      const caret = element && element.selectionStart === element.selectionEnd ? element.selectionStart : -1;
      const braces = caret < 0 || readOnly ? null : openBraces(text, caret);
      setMarker(braces?.start ?? null);
      onBraces(braces);
    },
    [onBraces, readOnly],
  );

  function onInput(kind: string) {
    const element = area.current;
    if (!element) return;
    const now = element.value;
    setShown(now);
    if (composing.current) return;
    const history = kind === "historyUndo" || kind === "historyRedo";
    if (registry.broken(now)) {
      const before = lastValid.current;
      const fix = repair(registry.chips(before), before, now, element.selectionEnd);
      // After the event: browsers refuse a command during the event that another command caused.
      queueMicrotask(() => {
        // Half a chip is never an undo step of its own: undo continues to the step before it.
        if (history && document.execCommand(kind === "historyUndo" ? "undo" : "redo")) return;
        if (fix) replace(fix.start, fix.end, fix.text);
        else rewriteShown(registry.show(registry.store(now)));
      });
      return;
    }
    lastValid.current = now;
    selection.current = readSelection(element);
    onChange(registry.store(now));
    watchBraces(now);
    // A token that was typed completely, or dropped here, becomes a chip.
    if (!history) queueMicrotask(() => rewriteShown(registry.show(registry.store(element.value))));
  }

  function rewriteShown(wanted: string) {
    const change = area.current && difference(area.current.value, wanted);
    if (change) replace(change.start, change.end, change.text);
  }

  useImperativeHandle(props.ref, () => ({
    focus: () => area.current?.focus(),
    insert: (text, replacing = selection.current) => replace(replacing.start, replacing.end, registry.show(text)),
    insertQuietly: (text) => {
      const { activeElement } = document;
      replace(selection.current.start, selection.current.end, registry.show(text));
      if (activeElement instanceof HTMLElement) activeElement.focus({ preventScroll: true });
    },
    insertToken: (token, replacing = selection.current) =>
      replace(replacing.start, replacing.end, registry.showToken(token)),
    rewrite: (text) => rewriteShown(registry.show(text)),
    remove: (range) => replace(range.start, range.end, ""),
  }));

  // A value from outside (a loaded draft, a changed language) replaces the text.
  useLayoutEffect(() => {
    const element = area.current;
    if (!element || composing.current || registry.store(element.value) === value.replace(/\r\n?/g, "\n")) return;
    const wanted = registry.show(value);
    element.value = wanted;
    lastValid.current = wanted;
    setShown(wanted);
  }, [registry, value]);

  useLayoutEffect(() => {
    const element = markerElement.current;
    if (marker === null || !element || !layer.current) setMenuAt(null);
    else {
      const left = Math.max(0, Math.min(element.offsetLeft, layer.current.offsetWidth - menuWidth));
      setMenuAt({ left, top: element.offsetTop + element.offsetHeight + 4 });
    }
  }, [marker]);

  useEffect(() => {
    const element = area.current;
    if (!element) return;
    const snap = () => {
      if (document.activeElement !== element || composing.current || pointing.current) return;
      const now = readSelection(element);
      const snapped = snapSelection(registry.chips(element.value), now, selection.current);
      if (snapped.start !== now.start || snapped.end !== now.end) {
        element.setSelectionRange(snapped.start, snapped.end, snapped.direction);
      }
      selection.current = snapped;
      watchBraces(element.value);
    };
    const beforeInput = (event: InputEvent) => {
      // A key may come before the event that reports the caret's last move.
      snap();
      if (event.isComposing || !event.cancelable || element.selectionStart !== element.selectionEnd) return;
      const range = deletionAt(registry.chips(element.value), element.value, element.selectionStart, event.inputType);
      if (!range) return;
      event.preventDefault();
      queueMicrotask(() => replace(range.start, range.end, ""));
    };
    const pointerUp = () => {
      if (!pointing.current) return;
      pointing.current = false;
      snap();
    };
    element.addEventListener("keydown", snap);
    element.addEventListener("beforeinput", beforeInput);
    document.addEventListener("selectionchange", snap);
    window.addEventListener("pointerup", pointerUp);
    window.addEventListener("pointercancel", pointerUp);
    return () => {
      element.removeEventListener("keydown", snap);
      element.removeEventListener("beforeinput", beforeInput);
      document.removeEventListener("selectionchange", snap);
      window.removeEventListener("pointerup", pointerUp);
      window.removeEventListener("pointercancel", pointerUp);
    };
  }, [registry, replace, watchBraces]);

  const chipUnder = (x: number, y: number): Chip | undefined => {
    const painted = [...(layer.current?.querySelectorAll("[data-chip]") ?? [])];
    const index = painted.findIndex((one) =>
      [...one.getClientRects()].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom),
    );
    return chips[index];
  };

  const copy = (event: React.ClipboardEvent<HTMLTextAreaElement>, cut: boolean) => {
    const { selectionStart: start, selectionEnd: end, value: text } = event.currentTarget;
    if (start === end) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", registry.store(text.slice(start, end)));
    if (cut && !readOnly) replace(start, end, "");
  };

  return (
    <div
      className={classes(
        "relative grid rounded-b-md bg-surface focus-within:outline-2 focus-within:outline-accent-ink",
        props.invalid && "outline-1 outline-bad",
      )}
    >
      <div className={classes(same, "pointer-events-none text-ink select-none")} ref={layer} aria-hidden="true">
        {paint(shown, chips).map((stroke) =>
          stroke.kind === "chip" ? (
            <span
              key={stroke.start}
              data-chip
              className="rounded-sm bg-accent-soft box-decoration-clone py-0.5 text-accent-ink inset-ring inset-ring-accent/40"
            >
              <span className="text-transparent">{stroke.text[0]}</span>
              {stroke.chip.label}
              <span className="text-transparent">{stroke.text.at(-1)}</span>
            </span>
          ) : stroke.kind === "unusual" ? (
            <span
              key={stroke.start}
              className="underline decoration-warn decoration-wavy decoration-1 underline-offset-4"
            >
              {stroke.text}
            </span>
          ) : (
            <span key={stroke.start}>
              {marker !== null && marker >= stroke.start && marker < stroke.start + stroke.text.length ? (
                <>
                  {stroke.text.slice(0, marker - stroke.start)}
                  <span ref={markerElement} />
                  {stroke.text.slice(marker - stroke.start)}
                </>
              ) : (
                stroke.text
              )}
            </span>
          ),
        )}
        {/* A last empty line has no height of its own. */}
        {"\u200B"}
      </div>
      <textarea
        ref={area}
        id={props.id}
        className={classes(
          same,
          "resize-none overflow-hidden bg-transparent text-transparent caret-ink outline-none placeholder:text-faint",
        )}
        defaultValue={initial}
        placeholder={props.placeholder}
        aria-describedby={props.describedBy}
        aria-invalid={props.invalid || undefined}
        aria-autocomplete="list"
        aria-controls={menu?.id}
        aria-activedescendant={menu?.activeId}
        readOnly={readOnly}
        rows={1}
        onInput={(event) => onInput((event.nativeEvent as InputEvent).inputType)}
        onCompositionStart={() => {
          composing.current = true;
        }}
        onCompositionEnd={() => {
          composing.current = false;
          onInput("insertCompositionText");
        }}
        onKeyDown={(event) => {
          if (menu && !event.nativeEvent.isComposing && onMenuKey(event.key)) event.preventDefault();
        }}
        onBlur={() => {
          setMarker(null);
          onBraces(null);
        }}
        onCopy={(event) => copy(event, false)}
        onCut={(event) => copy(event, true)}
        onPaste={(event) => {
          if (readOnly) return;
          event.preventDefault();
          const { selectionStart: start, selectionEnd: end } = event.currentTarget;
          const text = registry.show(event.clipboardData.getData("text/plain"));
          if (text !== "") replace(start, end, text);
        }}
        onDragStart={(event) => {
          const { selectionStart: start, selectionEnd: end, value: text } = event.currentTarget;
          event.dataTransfer.setData("text/plain", registry.store(text.slice(start, end)));
        }}
        onPointerDown={() => {
          pointing.current = true;
        }}
        onPointerMove={(event) => {
          event.currentTarget.style.cursor = chipUnder(event.clientX, event.clientY) ? "pointer" : "";
        }}
        onClick={(event) => {
          const { selectionStart: start, selectionEnd: end } = event.currentTarget;
          const chip = start === end && event.detail === 1 ? chipUnder(event.clientX, event.clientY) : undefined;
          if (chip && !readOnly) onEditChip(chip);
        }}
      />
      {menu && menuAt ? (
        <div className="absolute z-30 w-64 max-w-full" style={menuAt}>
          {props.children}
        </div>
      ) : null}
    </div>
  );
}

/** The style that makes both boxes wrap the same characters at the same places. 16 px, or phones zoom in on focus. */
const same =
  "col-start-1 row-start-1 min-h-36 w-full min-w-0 px-3 py-2.5 text-lg leading-7 whitespace-pre-wrap [overflow-wrap:anywhere] [word-break:normal]";

const menuWidth = 256;

function readSelection(element: HTMLTextAreaElement): Selection {
  return { start: element.selectionStart, end: element.selectionEnd, direction: element.selectionDirection ?? "none" };
}
