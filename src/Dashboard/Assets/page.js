// Keeps the page as it is on the server. Without it the page works all the same: it is then as it was when it was loaded.
"use strict";
(() => {
  const main = document.getElementById("main");
  const live = document.getElementById("live");

  let waiting = false, again = false, source = null, pause = 1000;
  const say = (text) => { if (live && live.textContent !== text) live.textContent = text; };

  // A form that a person is writing in stays as it is, though what it asks was answered: sending it then says so.
  const isBusy = (part) => {
    const at = document.activeElement;
    if (!part.contains(at)) return part.nodeType === Node.ELEMENT_NODE && [...part.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
    return at.matches("input, textarea, select");
  };

  // Makes an element what it is on the server now, and leaves all of it as it is that has not changed: what is open, focused, scrolled or
  // marked stays so, and only what is new is drawn. What is about something of its own has an id, and is never made into something else.
  const renew = (old, now) => {
    if (old.isEqualNode(now) || (old.nodeName === "FORM" && isBusy(old))) return;
    if (old.nodeType !== Node.ELEMENT_NODE) { old.replaceWith(now); return; }
    for (const { name } of [...old.attributes]) if (name !== "open" && !now.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of now.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
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

  const refresh = async () => {
    if (waiting) { again = true; return; }
    waiting = true;
    const begun = performance.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") { location.reload(); return; }
      // What is gone is told by the page that says so, never by what it was before.
      if (!answer.ok && answer.status !== 404) { say("This page could not be read: " + answer.status); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const focused = document.activeElement?.id;
      for (const id of ["main", "as-of"]) renew(document.getElementById(id), fresh.getElementById(id));
      if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
      document.title = fresh.title;
      say(answer.ok ? "live" : "gone");
    } catch {
      say("not connected: as of the last change");
    } finally {
      // What is long to read and changes all the time is read a fifth of the time, so that others have the server and the browser, too.
      const took = performance.now() - begun;
      const wait = took < 100 ? 10 : Math.min(4 * took, 5000);
      setTimeout(() => { waiting = false; if (again) { again = false; refresh(); } }, wait);
    }
  };

  // A browser has six connections to a server for all its tabs: those that nobody sees leave theirs to the others.
  const rest = () => { source?.close(); source = null; };
  const listen = () => {
    rest();
    if (document.hidden) return;
    source = new EventSource(main.dataset.events);
    source.onopen = () => { pause = 1000; refresh(); };
    source.addEventListener("changed", refresh);
    source.onerror = () => {
      say("not connected: as of the last change");
      // Most browsers try again by themselves; after a refusal they don't.
      if (source?.readyState === EventSource.CLOSED) { setTimeout(listen, pause); pause = 2000; refresh(); }
    };
  };
  document.addEventListener("click", (click) => {
    const copy = click.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => say("copied"));
  });
  document.addEventListener("keydown", (key) => {
    if (key.target.closest("input, textarea, select") || key.ctrlKey || key.metaKey || key.altKey) return;
    const link = document.querySelector(`[data-key="${CSS.escape(key.key)}"]`);
    if (link) { key.preventDefault(); link.click(); }
  });
  // A plan is checked while it is written; what comes of it stands beside it.
  const plan = document.getElementById("plan");
  let pausing = 0, asked = null;
  plan?.addEventListener("input", () => {
    clearTimeout(pausing);
    pausing = setTimeout(async () => {
      asked?.abort();
      asked = new AbortController();
      if (!plan.elements.plan.value.trim()) return;
      try {
        const body = new URLSearchParams([...new FormData(plan), ["do", "check"]]);
        const answer = await fetch("/plan", { method: "POST", body, redirect: "manual", signal: asked.signal });
        if (answer.ok) renew(main, new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("main"));
      } catch {
        // The next word asks again.
      }
    }, 800);
  });
  if (!main?.dataset.events && !main?.dataset.every) return;
  // A phone that slept has lost the connection, whatever it believes.
  const wake = () => { refresh(); if (main.dataset.events) listen(); };
  document.addEventListener("visibilitychange", () => { if (document.hidden) rest(); else wake(); });
  addEventListener("online", wake);
  addEventListener("pageshow", (shown) => { if (shown.persisted) wake(); });
  if (main.dataset.every) setInterval(() => { if (!document.hidden) refresh(); }, main.dataset.every * 1000);
  else listen();
})();
