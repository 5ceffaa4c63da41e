// A labelled field with what is wrong with it beside it.

import { h } from "../dom";
import { line, unique } from "./card";

type Control = HTMLInputElement | HTMLSelectElement;

export class Field<C extends Control = HTMLInputElement> {
  readonly element: HTMLElement;
  #error = h("p", { id: unique(), className: "error", ariaLive: "polite", dir: "auto" });

  constructor(
    label: string,
    readonly control: C,
    hint = "",
  ) {
    control.id = unique();
    const help = hint && line(hint, "hint");
    if (help) help.id = unique();
    control.setAttribute("aria-describedby", [help && help.id, this.#error.id].filter(Boolean).join(" "));
    control.addEventListener("input", () => this.wrong(""));
    this.element = h("div", { className: "field" }, h("label", { htmlFor: control.id }, label), help, control, this.#error);
  }

  get value(): string {
    return this.control.value.trim();
  }

  /** Says what is wrong, and takes the shopper there; nothing if all is well. */
  wrong(text: string, focus = !!text): void {
    if (this.#error.textContent !== text) this.#error.textContent = text;
    this.control.ariaInvalid = text ? "true" : "false";
    if (focus) this.control.focus();
  }
}

/** A text field. */
export function input(props: Partial<HTMLInputElement>): HTMLInputElement {
  return h("input", { type: "text", spellcheck: false, autocapitalize: "none", ...props } as object);
}
