// Where an order is to go.

import type { Address } from "../contract";
import { h } from "../dom";
import { status, unique } from "./card";
import type { Counter } from "./desk";
import { fill } from "../strings";
import { Field, input } from "./field";

/** Regions that have a name, and no post of their own (CLDR's exceptional and private codes). */
const unreal = /^(A[C]|C[PQ]|DG|E[AUZ]|IC|QO|TA|UN|X[AB]|ZZ)$/;

/** Every country, named in a language and in its order. */
function countries(language: string): [code: string, name: string][] {
  const names = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  return letters
    .flatMap((a) => letters.map((b) => a + b))
    .flatMap((code): [string, string][] => {
      const name = names.of(code);
      // A former country's code leads to what it has become.
      return name && !unreal.test(code) && new Intl.Locale("und-" + code).region === code ? [[code, name]] : [];
    })
    .sort(([, a], [, b]) => a.localeCompare(b, language));
}

/** How many characters a part may have, as docs/openapi.yaml says. */
function limit(name: string): number {
  return name === "zip" ? 40 : 120;
}

export class AddressForm {
  readonly element: HTMLElement;
  #fields: { [K in keyof Required<Address>]: Field<HTMLInputElement | HTMLSelectElement> };
  #said = status();

  constructor(private readonly counter: Counter) {
    const { language, words: w } = counter;
    const field = (label: string, name: string, autocomplete: string, required: boolean): Field =>
      new Field(label, input({ name, autocomplete, required, autocapitalize: "words" } as object));
    const country = h("select", { name: "country", required: true, autocomplete: "shipping country" }, h("option", { value: "" }, w.choose), ...countries(language).map(([value, name]) => h("option", { value }, name)));
    this.#fields = {
      name: field(w.name, "name", "shipping name", true),
      line1: field(w.line1, "line1", "shipping address-line1", true),
      line2: field(w.line2, "line2", "shipping address-line2", false),
      zip: field(w.zip, "zip", "shipping postal-code", false),
      city: field(w.city, "city", "shipping address-level2", true),
      province: field(w.province, "province", "shipping address-level1", false),
      country: new Field<HTMLSelectElement>(w.country, country),
    };
    const legend = h("legend", { id: unique(), className: "sr" }, w.address);
    this.element = h("fieldset", {}, legend, ...Object.values(this.#fields).map((one) => one.element), this.#said);
  }

  /** The address, if it is complete; if not, the shopper is taken to what is missing. */
  read(): Address | undefined {
    this.#said.textContent = "";
    const fields = Object.entries(this.#fields);
    const missing = fields.filter(([, one]) => one.control.required && !one.value).map(([, one]) => one);
    missing.reverse().forEach((one) => one.wrong(this.counter.words.missing));
    // Never cut: what is left of a line is another address.
    const long = fields.filter(([name, one]) => [...one.value].length > limit(name));
    long.reverse().forEach(([name, one]) => one.wrong(fill(this.counter.words.tooLong, { n: limit(name) })));
    if (missing.length || long.length) return undefined;
    const filled = fields.filter(([name, one]) => one.value || name === "zip").map(([name, one]) => [name, one.value]);
    return Object.fromEntries(filled) as Address;
  }

  wrong(text: string): void {
    this.#said.textContent = text;
    this.#fields.line1.wrong("", true);
  }
}
