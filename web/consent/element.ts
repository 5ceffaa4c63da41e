// The banner and the preference centre: one custom element without dependencies.
// It asks with three buttons of equal weight, and keeps and sends nothing before
// one of them is pressed.

import { drop, dropAnalytics, keep, kept, signal, type Kept } from "./choice";
import tokens from "../tokens.css";
import css from "./element.css";
import { version, words, type Words } from "./strings";
import { Usage } from "./usage";

const script = document.currentScript as HTMLScriptElement | null;

type Purpose = "analytics" | "marketing";

interface Answer {
  token?: string;
  reference?: string;
  decided: boolean;
  choices: Record<string, boolean>;
  expire?: string[];
  receipts: { at: string }[];
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, text = "", ...children: Node[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

class OmniConsent extends HTMLElement {
  /** Gives the bearer token of a signed-in merchant, where the dashboard asks. */
  authorize: (() => string) | undefined;

  #root = this.attachShadow({ mode: "open" });
  #style = new CSSStyleSheet();
  #banner = make("section");
  #dialog = make("dialog");
  #status = make("p");
  #switches = new Map<Purpose, HTMLInputElement>();
  #usage: Usage | undefined;
  #words!: Words;
  #language = "en";

  connectedCallback(): void {
    const found = words(this.lang || document.documentElement.lang || navigator.language);
    this.#words = found.words;
    this.#language = found.language;
    this.#style.replaceSync(tokens + css);
    this.#root.adoptedStyleSheets = [this.#style];
    this.#status.role = "status";
    this.#usage = new Usage(this.#api);
    this.#drawBanner();
    this.#drawCentre();
    this.#root.replaceChildren(this.#banner, this.#dialog);
    this.#dialog.lang = this.#banner.lang = this.#language;

    const choice = kept();
    if (signal()) dropAnalytics();
    this.#banner.hidden = !!choice || !!signal();
    if (choice) this.#usage.start();
    if (choice && !choice.token && !choice.analytics) void this.#send({ analytics: false }, "banner").catch(() => 0);

    document.addEventListener("click", this.#opened);
    if (location.hash === "#cookie-choices") void this.open();
  }

  disconnectedCallback(): void {
    document.removeEventListener("click", this.#opened);
  }

  /** Whatever a page marks with data-cookie-choices opens the preference centre. */
  #opened = (event: Event): void => {
    if (!(event.target as Element | null)?.closest?.("[data-cookie-choices]")) return;
    event.preventDefault();
    void this.open();
  };

  /** Opens the preference centre. */
  async open(): Promise<void> {
    this.#show(kept()?.analytics ? { analytics: true } : {});
    if (!this.#dialog.open) this.#dialog.showModal();
    if (!kept()?.token && !this.authorize) return;
    try {
      this.#tell(await this.#ask());
    } catch {
      // What is shown is what this browser keeps.
    }
  }

  get #api(): string {
    return new URL(this.getAttribute("api") ?? script?.src ?? location.href).origin;
  }

  get #purposes(): Purpose[] {
    return this.hasAttribute("merchant") ? ["analytics", "marketing"] : ["analytics"];
  }

  #button(text: string, press: () => void): HTMLButtonElement {
    const button = make("button", text);
    button.type = "button";
    button.className = "answer";
    button.onclick = press;
    return button;
  }

  #policy(): HTMLAnchorElement {
    const link = make("a", this.#words.policy);
    link.href = this.getAttribute("policy") ?? `${this.#api}/privacy/cookies?lang=${this.#language}`;
    return link;
  }

  #drawBanner(): void {
    const w = this.#words;
    const heading = make("h2", w.title);
    heading.id = "title";
    this.#banner.id = "banner";
    this.#banner.setAttribute("aria-labelledby", "title");
    const answers = make(
      "div",
      "",
      this.#button(w.accept, () => void this.#choose(true, "banner")),
      this.#button(w.reject, () => void this.#choose(false, "banner")),
      this.#button(w.choose, () => void this.open()),
    );
    answers.className = "answers";
    this.#banner.replaceChildren(heading, make("p", w.text + " ", this.#policy()), this.#status, answers);
  }

  #drawCentre(): void {
    const w = this.#words;
    const heading = make("h2", w.centre);
    heading.id = "centre";
    this.#dialog.setAttribute("aria-labelledby", "centre");
    const close = this.#button(w.close, () => this.#dialog.close());
    close.className = "close";
    const essential = make("input");
    essential.checked = essential.disabled = true;
    const rows = [this.#row("essential", w.essential, w.essentialText, essential, w.always)];
    for (const purpose of this.#purposes) {
      const input = make("input");
      this.#switches.set(purpose, input);
      rows.push(this.#row(purpose, w[purpose], w[`${purpose}Text`], input));
    }
    const answers = make(
      "div",
      "",
      this.#button(w.accept, () => this.#all(true)),
      this.#button(w.reject, () => this.#all(false)),
      this.#button(w.save, () => void this.#save()),
    );
    answers.className = "answers";
    const facts = make("div");
    facts.id = "facts";
    this.#dialog.replaceChildren(make("header", "", heading, close), ...rows, facts, answers, make("p", "", this.#policy()));
  }

  #row(id: string, title: string, text: string, input: HTMLInputElement, note = ""): HTMLElement {
    input.type = "checkbox";
    input.id = id;
    input.setAttribute("role", "switch");
    input.setAttribute("aria-describedby", id + "-text");
    const label = make("label", title);
    label.htmlFor = id;
    const about = make("p", text);
    about.id = id + "-text";
    const side = make("span", "", input);
    if (note) side.append(make("small", note));
    const row = make("div", "", make("div", "", label, about), side);
    row.className = "row";
    return row;
  }

  #all(yes: boolean): void {
    for (const input of this.#switches.values()) input.checked = yes && !(signal() && input.id === "analytics");
    void this.#save();
  }

  #save(): Promise<void> {
    const choices = Object.fromEntries([...this.#switches].map(([p, input]) => [p, input.checked]));
    return this.#choose(choices["analytics"] ?? false, "preference-centre", choices);
  }

  /** Puts what holds into the switches. */
  #show(choices: Record<string, boolean>): void {
    for (const [purpose, input] of this.#switches) {
      input.checked = !!choices[purpose];
      if (purpose === "analytics") input.disabled = !!signal();
    }
    const facts: Node[] = [];
    const said = signal();
    if (said) {
      const note = make("p", this.#words.signal.replace("{signal}", this.#words[said]));
      note.id = "signal";
      facts.push(note);
    }
    this.#root.getElementById("facts")?.replaceChildren(...facts, this.#status);
  }

  #tell(answer: Answer): void {
    this.#show(answer.choices);
    const at = answer.receipts[0]?.at;
    const facts = this.#root.getElementById("facts")!;
    if (at) {
      const date = new Date(at).toLocaleDateString(this.#language, { weekday: "long", day: "numeric", month: "long", year: "numeric" });
      facts.prepend(make("p", this.#words.since.replace("{date}", date)));
    }
    if (answer.reference && !this.authorize) {
      facts.append(make("small", this.#words.reference.replace("{reference}", answer.reference)));
    }
  }

  /** Lets a choice take effect. A no does so at once, sent or not. */
  async #choose(analytics: boolean, method: string, choices: Record<string, boolean> = { analytics }): Promise<void> {
    const w = this.#words;
    const before = kept();
    if (!analytics) keep({ analytics: false, token: before?.token ?? "" });
    try {
      const answer = await this.#send(choices, method);
      this.#banner.hidden = true;
      if (this.#dialog.open) {
        this.#tell(answer);
        this.#status.textContent = w.saved;
      }
    } catch {
      if (!analytics) this.#banner.hidden = true;
      (this.#dialog.open ? this.#root.getElementById("facts")! : this.#banner).querySelector("p:last-of-type")?.before(this.#status);
      this.#status.textContent = analytics ? w.failed : w.rejected;
    }
  }

  async #send(choices: Record<string, boolean>, method: string): Promise<Answer> {
    const answer = await this.#ask({ choices: { essential: true, ...choices }, version, language: this.#language, method });
    const choice: Kept = { analytics: !!answer.choices["analytics"], token: answer.token ?? kept()?.token ?? "" };
    keep(choice);
    this.dispatchEvent(new CustomEvent("choice", { bubbles: true, composed: true, detail: answer.choices }));
    if (choice.analytics && !this.authorize) this.#usage?.start();
    return answer;
  }

  async #ask(body?: object): Promise<Answer> {
    const token = this.authorize?.() ?? kept()?.token;
    const url = this.#api + (this.authorize ? "/v1/merchant/consent" : "/v1/consent");
    const request = (token?: string): Promise<Response> =>
      fetch(url, {
        method: body ? "POST" : "GET",
        credentials: "same-origin",
        headers: { ...(body && { "Content-Type": "application/json" }), ...(token && { Authorization: "Bearer " + token }) },
        ...(body && { body: JSON.stringify(body) }),
      });
    let answer = await request(token);
    // A token that is too old, or of another site, makes a new visitor of its holder.
    if (answer.status === 401 && token && !this.authorize && body) answer = await request();
    if (!answer.ok) throw new Error(String(answer.status));
    const view = (await answer.json()) as Answer;
    drop(view.expire ?? []);
    return view;
  }
}

if (!customElements.get("omni-consent")) customElements.define("omni-consent", OmniConsent);

// Loaded by its own tag, the element adds itself to the page.
if (script) {
  const add = (): void => {
    if (document.querySelector("omni-consent")) return;
    const element = document.createElement("omni-consent");
    for (const name of ["lang", "policy", "scheme"]) {
      const value = script.dataset[name];
      if (value) element.setAttribute(name, value);
    }
    document.body.prepend(element); // first in the order of the keyboard
  };
  if (document.body) add();
  else document.addEventListener("DOMContentLoaded", add);
}
