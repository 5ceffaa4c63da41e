// An order as its shopper sees it.

import type { Kind, Order, Shipment } from "../contract";
import { h, link } from "../dom";
import { fill, locale } from "../strings";
import { button, Card, day, line, unique } from "./card";
import type { Counter } from "./desk";
import type { Strings } from "./strings";

/** How far an order or a parcel is: these four are drawn. */
const stages = ["ordered", "packed", "onWay", "delivered"] as const;

/** What a parcel's state means: how far it is, and in which words. */
const parcels: Record<string, [stage: number, word: keyof Strings]> = {
  submitted: [1, "packing"],
  confirmed: [1, "packed"],
  label_purchased: [1, "packed"],
  label_printed: [1, "packed"],
  ready_for_pickup: [2, "ready"],
  carrier_picked_up: [2, "onWay"],
  in_transit: [2, "onWay"],
  fulfilled: [2, "sent"],
  marked_as_fulfilled: [2, "sent"],
  out_for_delivery: [2, "outForDelivery"],
  attempted_delivery: [2, "attempted"],
  delayed: [2, "delayed"],
  failure: [2, "undelivered"],
  not_delivered: [2, "undelivered"],
  delivered: [3, "delivered"],
  picked_up: [3, "collected"],
};

/** States of a whole order that say more than its parcels, without a drawing. */
const wholes: Record<string, keyof Strings> = { restocked: "restocked", not_required: "nothing" };
const waits: Record<string, keyof Strings> = { on_hold: "onHold", scheduled: "scheduled" };

/** What a shopper sends to have something done. */
const wishes: Record<Kind, [keyof Strings, keyof Strings]> = {
  cancel: ["canCancel", "askCancel"],
  return: ["canReturn", "askReturn"],
  refund: ["canRefund", "askRefund"],
  address: ["canAddress", "askAddress"],
};

/** How many items show at first. */
const few = 4;

/** A parcel's stage and words; one in an unknown state is judged by its dates. */
function parcel(s: Shipment, language: string): [number, keyof Strings] {
  if (day(s.delivered_at, language)) return [3, s.status === "picked_up" ? "collected" : "delivered"];
  return parcels[s.status] ?? (day(s.sent_at, language) ? [2, "onWay"] : [1, "packed"]);
}

/** An order's stage, none where nothing is on its way, and its words. */
function progress(order: Order, shipments: readonly Shipment[], language: string): [number | undefined, keyof Strings] {
  const { fulfillment } = order;
  if (order.status === "cancelled") return [undefined, "cancelled"];
  const whole = wholes[fulfillment];
  if (whole) return [undefined, whole];
  const waiting = waits[fulfillment];
  if (waiting && !shipments.length) return [0, waiting];
  const states = shipments.map((s) => parcel(s, language));
  if (fulfillment === "partially_fulfilled") return states.some(([stage]) => stage > 1) || !states.length ? [2, "partly"] : [1, "packing"];
  if (states.length === 1) return states[0]!;
  if (states.length) {
    const least = Math.min(...states.map(([stage]) => stage));
    if (least < 2 && states.some(([stage]) => stage > 1)) return [2, "partly"];
    return [least, least < 2 ? "packing" : stages[least]!];
  }
  if (fulfillment === "fulfilled") return [2, "sent"];
  return fulfillment === "in_progress" ? [1, "packing"] : [0, waiting ?? "received"];
}

export class OrderCard extends Card {
  constructor(order: Order, counter: Counter) {
    super("order");
    const { language, words: w } = counter;
    const shipments = (order.shipments ?? []).filter((s) => !/cancel|void/.test(s.status));
    const [stage, word] = progress(order, shipments, language);
    const placed = day(order.placed_at, language);
    const paid = w[order.payment as keyof Strings];
    this.set(
      "order",
      fill(w.title, { number: order.number }),
      line(w[word], "headline " + (stage === 3 ? "good" : "")),
      stage !== undefined && this.#steps(stage, order, shipments, counter),
      placed && stage === undefined && line(fill(w.placed, { date: placed }), "hint"),
      this.#part(w.items, this.#items(order, w)),
      shipments.length > 0 && this.#part(w.parcels, h("ul", { className: "rows" }, ...shipments.map((s) => this.#parcel(s, counter, shipments.length > 1)))),
      order.payment in payments && paid && this.#part(w.payment, line([paid, order.paid?.minor && money(order.paid, language)].filter(Boolean).join(" · ")), "row"),
      this.#list(w.returns, order.returns, (r) => [
        r.name,
        w[("return_" + r.status) as keyof Strings],
        fill(new Intl.PluralRules(language).select(r.quantity) === "one" ? w.one : w.many, { n: r.quantity }),
      ]),
      this.#list(w.refunds, order.refunds, (r) => {
        const date = day(r.created_at, language);
        const amount = money(r.amount, language);
        return [date ? fill(w.refundOn, { amount, date }) : amount];
      }),
      this.#can(order, counter),
    );
  }

  /** The drawn line; what is not reached yet is told, too. */
  #steps(reached: number, order: Order, shipments: readonly Shipment[], { language, words: w }: Counter): Node {
    const only = shipments.length === 1 ? shipments[0] : undefined;
    const due = day(only?.estimated_at, language, true);
    const dates = [
      day(order.placed_at, language, true),
      "",
      day(only?.sent_at, language, true),
      reached < 3 ? due && fill(w.due, { date: due }) : day(only?.delivered_at, language, true),
    ];
    return h(
      "ol",
      { className: "steps", ariaLabel: w.progress },
      ...stages.map((name, n) => {
        const item = h(
          "li",
          { className: n <= reached ? "reached" : "" },
          h("b", {}, w[name]),
          n > reached && h("span", { className: "sr" }, ` (${w.notYet})`),
          dates[n] && h("small", {}, dates[n]),
        );
        if (n === reached) item.setAttribute("aria-current", "step");
        return item;
      }),
    );
  }

  #items(order: Order, w: Strings): Node {
    const all = order.items ?? [];
    const rows = all.map((item) =>
      h("li", {}, h("span", { className: "count" }, item.quantity + " ×"), h("span", { dir: "auto" }, item.title, !!item.variant && h("small", {}, item.variant), !!item.refunded && h("small", {}, item.refunded < item.quantity ? fill(w.someRefunded, { n: item.refunded }) : w.refunded))),
    );
    if (order.more_items) rows.push(h("li", {}, w.moreItems));
    const list = h("ul", { className: "rows items" }, ...(rows.length > few + 1 ? rows.slice(0, few) : rows));
    if (rows.length > few + 1) {
      const more = button(fill(w.allItems, { n: all.length }), () => {
        more.remove();
        list.append(...rows.slice(few));
        rows[few]!.tabIndex = -1;
        rows[few]!.focus();
      });
      return h("div", {}, list, more);
    }
    return list;
  }

  /** One parcel; its state is told where there are several. */
  #parcel(s: Shipment, { language, words: w }: Counter, several: boolean): Node {
    const due = day(s.estimated_at, language);
    const arrived = day(s.delivered_at, language);
    const date = arrived || (due && fill(w.expected, { date: due }));
    const carrier = [s.carrier, s.tracking_number && fill(w.trackingNumber, { number: s.tracking_number })].filter(Boolean).join(" · ");
    const page = link(s.tracking_url ?? "", w.track, h("span", { className: "sr" }, ` (${w.newTab})`));
    if (page) page.className = "track";
    return h("li", {}, several && h("b", {}, w[parcel(s, language)[1]]), several && date && h("small", {}, date), !!carrier && h("p", { dir: "auto" }, carrier), page?.protocol === "https:" && page);
  }

  #list<T>(title: string, list: readonly T[] | null | undefined, say: (one: T) => (string | undefined)[]): Node | undefined {
    return list?.length ? this.#part(title, h("ul", { className: "rows" }, ...list.map((one) => h("li", { dir: "auto" }, say(one).filter(Boolean).join(" · "))))) : undefined;
  }

  /** What the shop's rules may allow, as a message that the shopper sends. */
  #can(order: Order, counter: Counter): Node | undefined {
    const w = counter.words;
    const known = (order.actions ?? []).flatMap((kind) => (wishes[kind] ? [wishes[kind]] : []));
    if (!known.length) return undefined;
    return this.#part(w.can, h("div", { className: "ways" }, ...known.map(([name, message]) => button(w[name], () => counter.ask(w[message])))));
  }

  #part(title: string, content: Node, className = ""): Node {
    const heading = h("h4", { id: unique() }, title);
    const part = h("div", { className: "part " + className, role: "group" }, heading, content);
    part.setAttribute("aria-labelledby", heading.id);
    return part;
  }
}

/** The states of payment that are told. */
const payments = { pending: 1, authorized: 1, paid: 1, partially_paid: 1, partially_refunded: 1, refunded: 1, voided: 1, expired: 1 };

/** An amount in the reader's own format. */
function money({ minor, currency }: { minor: number; currency: string }, language: string): string {
  try {
    const format = new Intl.NumberFormat(locale(language), { style: "currency", currency });
    return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
  } catch {
    return minor / 100 + " " + currency; // a currency that nobody knows
  }
}
