// The tag for a shop's pages, served as /track.js: counts visits and sends them to the intake. It stands on
// pages of others, so it is small, changes nothing there and never throws. docs/guide/intake.md is its manual.

type Fields = Record<string, unknown>;
interface Visit {
  id: string;
  at: number; // of the last event, ms
  source: string;
  campaign?: string;
}

const IDLE_MS = 30 * 60_000; // a visit ends after so long without an event
const BATCH_MS = 1000;
const BATCH_EVENTS = 20; // so many do not wait
const BATCH_MOST = 50; // browsers send 64 KB in the background, and no more
const KEPT_EVENTS = 200; // while the intake is away
const RETRY_MS = 2000; // doubled up to a minute

(function () {
  const tag = document.currentScript as HTMLScriptElement;
  const option = tag.dataset;
  const to =
    (option.to || new URL(tag.src).origin) + '/v1/events' + (option.key ? '?key=' + encodeURIComponent(option.key) : '');
  const early: unknown[][] = (window as any).souk?.q || [];
  let queue: Fields[] = [];
  let box: Record<string, string> = {}; // for this page only, where the browser has no storage for us
  try {
    box = localStorage as any;
  } catch {}
  let timer = 0;
  let wait = RETRY_MS;
  let user: unknown;
  let seen = ''; // the address of the last automatic view
  let sending: Fields[] = [];

  const read = (name: string): any => JSON.parse(box['souk.' + name] || 'null');
  function write(name: string, value?: unknown) {
    try {
      if (value === undefined) delete box['souk.' + name];
      else box['souk.' + name] = JSON.stringify(value);
    } catch {} // no room
  }
  const free = option.consent === 'not-needed';
  const allowed = () => read('consent') === 1 || (free && read('consent') !== 0);
  let refused = free && !allowed();

  function id(): string {
    return crypto.randomUUID
      ? crypto.randomUUID()
      : '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (c) =>
          (+c ^ (crypto.getRandomValues(new Uint8Array(1))[0]! & (15 >> (+c / 4)))).toString(16),
        );
  }

  // Where the visit comes from: what the link says, else the page before.
  function source(asked: URLSearchParams): string {
    const host = document.referrer && new URL(document.referrer).hostname;
    const known = /google|bing|duckduckgo|facebook|instagram|tiktok|youtube|pinterest/.exec(host);
    return asked.get('utm_source') || (known ? known[0] : host && host !== location.hostname ? host : 'direct');
  }

  function visit(now: number): Visit {
    const asked = new URLSearchParams(location.search);
    let last: Visit | null = read('visit');
    if (!last || now - last.at > IDLE_MS || now < last.at - IDLE_MS) {
      last = { id: id(), at: now, source: source(asked), campaign: asked.get('utm_campaign') || undefined };
    }
    last.at = now;
    write('visit', last);
    return last;
  }

  function visitor(): string {
    const known = read('visitor') || id();
    write('visitor', known);
    return known;
  }

  // What only this page knows; who it was is added once it may be kept.
  function record(type: string, fields?: Fields) {
    if (refused) return;
    const agent = navigator.userAgent;
    queue.push({
      event_id: id(),
      event_time: new Date().toISOString(),
      event_type: type,
      page_url: location.pathname + location.search,
      referrer: document.referrer.split('?')[0] || undefined,
      device_type: /iPad|Tablet|Android(?!.*Mobile)/.test(agent) ? 'tablet' : /Mobi/.test(agent) ? 'mobile' : 'desktop',
      ...fields,
    });
    queue = queue.slice(-KEPT_EVENTS);
    if (allowed()) sign();
    later(queue.length < BATCH_EVENTS ? BATCH_MS : 0);
  }
  function sign() {
    for (const event of queue) {
      if (event.session_id) continue;
      const now = visit(Date.parse(event.event_time as string));
      event.session_id = now.id;
      event.traffic_source = now.source;
      event.campaign = now.campaign;
      if (user) event.user_id = user;
      else event.visitor_id = visitor();
    }
  }

  function later(ms: number) {
    if (!timer && !sending.length) timer = setTimeout(send, ms) as unknown as number;
  }
  function send() {
    timer = 0;
    if (sending.length || !queue.length || !allowed()) return;
    sign();
    write('queue', queue); // the next page sends it again if this one goes before the answer comes
    sending = queue.splice(0, BATCH_MOST);
    fetch(to, { method: 'POST', body: JSON.stringify(sending), keepalive: true, credentials: 'omit' })
      .then((answer) => answer.status < 500)
      .catch(() => false)
      .then((through) => {
        // Those that were taken already have the same id when they come again, and count once.
        if (!through) queue = sending.concat(queue).slice(-KEPT_EVENTS);
        if (sending.length) write('queue', queue.length ? queue : undefined);
        sending = [];
        wait = through ? RETRY_MS : Math.min(wait * 2, 60_000);
        if (queue.length) later(through ? 0 : wait);
      });
  }
  // The page goes: a beacon outlives it.
  function leave() {
    if (!queue.length || !allowed()) return;
    sign();
    if (wait > RETRY_MS || !navigator.sendBeacon?.(to, JSON.stringify(queue))) write('queue', sending.concat(queue));
    else queue = [];
  }

  function consent(given: unknown) {
    refused = !given;
    if (given) {
      write('consent', 1);
      later(0);
      return;
    }
    queue = sending = [];
    for (const name of ['visit', 'visitor', 'queue', 'consent']) write(name);
    if (free) write('consent', 0);
  }

  function view() {
    if (seen === location.href) return;
    seen = location.href;
    record('view');
  }

  function souk(word: unknown, value?: unknown) {
    try {
      if (word === 'consent') consent(value);
      else if (word === 'user') user = value;
      else record(String(word), value as Fields);
    } catch {
      // A shop's page must not fail for being counted.
    }
  }

  (window as any).souk = souk;
  if (allowed()) queue = read('queue') || [];
  for (const call of early) souk(call[0], call[1]);
  addEventListener('pagehide', leave);
  document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && leave());
  if (option.views !== 'by-hand') {
    view();
    // Pages that change their address without being loaded again.
    const push = history.pushState;
    history.pushState = function (this: History, ...args: Parameters<typeof push>) {
      push.apply(this, args);
      view();
    };
    addEventListener('popstate', view);
  }
  if (queue.length) later(BATCH_MS);
})();
