import { CircleAlert } from "lucide-react";
import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import { useTranslations } from "use-intl";
import { classes } from "./classes.ts";

interface FieldProps {
  label: ReactNode;
  /** Keeps the label for screen readers only, where the context shows it already. */
  labelHidden?: boolean;
  hint?: ReactNode;
  error?: string | null;
  optional?: boolean;
  /** Next to the label, like a counter. */
  aside?: ReactNode;
  className?: string;
}

interface Wiring {
  id: string;
  "aria-invalid": true | undefined;
  "aria-describedby": string | undefined;
}

/** Label, hint and error around a control, wired for screen readers. */
export function Field({
  label,
  labelHidden,
  hint,
  error,
  optional,
  aside,
  className,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const t = useTranslations("ui");
  const id = useId();
  const describedBy = [error ? `${id}-error` : null, hint ? `${id}-hint` : null].filter(Boolean).join(" ");
  return (
    <div className={classes("flex min-w-0 flex-col gap-1.5", className)}>
      <div className={classes("flex items-baseline justify-between gap-2", labelHidden && "sr-only")}>
        <label htmlFor={id} className="font-medium">
          {label}
          {optional ? <span className="font-normal text-faint"> {t("optional")}</span> : null}
        </label>
        {aside ? <span className="figures text-sm text-faint">{aside}</span> : null}
      </div>
      {children({ id, "aria-invalid": error ? true : undefined, "aria-describedby": describedBy || undefined })}
      {error ? (
        <p id={`${id}-error`} className="flex gap-1.5 text-sm text-bad-ink">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden />
          {error}
        </p>
      ) : null}
      {hint ? (
        <p id={`${id}-hint`} className="text-sm text-faint">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

export type InputProps = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value"> & {
  value: string;
  onChange: (value: string) => void;
  ref?: Ref<HTMLInputElement>;
};

/** A bare one-line input, for use inside Field or with an aria-label. */
export function Input({ className, onChange, ...rest }: InputProps) {
  return (
    <input
      className={classes("control h-8", className)}
      onChange={(event) => onChange(event.target.value)}
      autoComplete="off"
      {...rest}
    />
  );
}

type ControlProps<P> = FieldProps & Omit<P, "id" | "aria-invalid" | "aria-describedby" | "className">;

/** Separates the field's props from its control's. */
function split<P extends FieldProps>({ label, labelHidden, hint, error, optional, aside, className, ...control }: P) {
  return { field: { label, labelHidden, hint, error, optional, aside, className }, control };
}

/** A labelled one-line input. */
export function TextField(props: ControlProps<InputProps>) {
  const { field, control } = split(props);
  return <Field {...field}>{(wiring) => <Input {...(control as InputProps)} {...wiring} />}</Field>;
}

export type TextareaProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange" | "value"> & {
  value: string;
  onChange: (value: string) => void;
};

/** A labelled multi-line input that grows with its text. */
export function TextArea(props: ControlProps<TextareaProps>) {
  const { field, control } = split(props);
  const { onChange, ...rest } = control as TextareaProps;
  return (
    <Field {...field}>
      {(wiring) => (
        <textarea
          rows={3}
          className="control min-h-16 resize-y py-1.5 [field-sizing:content]"
          onChange={(event) => onChange(event.target.value)}
          {...rest}
          {...wiring}
        />
      )}
    </Field>
  );
}

export interface Option<V extends string = string> {
  value: V;
  label: string;
  disabled?: boolean;
}

export type SelectProps<V extends string = string> = Omit<
  SelectHTMLAttributes<HTMLSelectElement>,
  "onChange" | "value"
> & {
  value: V;
  onChange: (value: V) => void;
  options: readonly Option<V>[];
};

const chevron =
  "appearance-none bg-(image:--chevron) bg-[right_0.5rem_center] bg-no-repeat pr-8 [background-size:1rem]";

/** A bare select: the browser's own, which every device makes easy to operate. */
export function Select<V extends string>({ options, onChange, className, ...rest }: SelectProps<V>) {
  return (
    <select
      className={classes("control h-8", chevron, className)}
      onChange={(event) => onChange(event.target.value as V)}
      {...rest}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.disabled}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

/** A labelled select. */
export function SelectField<V extends string>(props: ControlProps<SelectProps<V>>) {
  const { field, control } = split(props);
  return <Field {...field}>{(wiring) => <Select {...(control as SelectProps<V>)} {...wiring} />}</Field>;
}
