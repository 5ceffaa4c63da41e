// Orders in the conversation, loaded with the first of them: the form that
// verifies whose an order is, the order, and what may be done to it.

import type { Action, Host, Order, Orders, Pending, Progress, Transcript } from "../contract";
import { ActionCard } from "./action";
import css from "./orders.css";
import { OrderCard } from "./order";
import { RightsCard, type Offer } from "./rights";
import { words, type Strings } from "./strings";
import { Verification } from "./verification";

/** Opens the part in a chat. */
export function open(host: Host, root: ShadowRoot): Orders {
  const style = new CSSStyleSheet();
  style.replaceSync(css);
  root.adoptedStyleSheets.push(style);
  return new Desk(host);
}

/** What the cards need from the part around them. */
export interface Counter extends Host {
  readonly words: Strings;
}

class Desk implements Orders {
  #verification: Verification | undefined;
  #actions = new Map<string, ActionCard>();
  /** The order that a verification has just shown. */
  #shown = "";
  #pending: Pending = {};

  constructor(private readonly host: Host) {}

  show(event: string, data: unknown, place: HTMLElement, question: string): void {
    if (event === "verify") {
      this.#verify(place, question);
      this.#lead(place);
    } else if (event === "order") this.#order(data as Order, place);
    else if (event === "action") {
      this.#act(data as Action, place);
      this.#lead(place);
    } else if (event === "privacy") place.append(new RightsCard(data as Offer, question, this.#counter()).element);
    this.host.follow();
  }

  resume(pending: Pending, place: HTMLElement, question: string, began: Transcript["orders"]): void {
    this.#pending = { ...pending };
    if (began) return void this.#return(pending, place, question, began);
    if (pending.verify) this.#verify(place, question, pending.verify);
    const { action } = pending;
    if (action) void this.#recall(action, place);
    this.host.follow();
  }

  /** Lays out what is under way in the conversation, wherever it was begun. */
  async #return(pending: Pending, place: HTMLElement, question: string, began: string): Promise<void> {
    try {
      const now = await this.host.order<Progress>("progress");
      if (now.verification_id) this.#verify(place, question, { id: now.verification_id, ...(now.expires_at && { until: now.expires_at }) });
      else if (began === "asked" && !now.orders.length) this.#verify(place, question);
      now.orders.forEach((order) => this.#order(order, place));
      for (const id of now.actions) await this.#recall(id, place);
    } catch {
      this.resume(pending, place, question, undefined); // at least what this tab knows
    }
    this.host.follow();
  }

  /** Takes the shopper to the head of a card that asks something of them, unless they are writing. */
  #lead(place: HTMLElement): void {
    const at = (place.getRootNode() as ShadowRoot).activeElement as HTMLTextAreaElement | null;
    if (!at?.value) place.querySelector<HTMLElement>("h3")?.focus();
  }

  /** What a card is lent; its words are those of the language by now. */
  #counter(): Counter {
    const { host } = this;
    return {
      words: words(host.language, host.own),
      language: host.language,
      api: host.api,
      own: host.own,
      announce: (text) => host.announce(text),
      follow: () => host.follow(),
      order: (path, body) => host.order(path, body),
      ask: (message, again) => host.ask(message, again),
      person: () => host.person(),
      keep: (pending) => this.#keep(pending),
    };
  }

  #keep(pending: Pending): void {
    Object.assign(this.#pending, pending);
    this.host.keep(this.#pending);
  }

  /** There is one form at a time; a second wish for it moves it down. */
  #verify(place: HTMLElement, question: string, pending?: Pending["verify"]): void {
    const old = this.#verification;
    if (old?.element.isConnected) {
      old.question = question;
      place.append(old.element);
      return;
    }
    const form = new Verification(this.#counter(), question, pending, (order) => {
      this.#shown = JSON.stringify(order);
      this.#verification = undefined;
      return order ? new OrderCard(order, this.#counter()) : undefined;
    });
    this.#verification = form;
    place.append(form.element);
  }

  #order(order: Order, place: HTMLElement): void {
    const seen = JSON.stringify(order) === this.#shown;
    this.#shown = "";
    if (!seen) place.append(new OrderCard(order, this.#counter()).element);
  }

  #act(action: Action, place: HTMLElement): void {
    const old = this.#actions.get(action.id);
    if (old?.element.isConnected) {
      place.append(old.element);
      return;
    }
    const card = new ActionCard(action, {
      ...this.#counter(),
      // An action that is over is not forgotten in place of a later one.
      keep: ({ action: id }) => {
        if (id ?? this.#pending.action === action.id) this.#keep({ action: id });
      },
    });
    this.#actions.set(action.id, card);
    place.append(card.element);
  }

  async #recall(id: string, place: HTMLElement): Promise<void> {
    try {
      const action = await this.host.order<Action>("actions/" + encodeURIComponent(id));
      this.#act(action, place);
    } catch {
      this.#keep({ action: undefined });
    }
    this.host.follow();
  }
}
