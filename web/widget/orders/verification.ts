// Whose an order is: its number and an address it was made with, then the code
// that was sent there. What is typed stays in the fields.

import type { Asked, Order, Pending } from "../contract";
import { h } from "../dom";
import { fill } from "../strings";
import { button, Card, countdown, hour, line, moment, problemOf, span, status } from "./card";
import type { Counter } from "./desk";
import { Field, input } from "./field";

/** How long a shopper waits before a code can be sent again, in milliseconds. */
const pause = 60_000;
const digits = 8;

/** What a shopper typed to have a code sent. */
interface Details {
  order: string;
  contact: string;
}

/** A code as it is written: in two groups. */
function grouped(code: string): string {
  return code.length > 4 ? code.slice(0, 4) + " " + code.slice(4) : code;
}

export class Verification {
  #card = new Card("verify");
  #details: Details | undefined;
  #busy = false;
  /** Ends the clocks of the step before. */
  #clocks: (() => void)[] = [];

  constructor(
    private readonly counter: Counter,
    /** What is asked again once the order is shown. */
    public question: string,
    pending: Pending["verify"],
    private readonly show: (order: Order | null) => Card | undefined,
  ) {
    const until = moment(pending?.until);
    if (pending?.id && until > Date.now()) this.#enterCode(pending.id, until, 0);
    else this.#enterDetails();
  }

  get element(): HTMLElement {
    return this.#card.element;
  }

  /** The first step. */
  #enterDetails(focus = false, reason = ""): void {
    const w = this.counter.words;
    this.#rest();
    this.#details = undefined;
    this.counter.keep({ verify: {} });
    const order = new Field(w.order, input({ name: "order", autocomplete: "off", required: true, value: focus ? "" : numberIn(this.question) }), w.orderHint);
    const contact = new Field(w.contact, input({ name: "contact", autocomplete: "email", inputMode: "email", required: true }));
    const said = status();
    const send = h("button", { type: "submit", className: "main" }, w.send);
    const form = h("form", { noValidate: true }, order.element, contact.element, send, said);
    form.onsubmit = (event) => {
      event.preventDefault();
      if (this.#busy || send.disabled) return;
      const typed = { order: order.value, contact: contact.value };
      const reachable = typed.contact.length <= 254 && /\S@\S/.test(typed.contact) || typed.contact.replace(/\D/g, "").length >= 6;
      contact.wrong(reachable ? "" : w.contactMissing);
      const numbered = typed.order.length <= 60 && /[a-z\d]/i.test(typed.order);
      order.wrong(numbered ? "" : w.orderMissing);
      if (!reachable || !numbered) return;
      void this.#work(send, said, w.sending, async () => {
        const asked = await this.#ask(typed);
        this.#details = typed;
        this.#enterCode(asked.verification_id, moment(asked.expires_at), Date.now() + pause, true);
      }, (status) => {
        if (status !== 400) return false;
        contact.wrong(w.details);
        return true;
      });
    };
    this.#card.set("lock", w.verify, this.#step(1), line(w.verifyWhy), form, line(w.verifyKept, "hint"), this.#ways());
    if (reason) said.textContent = reason;
    if (focus) order.control.focus();
    this.counter.follow();
  }

  /** The second step. */
  #enterCode(id: string, until: number, again: number, focus = false): void {
    const w = this.counter.words;
    const { language } = this.counter;
    this.#rest();
    this.counter.keep({ verify: { id, ...(until < Infinity && { until: new Date(until).toISOString() }) } });
    const code = new Field(w.code, input({ name: "code", autocomplete: "one-time-code", inputMode: "numeric", required: true, className: "code" }));
    const said = status();
    const confirm = h("button", { type: "submit", className: "main" }, w.confirm);
    const form = h("form", { noValidate: true }, code.element, confirm, said);
    group(code.control);
    form.onsubmit = (event) => {
      event.preventDefault();
      if (this.#busy || confirm.disabled) return;
      const typed = code.value.replace(/\D/g, "");
      if (typed.length !== digits) return code.wrong(w.codeMissing);
      void this.#work(confirm, said, w.confirming, async () => {
        const { order } = await this.counter.order<{ order: Order | null }>("confirm", { verification_id: id, code: typed });
        this.#done(order);
      }, (status) => {
        if (status !== 400 && status !== 403) return false;
        code.wrong(Date.now() < until ? w.codeWrong : expired);
        code.control.select();
        return true;
      });
    };
    const expired = this.#details ? w.codeExpired : w.codeExpiredStart;
    const note = line(w.codeSent + (until < Infinity ? " " + fill(w.codeUntil, { time: hour(until, language) }) : ""));
    if (until < Infinity) this.#clocks.push(countdown(until, this.element, (left) => left || code.wrong(expired, false)));
    const details = this.#details;
    const resend = details && button(w.resend, () => void this.#work(resend!, said, w.sending, async () => {
      const asked = await this.#ask(details);
      this.#enterCode(asked.verification_id, moment(asked.expires_at), Date.now() + pause, true);
      this.counter.announce(w.resent);
    }, () => false));
    this.#card.set("lock", w.verify, this.#step(2), note, form, this.#ways(resend, button(w.other, () => this.#enterDetails(true))));
    if (resend) {
      this.#clocks.push(countdown(again, this.element, (left) => {
        resend.disabled = left > 0;
        if (!resend.ariaBusy || resend.ariaBusy === "false") resend.textContent = left ? fill(w.resendIn, { wait: span(left, language) }) : w.resend;
      }));
    }
    if (focus) {
      code.control.focus();
      this.counter.announce(note.textContent!);
    }
    this.counter.follow();
    if (focus) code.control.scrollIntoView({ block: "nearest" });
  }

  /** The order takes the form's place, and the question is asked again. */
  #done(order: Order | null): void {
    const { counter } = this;
    const w = counter.words;
    this.#rest();
    this.#details = undefined;
    counter.keep({ verify: undefined });
    const card = this.show(order);
    if (card) this.element.replaceWith(card.element);
    else this.#card.set("done", w.proved, line(w.notShown), this.#ways());
    (card ?? this.#card).heading.focus();
    counter.announce(card ? w.verified : w.proved + ". " + w.notShown);
    if (this.question) counter.ask(this.question, true);
  }

  #ask(details: Details): Promise<Asked> {
    return this.counter.order<Asked>("verify", details);
  }

  /** Calls the API once at a time, shows that it does, and says what came of it. */
  async #work(pressed: HTMLButtonElement, said: HTMLElement, doing: string, call: () => Promise<void>, wrong: (status: number) => boolean): Promise<void> {
    if (this.#busy) return;
    const w = this.counter.words;
    const name = pressed.textContent!;
    this.#busy = true;
    said.textContent = "";
    pressed.ariaBusy = "true";
    pressed.textContent = doing;
    try {
      await call();
    } catch (error) {
      const problem = problemOf(error);
      if (problem?.status === 429) this.#wait(pressed, said, problem.wait ?? 60);
      else if (!problem) said.textContent = w.unsent;
      else if (!wrong(problem.status)) said.textContent = problem.status === 403 ? w.refused : w.broken;
    } finally {
      this.#busy = false;
      pressed.ariaBusy = "false";
      pressed.textContent = name;
      this.counter.follow();
    }
  }

  /** Too many tries: the button rests, and says for how long. */
  #wait(pressed: HTMLButtonElement, said: HTMLElement, seconds: number): void {
    const { language, words: w } = this.counter;
    this.counter.announce(fill(w.later, { wait: span(seconds, language) }));
    said.ariaLive = "off"; // every second would be said aloud
    this.#clocks.push(countdown(Date.now() + seconds * 1000, this.element, (left) => {
      pressed.disabled = left > 0;
      said.textContent = left ? fill(w.later, { wait: span(left, language) }) : "";
      if (!left) said.ariaLive = "polite";
    }));
  }

  #step(n: number): Node {
    return line(fill(this.counter.words.step, { n }), "step");
  }

  /** The ways on beside the main one; the last is a person. */
  #ways(...others: (Node | undefined)[]): Node {
    return h("div", { className: "quiet ways" }, ...others, button(this.counter.words.person, () => this.counter.person()));
  }

  #rest(): void {
    this.#clocks.splice(0).forEach((stop) => stop());
  }
}

/** The number of an order that a question names, such as #1042; none if it is not clear. */
function numberIn(question: string): string {
  const found = question.match(/#\s?[a-z]{0,4}-?\d{1,12}\b/gi) ?? question.match(/(?<![\w@.,+-])[a-z]{0,4}-?\d{3,8}(?![\w@-]|[.,]\d)/gi);
  return found?.length === 1 ? found[0].replace(/\s/g, "") : "";
}

/** Groups what is typed or pasted, and leaves the caret behind the same digit. */
function group(field: HTMLInputElement): void {
  field.addEventListener("input", () => {
    const before = field.value.slice(0, field.selectionStart ?? undefined).replace(/\D/g, "").length;
    const code = field.value.replace(/\D/g, "").slice(0, digits);
    field.value = grouped(code);
    const at = Math.min(before, code.length);
    field.setSelectionRange(at + +(at > 4), at + +(at > 4));
  });
}
