// Keeps the page as it is on the server, and follows its links without leaving it. Without this script the page works all the same.
"use strict";
(() => {
  const main = document.getElementById("main");
  const live = document.getElementById("live");
  const clean = "data-same";

  let waiting = false, again = false, source = null, pause = 1000, base = "", listening = "";
  const say = (text) => { if (live && live.textContent !== text) live.textContent = text; };

  // A form that a person is writing in stays as it is, though what it asks was answered: sending it then says so.
  const isBusy = (part) => {
    const at = document.activeElement;
    if (!part.contains(at)) return part.nodeType === Node.ELEMENT_NODE && [...part.querySelectorAll("textarea, input[type=text], input[type=search]")].some((field) => field.value !== field.defaultValue);
    return at.matches("input:not([type=range]), textarea, select");
  };

  // Makes an element what it is on the server now, and leaves all of it as it is that has not changed: what is open, focused, scrolled or
  // marked stays so, and only what is new is drawn. What is about something of its own has an id, and is never made into something else.
  const kept = new Set(["open", "hidden"]);
  const renew = (old, now) => {
    if (old.isEqualNode(now) || now.nodeType === Node.ELEMENT_NODE && now.hasAttribute(clean) || (old.nodeName === "FORM" && isBusy(old))) return;
    if (old.nodeType !== Node.ELEMENT_NODE) { old.replaceWith(now); return; }
    for (const { name } of [...old.attributes]) if (!kept.has(name) && !now.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of now.attributes) if (!kept.has(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
    if (old.type === "range" && document.activeElement !== old) old.value = now.getAttribute("value");
    const known = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
    const staying = new Set([...now.children].map((child) => child.id));
    for (const [id, child] of known) if (!staying.has(id) && !isBusy(child)) child.remove();
    let at = old.firstChild;
    const remove = () => { const next = at.nextSibling; if (!isBusy(at)) at.remove(); at = next; };
    for (const child of [...now.childNodes]) {
      // What is left of others, and space between what has ids, belongs to nothing.
      while (at && (at.id ? !staying.has(at.id) : child.id && at.nodeType !== Node.ELEMENT_NODE)) remove();
      const same = child.id ? known.get(child.id) : at && !at.id && at.nodeName === child.nodeName ? at : null;
      if (!same) { old.insertBefore(child, at); continue; }
      if (same === at) at = at.nextSibling; else old.insertBefore(same, at);
      renew(same, child);
    }
    while (at) remove();
  };

  // Times are written in the reader's zone, or as the time since then; the title has the exact time.
  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
  const since = (time) => {
    const seconds = Math.max(0, Math.round((Date.now() - time) / 1000));
    return seconds < 60 ? `${seconds} s ago` : seconds < 3600 ? `${Math.floor(seconds / 60)} min ago` : seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86400)} d ago`;
  };
  const localize = (of) => {
    for (const element of of.querySelectorAll("time")) {
      const time = new Date(element.dateTime);
      if (Number.isNaN(time.getTime())) continue;
      const isToday = day.format(time) === day.format(new Date());
      const text = element.dataset.relative !== undefined ? since(time) : isToday ? clock.format(time) : `${day.format(time)} ${clock.format(time)}`;
      if (element.textContent !== text) element.textContent = text;
      if (element.title !== exact.format(time)) element.title = exact.format(time);
    }
    for (const button of of.querySelectorAll(".copy[hidden]")) button.hidden = false;
  };

  // What a user types outlives a reload, a login and a restart of the server. It is kept until its form was answered.
  const draftsOf = (of) => [...of.querySelectorAll("form[method=post][id] :is(textarea, input[type=text])")].map((field) => [field, `draft ${location.pathname} ${field.form.id} ${field.name}`]);
  const restore = (of) => {
    for (const [field, key] of draftsOf(of)) {
      const draft = sessionStorage.getItem(key);
      if (draft && field.value === field.defaultValue) { field.value = draft; for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true; }
    }
  };
  const forget = () => {
    for (const key of Object.keys(sessionStorage).filter((one) => one.startsWith("sent "))) {
      const draft = key.slice(5);
      if (!location.search.includes("said=") && draft.split(" ")[1] === location.pathname) continue;
      sessionStorage.removeItem(key);
      sessionStorage.removeItem(draft);
    }
  };
  document.addEventListener("input", ({ target }) => { for (const [field, key] of draftsOf(document)) if (field === target) sessionStorage.setItem(key, field.value); });

  const follow = () => {
    if (location.hash.startsWith("#L")) return;
    for (const log of document.querySelectorAll("[data-follow]")) if (!log.dataset.away) log.scrollTop = log.scrollHeight;
  };

  // Shows an answer of the server. Returns false where it is not a page.
  const show = (text, address) => {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (!fresh.getElementById("main")) { location.assign(address); return; }
    localize(fresh);
    const focused = document.activeElement?.id;
    for (const id of ["main", "as-of", "pages", "icon"]) {
      const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
      if (old && now) renew(old, now);
    }
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    document.title = fresh.title;
    mark();
    follow();
  };

  let pages = 0;
  const refresh = async () => {
    if (waiting) { again = true; return; }
    waiting = true;
    const [begun, page] = [performance.now(), pages];
    try {
      // What has not changed since the last answer is not sent again.
      const answer = await fetch(location.href, { headers: { Accept: "text/html", "X-Base": base }, redirect: "manual" });
      if (answer.type === "opaqueredirect") { location.reload(); return; }
      // What is gone is told by the page that says so, never by what it was before.
      if (!answer.ok && answer.status !== 404 && answer.status !== 304) { say("The page could not be loaded: " + answer.status); return; }
      const text = await answer.text();
      if (page !== pages) return;
      if (answer.status !== 304) {
        base = answer.headers.get("X-Base") ?? "";
        show(text, location.href);
      }
      say(answer.status === 404 ? "gone" : "live");
    } catch {
      say("not connected; the page shows the last known state");
    } finally {
      // What is long to read and changes all the time is read a fifth of the time, so that others have the server and the browser, too.
      const took = performance.now() - begun;
      const wait = took < 100 ? 10 : Math.min(4 * took, 5000);
      setTimeout(() => { waiting = false; if (again) { again = false; refresh(); } }, wait);
    }
  };

  // Goes to another state of the screen without loading a page anew.
  let asked = null;
  const go = async (address, isNew) => {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "manual", signal: asked.signal });
      if (!answer.ok) { location.assign(address); return; }
      const text = await answer.text();
      pages++;
      base = answer.headers.get("X-Base") ?? "";
      history.replaceState({ scroll: scrollY }, "");
      if (isNew === "replace") history.replaceState({}, "", address); else if (isNew) history.pushState({}, "", address);
      show(text, address);
      listen();
    } catch (fault) {
      if (fault.name !== "AbortError") location.assign(address);
    }
  };

  // A browser has six connections to a server for all its tabs: those that nobody sees leave theirs to the others.
  const rest = () => { source?.close(); source = null; listening = ""; };
  const listen = () => {
    const address = main.dataset.events;
    if (source && listening === address && source.readyState !== EventSource.CLOSED) return;
    rest();
    if (document.hidden || !address) { if (!address) say(""); return; }
    source = new EventSource(address);
    listening = address;
    source.onopen = () => { pause = 1000; refresh(); };
    source.addEventListener("changed", refresh);
    source.onerror = () => {
      say("not connected; the page shows the last known state");
      // Most browsers try again by themselves; after a refusal they don't.
      if (source?.readyState === EventSource.CLOSED) { setTimeout(listen, pause); pause = 2000; refresh(); }
    };
  };

  // Rows are chosen by keys. The chosen one is remembered by its id, since the page may be another one by then.
  let chosen = "";
  const rows = () => [...document.querySelectorAll("[data-row]")];
  const mark = () => { for (const row of document.querySelectorAll(".selected")) if (row.id !== chosen) row.classList.remove("selected"); document.getElementById(chosen)?.classList.add("selected"); };
  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.id === chosen);
    const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))];
    chosen = next.id;
    mark();
    next.scrollIntoView({ block: "nearest" });
    next.querySelector("a")?.focus({ preventScroll: true });
  };
  const actions = {
    j: () => move(1),
    k: () => move(-1),
    o: () => (document.getElementById(chosen) ?? rows()[0])?.querySelector("[data-open]")?.click(),
    a: () => { const answer = document.querySelector("main button.main"); answer?.scrollIntoView({ block: "center" }); answer?.focus(); },
    "/": () => document.querySelector("[data-search]")?.focus(),
    "?": () => document.getElementById("keys")?.showModal(),
  };

  document.addEventListener("click", (click) => {
    const copy = click.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => say("copied"));
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(click.target)) menu.open = false;
    const link = click.target.closest("a[data-soft]");
    if (!link || click.button !== 0 || click.ctrlKey || click.metaKey || click.shiftKey || click.altKey) return;
    click.preventDefault();
    go(link.href, true);
  });
  document.addEventListener("keydown", (key) => {
    if (key.target.closest("input, textarea, select, dialog") || key.ctrlKey || key.metaKey || key.altKey) return;
    const menu = key.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); return; }
    const link = document.querySelector(`[data-key="${CSS.escape(key.key)}"]`);
    if (link) { key.preventDefault(); link.click(); return; }
    if (actions[key.key]) { key.preventDefault(); actions[key.key](); }
  });
  // The axis of a timeline is a slider: the whole screen is that moment.
  let sliding = 0;
  document.addEventListener("input", (input) => {
    const slider = input.target;
    if (slider.id !== "t" || slider.dataset.soft === undefined) return;
    clearTimeout(sliding);
    sliding = setTimeout(() => {
      const address = new URL(location.href);
      address.searchParams.delete("at");
      address.searchParams.set("t", slider.value);
      go(address.href, "replace");
    }, 60);
  });
  document.addEventListener("scroll", (scrolled) => {
    const log = scrolled.target;
    if (log.dataset?.follow === undefined) return;
    if (log.scrollTop + log.clientHeight < log.scrollHeight - 20) log.dataset.away = "1"; else delete log.dataset.away;
  }, true);
  addEventListener("popstate", (back) => go(location.href, false).then(() => back.state?.scroll !== undefined && scrollTo(0, back.state.scroll)));

  // A plan is checked while it is written; what comes of it stands beside it.
  const plan = document.getElementById("plan");
  let pausing = 0, checking = null;
  plan?.addEventListener("input", (input) => {
    if (input.target.type === "file") { input.target.files[0]?.text().then((text) => { plan.elements.plan.value = text; plan.elements.plan.dispatchEvent(new Event("input", { bubbles: true })); }); return; }
    clearTimeout(pausing);
    pausing = setTimeout(async () => {
      checking?.abort();
      checking = new AbortController();
      if (!plan.elements.plan.value.trim()) return;
      try {
        const fields = [...new FormData(plan)].filter(([, value]) => typeof value === "string");
        const body = new URLSearchParams([...fields, ["do", "check"]]);
        const answer = await fetch("/plan", { method: "POST", body, redirect: "manual", signal: checking.signal });
        if (answer.ok) renew(main, new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main"));
      } catch {
        // The next word asks again.
      }
    }, 800);
  });
  // A second click on a button that starts something would start it again.
  document.addEventListener("submit", (sent) => {
    if (sent.target.dataset.sent) { sent.preventDefault(); return; }
    for (const [field, key] of draftsOf(document)) if (field.form === sent.target) sessionStorage.setItem("sent " + key, "");
    if (sent.target.method === "post") { sent.target.dataset.sent = "1"; setTimeout(() => delete sent.target.dataset.sent, 5000); }
  });

  document.documentElement.classList.add("scripted");
  localize(document);
  forget();
  restore(document);
  follow();
  setInterval(() => localize(document), 10000);
  if (!main?.dataset.events && !main?.dataset.every) return;
  // A phone that slept has lost the connection, whatever it believes.
  const wake = () => { refresh(); if (main.dataset.events) listen(); };
  document.addEventListener("visibilitychange", () => { if (document.hidden) rest(); else wake(); });
  addEventListener("online", () => { rest(); wake(); });
  addEventListener("pageshow", (shown) => { if (shown.persisted) wake(); });
  if (main.dataset.every) setInterval(() => { if (!document.hidden) refresh(); }, main.dataset.every * 1000);
  else listen();
})();
