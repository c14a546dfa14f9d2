/* The page works without this. It adds copying, printing, tabs that keep their place, and progress while looking up. */
(() => {
  "use strict";

  const copyButton = (target) => {
    const button = document.getElementById("copy-button").content.firstElementChild.cloneNode(true);
    const label = button.getAttribute("aria-label");
    button.setAttribute("aria-label", `${label}: ${target.textContent.trim().slice(0, 60)}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(target.textContent);
      button.classList.add("copied");
      button.setAttribute("aria-label", button.dataset.copied);
      setTimeout(() => {
        button.classList.remove("copied");
        button.setAttribute("aria-label", `${label}: ${target.textContent.trim().slice(0, 60)}`);
      }, 2000);
    });
    return button;
  };

  const enhance = (root) => {
    // Browsers have a clipboard on secure pages only.
    for (const target of navigator.clipboard ? root.querySelectorAll("[data-copy]") : []) {
      const frame = document.createElement("span");
      frame.className = "copyable";
      target.replaceWith(frame);
      frame.append(target, copyButton(target));
    }
    for (const button of root.querySelectorAll("[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => print());
    }
    for (const form of root.querySelectorAll("form[data-live]")) {
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        lookUp(form);
      });
    }
    for (const link of root.querySelectorAll("a[data-swap]")) {
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        swap(link.href);
      });
    }
  };

  // What is shown; a step to another part of the same page is no reason to load it again.
  const place = () => location.pathname + location.search;
  let shown = place();
  const moved = (url) => {
    history.pushState(null, "", url);
    shown = place();
  };

  const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

  // Another program: its part of the page alone, so that the rest stays as it is.
  const swap = async (url) => {
    try {
      const response = await fetch(url);
      const part = response.ok && parsed(await response.text()).getElementById("program");
      if (!part) throw new Error("not that page");
      const adopted = document.adoptNode(part);
      document.getElementById("program").replaceWith(adopted);
      moved(url);
      enhance(adopted);
      adopted.querySelector("[aria-current]").focus({ preventScroll: true });
    } catch {
      location.assign(url);
    }
  };

  const show = (html, url) => {
    const next = parsed(html);
    document.title = next.title;
    document.documentElement.lang = next.documentElement.lang;
    for (const link of document.head.querySelectorAll("[data-colour]")) link.remove();
    for (const link of next.head.querySelectorAll("[data-colour]")) document.head.append(document.adoptNode(link));
    document.body.className = next.body.className;
    document.body.replaceChildren(...next.body.childNodes);
    moved(url);
    scrollTo(0, 0);
    enhance(document.body);
    (document.querySelector("[aria-invalid]") || document.querySelector("h1")).focus({ preventScroll: true });
  };

  const waiting = (list, ways) => {
    list.replaceChildren(...ways.map(([method, words]) => {
      const line = document.createElement("li");
      line.dataset.method = method;
      const name = document.createElement("span");
      const outcome = document.createElement("span");
      name.textContent = words;
      outcome.textContent = list.dataset.waiting;
      line.append(name, outcome);
      return line;
    }));
  };

  const settled = (list, [method, outcome, words]) => {
    const line = [...list.children].find((entry) => entry.dataset.method === method);
    if (!line) return;
    line.className = outcome;
    line.lastElementChild.textContent = words;
  };

  const lookUp = async (form) => {
    const section = document.getElementById("progress");
    const list = section.querySelector("ol");
    const query = new URLSearchParams(new FormData(form));
    const timer = setTimeout(() => { section.hidden = false; }, 150);
    form.querySelector("button").disabled = true;
    try {
      const response = await fetch(`setup/progress?${query}`);
      if (!response.ok || !response.body) throw new Error("no progress here");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        if (done) throw new Error("cut off");
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        for (const line of lines.filter(Boolean)) {
          const event = JSON.parse(line);
          if (event.ways) waiting(list, event.ways);
          if (event.settled) settled(list, event.settled);
          if (event.page) return show(event.page, event.url);
        }
      }
    } catch {
      form.submit();
    } finally {
      clearTimeout(timer);
    }
  };

  addEventListener("popstate", () => { if (place() !== shown) location.reload(); });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  enhance(document);
})();
