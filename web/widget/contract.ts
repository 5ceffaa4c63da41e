// What the widget and the API say to each other, and what the loader hands to
// the rest of the widget.

/** The answer of POST /v1/sessions. */
export interface Session {
  session_token: string;
  expires_at: string;
  conversation_id: string;
  shop: { name: string; accent?: string; contact?: string };
  language: string;
  disclosure: string;
  notice?: string;
  suggestions?: string[];
  strings?: Record<string, string>;
}

/** A page of the shop that an answer rests on. */
export interface Source {
  n: number;
  title: string;
  url: string;
  /** Of the text that was read there. */
  hash?: string;
  crawled_at: string;
  stale?: boolean;
}

/** An RFC 9457 problem document, and when a limit ends. */
export interface Problem {
  title?: string;
  status: number;
  detail?: string;
  /** Seconds until a repeat may succeed. */
  wait?: number;
}

/** One line of GET /v1/chat. */
export interface Line {
  id: string;
  turn: number;
  author: "shopper" | "assistant" | "agent" | "system";
  text: string;
  sources?: Source[] | null;
  sent_at: string;
  state: "complete" | "interrupted";
  /** Offers a person. */
  handoff?: boolean;
}

/** The answer of GET /v1/chat. */
export interface Transcript {
  messages?: Line[] | null;
  /** The last answer asks to prove an order, or an earlier one did. */
  orders?: "asked" | "earlier";
}

/** The answer of GET /v1/orders/progress: what is under way in the conversation. */
export interface Progress {
  verification_id?: string;
  expires_at?: string;
  orders: Order[];
  /** Of actions, the latest last. */
  actions: string[];
}

/** The answer of POST /v1/orders/verify. */
export interface Asked {
  verification_id: string;
  expires_at: string;
}

/** An amount in the minor unit of its currency. */
export interface Money {
  minor: number;
  currency: string;
}

/** A parcel, or what a carrier has of one. */
export interface Shipment {
  status: string;
  carrier?: string;
  tracking_number?: string;
  tracking_url?: string;
  sent_at?: string;
  estimated_at?: string;
  delivered_at?: string;
}

/** What an action does. */
export type Kind = "cancel" | "return" | "refund" | "address";

/** An order as its shopper sees it: the event `order`, and what POST /v1/orders/confirm gives unless the shop is away. */
export interface Order {
  number: string;
  placed_at: string;
  status: string;
  payment: string;
  fulfillment: string;
  /** What was paid, before anything was given back. */
  paid?: Money;
  items?: { title: string; variant?: string; quantity: number; refunded?: number }[] | null;
  more_items?: boolean;
  shipments?: Shipment[] | null;
  returns?: { name: string; status: string; quantity: number }[] | null;
  refunds?: { created_at: string; amount: Money }[] | null;
  /** What the shop's rules may allow now. */
  actions?: Kind[] | null;
}

/** Something that may be done to an order: the event `action`, and /v1/orders/actions/{id}. */
export interface Action {
  id: string;
  kind: Kind;
  text: string;
  state: "proposed" | "declined" | "expired" | "running" | "done" | "approval" | "refused" | "checking" | "failed";
  receipt?: string;
  expires_at?: string;
}

/** Where an order goes. */
export interface Address {
  name: string;
  line1: string;
  line2?: string;
  city: string;
  province?: string;
  zip: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
}

/** What the widget keeps in localStorage, from the first click on. */
export interface Kept {
  token: string;
  /** Text size in percent. */
  size?: number;
}

/** What the widget keeps in sessionStorage, from the first click on. */
export interface Tab {
  open: boolean;
  /** The message whose answer had not arrived when the page went away. */
  sending?: { key: string; text: string };
  /** What was typed and not sent when the page went away. */
  draft?: string;
  /** What is under way with an order. */
  orders?: Pending;
}

/** What the orders need to go on after a reload: identifiers, and nothing of the shopper's. */
export interface Pending {
  /** A verification that was asked for; without an id, no code has been sent yet. */
  verify?: { id?: string; until?: string } | undefined;
  /** An action that is not over. */
  action?: string | undefined;
}

/** What the loader hands over when the shopper first opens the chat. */
export interface Opening {
  root: ShadowRoot;
  dialog: HTMLDialogElement;
  button: HTMLButtonElement;
  close(): void;
  /** The tokens of an accent, as a rule of a style sheet. */
  accents(hex: string | undefined): string;
  /** The API's origin. */
  api: string;
  language: string;
  session: Promise<Response>;
}

/** The interface of the part loaded at the first click. */
export interface UI {
  /** The focus stays where it is when a reload reopens the chat. */
  start(opening: Opening): { show(focus: boolean): void };
}

/** What the chat lends to the part that shows orders. */
export interface Host {
  readonly language: string;
  /** The API's origin. */
  readonly api: string;
  /** The session's own wording. */
  readonly own: Record<string, string>;
  announce(text: string): void;
  follow(): void;
  /** Calls /v1/orders/{path}: with a body POST, without GET. A refusal has its problem. */
  order<T>(path: string, body?: object): Promise<T>;
  /** Sends a message as the shopper, once nothing is being answered; one that stands in the log already is not repeated there. */
  ask(message: string, again?: boolean): void;
  /** Asks for a person. */
  person(): void;
  /** Remembers in this tab what is under way. */
  keep(pending: Pending): void;
}

/** The interface of the part loaded with the first order. */
export interface Orders {
  /** Shows in a place of the log what an answer to a question brought. */
  show(event: string, data: unknown, place: HTMLElement, question: string): void;
  /** Goes on with what a reload interrupted, or what another tab or an earlier visit began. */
  resume(pending: Pending, place: HTMLElement, question: string, began: Transcript["orders"]): void;
}

/** The key of both storages. */
export const storageKey = "omniops";

/** True where the chat covers the whole page. */
export const sheet = "(max-width:480px),(max-height:480px)";
