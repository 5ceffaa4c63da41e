// What a browser keeps of a choice, and how it gets there. Nothing is written
// before somebody has chosen.

import { version } from "./strings";

/** The cookies; shared/consent lists them. */
const choiceCookie = "omniops_consent";
const visitCookie = "omniops_visit";
const analyticsCookies = [visitCookie];

/** Seconds. */
const life = 180 * 86400;
const visitLife = 30 * 60;

export interface Kept {
  analytics: boolean;
  /** The receipt's token; empty while the choice could not be sent. */
  token: string;
}

export type Signal = "" | "gpc" | "dnt";

/** What the browser says for its user: then nobody is asked. */
export function signal(): Signal {
  const n = navigator as Navigator & { globalPrivacyControl?: boolean };
  if (n.globalPrivacyControl) return "gpc";
  return n.doNotTrack === "1" ? "dnt" : "";
}

function cookie(name: string): string {
  const all = document.cookie.split("; ");
  return all.find((c) => c.startsWith(name + "="))?.slice(name.length + 1) ?? "";
}

function write(name: string, value: string, seconds: number): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${secure}`;
}

/** The choice that holds, if there is one in the wording of today. */
export function kept(): Kept | undefined {
  const match = /^([\d-]+)\.([01])\.(.*)$/.exec(cookie(choiceCookie));
  if (match?.[1] !== version) return undefined;
  return { analytics: match[2] === "1", token: match[3]! };
}

export function keep(choice: Kept): void {
  write(choiceCookie, `${version}.${choice.analytics ? 1 : 0}.${choice.token}`, life);
  if (!choice.analytics) drop(analyticsCookies);
}

/** Removes cookies at once. */
export function drop(names: string[]): void {
  for (const name of names) if (cookie(name)) write(name, "", 0);
}

/** Removes every analytics cookie, whatever a choice says. */
export function dropAnalytics(): void {
  drop(analyticsCookies);
}

/** The visit under way, which goes on for another half hour. Only with consent. */
export function visit(): string {
  let id = cookie(visitCookie);
  if (!/^[a-z0-9]{16,32}$/.test(id)) {
    id = [...crypto.getRandomValues(new Uint8Array(26))].map((n) => "0123456789abcdefghjkmnpqrstvwxyz"[n & 31]).join("");
  }
  write(visitCookie, id, visitLife);
  return id;
}
