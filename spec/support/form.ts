import { createRequire } from "node:module";
import { Window } from "happy-dom";

/** One field of a form, as a person sees it. */
export interface Field {
  /** The setting that it fills. */
  readonly name: string;
  readonly label: string;
  /** `text`, `password`, `checkbox`, `textarea`, `select`, or `none` where there is nothing to type in. */
  readonly kind: string;
  readonly help: string;
  /** What a list offers. */
  readonly options: readonly string[];
  /** What stands in it; of a list, the words that are chosen. */
  readonly value: string;
}

export interface Form {
  readonly text: string;
  readonly fields: readonly Field[];
  /** What the form would hand in. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What it says against that. */
  readonly errors: readonly string[];
}

type Draw = (schema: object, formData?: object) => Form;

/**
 * Draws forms with rjsf in a page without a browser, in the two ways of the Multiwoven host that matter to a reader:
 * only plain inputs show the description, beneath their label, and a secret is masked. Ends with `close`, which gives
 * the process its globals back.
 */
export const openForms = (): { draw: Draw; close(): void } => {
  const window = new Window({ url: "http://localhost/" });
  const restore = setGlobals({ window, document: window.document, navigator: window.navigator });
  const nodeEnv = process.env.NODE_ENV;
  // React's build for production does not write to the console.
  process.env.NODE_ENV = "production";
  const need = createRequire(import.meta.url);
  const { createElement: h } = need("react");
  const { createRoot } = need("react-dom/client");
  const { flushSync } = need("react-dom");
  const { default: RjsfForm } = need("@rjsf/core");
  const { getInputProps } = need("@rjsf/utils");
  const { customizeValidator } = need("@rjsf/validator-ajv8");
  const validator = customizeValidator({ ajvOptionsOverrides: { logger: false } });

  const templates = {
    FieldTemplate: ({ id, label, children, errors }: Props) =>
      h("div", { "data-field": id }, id !== "root" && h("label", null, label), children, errors),
    BaseInputTemplate: ({ id, schema, type, options, value, onChange }: Props) => {
      const shown = getInputProps(schema, type, options);
      const masked = shown.type === "text" ? "text" : "password";
      const input = h("input", { id, ...shown, type: masked, value: value ?? "", onChange });
      return h("div", null, h("p", null, schema.description), input);
    },
  };
  const draw: Draw = (schema, formData) => {
    const page = window.document.createElement("div");
    window.document.body.replaceChildren(page);
    const uiSchema = masks(schema);
    const form: { current: Props } = { current: null };
    const root = createRoot(page);
    const props = {
      schema,
      uiSchema,
      formData,
      validator,
      templates,
      ref: form,
      liveValidate: true,
      showErrorList: false,
    };
    flushSync(() => root.render(h(RjsfForm, props)));
    const { state } = form.current;
    const result = {
      text: page.textContent ?? "",
      fields: Array.from(page.querySelectorAll("[data-field]"), fieldOf).filter(
        ({ name }) => name !== "root",
      ),
      data: state.formData,
      errors: state.errors.map(({ stack }: Props) => stack),
    };
    flushSync(() => root.unmount());
    return result;
  };
  process.env.NODE_ENV = nodeEnv;
  const close = (): void => {
    restore();
    void window.happyDOM.close();
  };
  return { draw, close };
};

// biome-ignore lint/suspicious/noExplicitAny: rjsf is loaded by require, without its types.
type Props = any;

const masks = (schema: Props): object =>
  Object.fromEntries(
    Object.entries<Props>(schema.properties)
      .filter(([, { multiwoven_secret }]) => multiwoven_secret)
      .map(([name]) => [name, { "ui:widget": "password" }]),
  );

const fieldOf = (field: Props): Field => {
  const textOf = (selector: string): string => field.querySelector(selector)?.textContent ?? "";
  const drawn: Props = field.querySelector("select, textarea, input");
  const isList = drawn?.tagName === "SELECT";
  const options: string[] = isList ? Array.from(drawn.options, (option: Props) => option.textContent) : [];
  const chosen = isList ? (options[drawn.selectedIndex] ?? "") : (drawn?.value ?? "");
  return {
    name: field.getAttribute("data-field")?.replace(/^root_/, "") ?? "",
    label: textOf("label, legend"),
    kind: isList ? "select" : (drawn?.type ?? "none"),
    help: textOf("p"),
    options: options.filter((words) => words !== ""),
    value: chosen,
  };
};

/** Sets globals of the process, and returns what sets them back. */
const setGlobals = (values: Readonly<Record<string, unknown>>): (() => void) => {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const,
  );
  for (const [name, value] of Object.entries(values))
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  return () => {
    for (const [name, descriptor] of before)
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
  };
};
