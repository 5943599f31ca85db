import { useBlocker } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { classes } from "./classes.ts";
import { Dialog } from "./dialog.tsx";
import { Notice } from "./notice.tsx";

/** A failure that may name a field, such as the API client's ApiError. */
interface FieldFailure {
  field?: string | undefined;
}

interface FormOptions<V extends object, R> {
  initial: V;
  /** Sends the values. What it throws becomes a message at the field it names, or above the form. */
  submit: (values: V) => Promise<R>;
  onSuccess?: (result: R, values: V) => void;
  /** Fields that must not be empty. */
  required?: readonly (keyof V & string)[];
  /** Fields that hold an e-mail address. */
  emails?: readonly (keyof V & string)[];
  /** Other checks that need no server, by field. */
  check?: (values: V) => Partial<Record<keyof V & string, string>>;
  /** Maps the server's field names to the form's, where they differ. */
  names?: Record<string, keyof V & string>;
  /** Explains a failure: `useExplain()` of lib/explain.ts. */
  explain: (error: unknown) => string;
}

export interface FieldBinding<T> {
  name: string;
  value: T;
  onChange: (value: T) => void;
  error: string | null;
}

export interface FormState<V extends object> {
  values: V;
  set: (changes: Partial<V>) => void;
  /** What a field component needs: `<TextField label={…} {...form.field("name")} />`. */
  field: <K extends keyof V & string>(name: K) => FieldBinding<V[K]>;
  errors: Partial<Record<keyof V & string, string>>;
  /** How often it was submitted with a wrong field. */
  refusals: number;
  /** The failure that belongs to no field. */
  error: string | null;
  busy: boolean;
  dirty: boolean;
  /** As `dirty`, but up to date even before the next render. */
  isDirty: () => boolean;
  submit: () => Promise<void>;
  /** Starts over from these values, as saved. */
  reset: (values: V) => void;
}

/** Whether it may be an e-mail address; the server decides. */
export function looksLikeEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(text.trim());
}

/** The form's field that a server's field name refers to, or null. */
export function formFieldOf(
  field: string | undefined,
  known: readonly string[],
  names: Record<string, string> = {},
): string | null {
  if (!field) return null;
  if (names[field]) return names[field];
  if (known.includes(field)) return field;
  const lastPart = field.split(".").at(-1) ?? "";
  if (names[lastPart]) return names[lastPart];
  return known.includes(lastPart) ? lastPart : null;
}

/** The state of a form. A failure never loses the typed values. */
export function useForm<V extends object, R>(options: FormOptions<V, R>): FormState<V> {
  const t = useTranslations("ui");
  type Errors = Partial<Record<keyof V & string, string>>;
  const [values, setValues] = useState(options.initial);
  const [saved, setSaved] = useState(options.initial);
  const [errors, setErrors] = useState<Errors>({});
  const [refusals, setRefusals] = useState(0);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const latest = useRef({ values, saved, busy });
  latest.current.values = values;

  const isDirty = () => JSON.stringify(latest.current.values) !== JSON.stringify(latest.current.saved);
  const keep = (next: V) => {
    latest.current.saved = next;
    setSaved(next);
  };

  const set = (changes: Partial<V>) => {
    const next = { ...latest.current.values, ...changes };
    latest.current.values = next;
    setValues(next);
    setErrors((before) => {
      const after = { ...before };
      for (const name of Object.keys(changes)) delete after[name as keyof Errors];
      return after;
    });
  };

  const refuse = (wrong: Errors) => {
    setErrors(wrong);
    setRefusals((before) => before + 1);
  };

  const submit = async () => {
    if (latest.current.busy) return;
    const sent = latest.current.values;
    const found: Errors = { ...options.check?.(sent) };
    for (const name of options.required ?? []) {
      const value = sent[name] as unknown;
      if (value === "" || value === null || (typeof value === "string" && value.trim() === "")) {
        found[name] ??= t("requiredField");
      }
    }
    for (const name of options.emails ?? []) {
      const value = sent[name] as unknown;
      if (typeof value === "string" && value.trim() !== "" && !looksLikeEmail(value)) found[name] ??= t("emailWrong");
    }
    setError(null);
    if (Object.keys(found).length > 0) {
      refuse(found);
      return;
    }
    setErrors({});
    latest.current.busy = true;
    setBusy(true);
    try {
      const result = await options.submit(sent);
      keep(sent);
      options.onSuccess?.(result, sent);
    } catch (failure) {
      const name = formFieldOf((failure as FieldFailure).field, Object.keys(sent), options.names);
      if (name) refuse({ [name]: options.explain(failure) } as Errors);
      else setError(options.explain(failure));
    } finally {
      latest.current.busy = false;
      setBusy(false);
    }
  };

  return {
    values,
    set,
    field: (name) => ({
      name,
      value: values[name],
      onChange: (value) => set({ [name]: value } as unknown as Partial<V>),
      error: errors[name] ?? null,
    }),
    errors,
    refusals,
    error,
    busy,
    dirty: JSON.stringify(values) !== JSON.stringify(saved),
    isDirty,
    submit,
    reset: (next) => {
      latest.current.values = next;
      keep(next);
      setValues(next);
      setErrors({});
      setError(null);
    },
  };
}

/** The form around its fields: failures above, buttons below, the first wrong field focused, unsaved changes guarded. */
export function FormShell<V extends object>({
  form,
  submitLabel,
  children,
  secondary,
  onCancel,
  guard = true,
  wide,
  submitDisabled,
  readOnly,
}: {
  form: FormState<V>;
  submitLabel: string;
  children: ReactNode;
  /** Buttons next to the submit button. */
  secondary?: ReactNode;
  /** Closes the dialog that the form is in: the buttons stand at the right then, as in dialogs that only ask. */
  onCancel?: () => void;
  /** Asks before leaving with unsaved changes. */
  guard?: boolean;
  /** Makes the button as wide as the form, as on a page with nothing else. */
  wide?: boolean;
  submitDisabled?: boolean;
  /** Shows the values to a person who may not change them. */
  readOnly?: boolean;
}) {
  const t = useTranslations("ui");
  const element = useRef<HTMLFormElement>(null);
  const { refusals } = form;
  useEffect(() => {
    // Once for each submission, and never while one of several wrong fields is being corrected.
    if (refusals > 0) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [refusals]);
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    void form.submit();
  };
  return (
    <form ref={element} noValidate onSubmit={onSubmit} className="flex flex-col gap-4">
      {form.error ? <Notice tone="bad">{form.error}</Notice> : null}
      <fieldset disabled={readOnly} className="contents">
        {children}
      </fieldset>
      {readOnly ? null : (
        <div className={classes("flex flex-wrap gap-2 pt-1", onCancel && "justify-end")}>
          {onCancel ? <Button onClick={onCancel}>{t("cancel")}</Button> : null}
          <Button
            type="submit"
            kind="primary"
            size={wide ? "large" : "medium"}
            className={wide ? "w-full" : undefined}
            busy={form.busy}
            disabled={submitDisabled}
          >
            {submitLabel}
          </Button>
          {secondary}
        </div>
      )}
      {guard ? <LeaveGuard isDirty={form.isDirty} /> : null}
    </form>
  );
}

/** Asks before a navigation, a reload or a closed tab loses the typed values. */
export function LeaveGuard({ isDirty }: { isDirty: () => boolean }) {
  const t = useTranslations("ui");
  const blocker = useBlocker({
    // A change of filters on the same page loses nothing.
    shouldBlockFn: ({ current, next }) => current.pathname !== next.pathname && isDirty(),
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  return (
    <Dialog
      open={blocker.status === "blocked"}
      onOpenChange={(open) => !open && blocker.reset?.()}
      title={t("unsavedTitle")}
      size="small"
      footer={
        <>
          <Button kind="danger" onClick={() => blocker.proceed?.()}>
            {t("leave")}
          </Button>
          <Button kind="primary" onClick={() => blocker.reset?.()}>
            {t("stay")}
          </Button>
        </>
      }
    >
      <p className="text-soft">{t("unsavedText")}</p>
    </Dialog>
  );
}
