// What may be done to an order: the shopper decides, once; the shop's rules and
// its system do it, and the card tells how it went.

import type { Action } from "../contract";
import { h } from "../dom";
import { fill } from "../strings";
import { AddressForm } from "./address";
import { button, Card, countdown, hour, line, moment, problemOf, span, status, type icons } from "./card";
import type { Counter } from "./desk";
import type { Strings } from "./strings";

/** How often a running action is looked at: first, at most, in milliseconds. */
const soon = 1500;
const seldom = 15_000;
/** When a running action takes longer than usual, in milliseconds. */
const long = 45_000;

type State = Action["state"];

/** How a state is told: its mark, title and, without a receipt, its words. */
const told: Record<Exclude<State, "proposed">, [keyof typeof icons, keyof Strings, (keyof Strings)?]> = {
  running: ["wait", "working"],
  done: ["done", "done"],
  declined: ["none", "declined", "declinedNote"],
  expired: ["none", "expiredTitle", "expiredNote"],
  approval: ["wait", "approval", "approvalNote"],
  refused: ["none", "refusedTitle", "refusedNote"],
  checking: ["wait", "checking", "checkingNote"],
  failed: ["wrong", "failed", "failedNote"],
};

/** Whether a state leads on to another. */
function opens(state: State | undefined): boolean {
  return state === "proposed" || state === "running" || state === "approval" || state === "checking";
}

export class ActionCard extends Card {
  #state: State | undefined;
  #busy = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #next = soon;
  #since = 0;
  #stop: () => void = () => {};
  #address: AddressForm | undefined;
  #said = status();
  #buttons: HTMLButtonElement[] = [];

  constructor(
    private action: Action,
    private readonly counter: Counter,
  ) {
    super("decision");
    this.#tell(action);
    // Another tab, or the shop, may have decided meanwhile.
    const seen = (): void => {
      if (!this.element.isConnected) document.removeEventListener("visibilitychange", seen);
      else if (!document.hidden) this.#look();
    };
    document.addEventListener("visibilitychange", seen);
  }

  /** Shows a state; one that is shown already stays as it is. */
  #tell(action: Action, focus = false): void {
    const w = this.counter.words;
    const { state } = action;
    this.action = action;
    if (state === this.#state) return;
    this.#state = state;
    this.#stop();
    this.element.classList.toggle("running", state === "running");
    const open = opens(state);
    this.counter.keep({ action: open ? action.id : undefined });
    if (state === "proposed") return this.#propose(action);
    const [mark, title, note] = told[state] ?? told.failed;
    const person = !told[state] || state === "failed" || state === "refused";
    const words = action.receipt?.trim() || (note && w[note]);
    if (state === "running") this.#said.textContent = "";
    this.set(mark, w[title], line(action.text, "was"), words && line(words), state === "running" && this.#said, person && this.#ways());
    this.element.classList.toggle("good", state === "done");
    this.counter.announce([w[title], words].filter(Boolean).join(". "));
    if (focus) this.heading.focus();
    if (state === "running") {
      this.#since = Date.now();
      this.#next = soon;
      this.#later();
    }
    this.counter.follow();
  }

  #propose(action: Action): void {
    const w = this.counter.words;
    const until = moment(action.expires_at);
    const title = { cancel: w.actionCancel, return: w.actionReturn, refund: w.actionRefund, address: w.actionAddress }[action.kind];
    this.#address = action.kind === "address" ? new AddressForm(this.counter) : undefined;
    // Neither of the two is made to look like the one to press.
    this.#buttons = [button(w.yes, () => void this.#decide("confirm"), "choice"), button(w.no, () => void this.#decide("decline"), "choice")];
    this.set(
      "ask",
      title ?? action.text,
      line(action.text),
      this.#address?.element,
      h("div", { className: "choices" }, ...this.#buttons),
      this.#said,
      until < Infinity && line(fill(w.offerUntil, { time: hour(until, this.counter.language, { weekday: "short", day: "numeric", month: "short" }) }), "hint"),
      this.#ways(),
    );
    if (until < Infinity) this.#stop = countdown(until, this.element, (left) => left || this.#busy || this.#tell({ ...action, state: "expired" }));
  }

  /** Sends one decision, whatever is pressed, and in however many tabs. */
  async #decide(decision: "confirm" | "decline"): Promise<void> {
    if (this.#busy) return;
    const address = decision === "confirm" ? this.#address?.read() : undefined;
    if (decision === "confirm" && this.#address && !address) return;
    this.#hold(true);
    const path = this.#path();
    try {
      const action = await alone("omniops." + this.action.id, async () => {
        const now = await this.counter.order<Action>(path);
        if (now.state !== "proposed") return now;
        return this.counter.order<Action>(path, { decision, ...(address && { address }) });
      });
      this.#hold(false);
      this.#tell(action, true);
    } catch (error) {
      this.#hold(false);
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const { language, words: w } = this.counter;
    const problem = problemOf(error);
    const status = problem?.status ?? 0;
    if (status === 404) this.#tell({ ...this.action, state: "expired" }, true);
    else if (status === 429) {
      const wait = problem?.wait ?? 30;
      this.counter.announce(fill(w.later, { wait: span(wait, language) }));
      this.#said.ariaLive = "off";
      countdown(Date.now() + wait * 1000, this.element, (left) => {
        this.#buttons.forEach((one) => (one.disabled = left > 0));
        this.#said.textContent = left ? fill(w.later, { wait: span(left, language) }) : "";
        if (!left) this.#said.ariaLive = "polite";
      });
    } else if (status === 400 && this.#address) this.#address.wrong(problem?.detail ?? w.badAddress);
    else if (status === 403 || status === 409) this.#said.textContent = problem?.detail ?? w.refused;
    else this.#said.textContent = problem ? w.broken : w.unsent;
    this.counter.follow();
  }

  #hold(busy: boolean): void {
    this.#busy = busy;
    this.#said.textContent = busy ? this.counter.words.sending : "";
    // Disabled, they would lose the focus.
    this.#buttons.forEach((one) => (one.ariaDisabled = String(busy)));
  }

  /** Looks again in a while, longer each time, unless nobody is looking. */
  #later(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#poll(), this.#next);
    this.#next = Math.min(this.#next * 1.4, seldom);
  }

  async #poll(): Promise<void> {
    // Resumes when the page is seen again.
    if (document.hidden || !this.element.isConnected || this.#busy) return;
    const w = this.counter.words;
    try {
      this.#tell(await this.counter.order<Action>(this.#path()), false);
      if (this.#state === "running") this.#said.textContent = Date.now() - this.#since > long ? w.workingLong : "";
    } catch (error) {
      const status = problemOf(error)?.status;
      if (status === 404 || status === 403) return this.#tell({ ...this.action, state: "failed" });
      if (this.#state === "running") this.#said.textContent = w.reconnecting;
    }
    if (this.#state === "running") this.#later();
  }

  /** Asks once how things stand. */
  #look(): void {
    if (!opens(this.#state) || this.#busy) return;
    this.#next = soon;
    clearTimeout(this.#timer);
    void this.#poll();
  }

  #path(): string {
    return "actions/" + encodeURIComponent(this.action.id);
  }

  #ways(): Node {
    return h("div", { className: "quiet ways" }, button(this.counter.words.person, () => this.counter.person()));
  }
}

/** Does something while no other tab does it. */
async function alone<T>(name: string, act: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return act(); // pages without TLS have none
  return (await navigator.locks.request(name, act)) as T;
}
