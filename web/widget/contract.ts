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

/** The key of both storages. */
export const storageKey = "omniops";

/** True where the chat covers the whole page. */
export const sheet = "(max-width:480px),(max-height:480px)";
