// Keeps the page as it is on the server. Without it the page works all the same: it is then as it was when it was loaded.
"use strict";
(() => {
  const main = document.querySelector("main[data-events]");
  const live = document.getElementById("live");
  if (!main) return;

  let waiting = false, again = false, source = null, pause = 1000;
  const say = (text) => { if (live && live.textContent !== text) live.textContent = text; };

  // A part that a person is writing in stays as it is.
  const isBusy = (part) => {
    const at = document.activeElement;
    if (!part.contains(at)) return [...part.querySelectorAll("textarea, input[type=text]")].some((field) => field.value !== field.defaultValue);
    return at.matches("input, textarea, select");
  };

  const refresh = async () => {
    if (waiting) { again = true; return; }
    waiting = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "manual" });
      if (answer.type === "opaqueredirect") { location.reload(); return; }
      if (!answer.ok) { say("This page could not be read: " + answer.status); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-live]")) {
        const now = fresh.getElementById(part.id);
        if (!now || now.outerHTML === part.outerHTML || isBusy(part)) continue;
        const open = new Set([...part.querySelectorAll("details[open]")].map((one) => one.id));
        const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
        const graph = part.querySelector(".graph"), left = graph ? graph.scrollLeft : 0, top = graph ? graph.scrollTop : 0;
        now.querySelectorAll("details").forEach((one) => { if (open.has(one.id)) one.open = true; });
        part.replaceWith(now);
        const drawn = now.querySelector(".graph");
        if (drawn) { drawn.scrollLeft = left; drawn.scrollTop = top; }
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      }
      document.title = fresh.title;
      say("live");
    } catch {
      say("not connected: as of the last change");
    } finally {
      waiting = false;
      if (again) { again = false; setTimeout(refresh, 10); }
    }
  };

  const listen = () => {
    source?.close();
    source = new EventSource(main.dataset.events);
    source.onopen = () => { pause = 1000; refresh(); };
    source.addEventListener("changed", refresh);
    source.onerror = () => {
      say("not connected: as of the last change");
      // Most browsers try again by themselves; after a refusal they don't.
      if (source.readyState === EventSource.CLOSED) { setTimeout(listen, pause); pause = Math.min(pause * 2, 30000); }
    };
  };
  // A phone that slept has lost the connection, whatever it believes.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { refresh(); listen(); } });
  addEventListener("online", () => { refresh(); listen(); });
  addEventListener("pageshow", (shown) => { if (shown.persisted) { refresh(); listen(); } });
  document.addEventListener("click", (click) => {
    const copy = click.target.closest("[data-copy]");
    if (copy) navigator.clipboard?.writeText(copy.dataset.copy).then(() => say("copied"));
  });
  document.addEventListener("keydown", (key) => {
    if (key.target.closest("input, textarea, select") || key.ctrlKey || key.metaKey || key.altKey) return;
    const link = document.querySelector(`[data-key="${CSS.escape(key.key)}"]`);
    if (link) { key.preventDefault(); link.click(); }
  });
  listen();
})();
