(() => {
  "use strict";
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const on = (type, handler, options) => document.addEventListener(type, handler, options);
  const root = document.documentElement;

  // Theme and rail: the form works without us; we only spare the page load.
  const remember = (name, value) => {
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
  };
  on("submit", (event) => {
    const { submitter: button, target: form } = event;
    if (!form.matches("[data-appearance]") || !button) return;
    event.preventDefault();
    if (button.name === "theme") {
      if (button.value === "system") delete root.dataset.theme;
      else root.dataset.theme = button.value;
      all("[name=theme]").forEach((other) => other.setAttribute("aria-pressed", other.value === button.value));
    } else {
      const narrow = button.value === "narrow";
      find(".shell").toggleAttribute("data-rail", narrow);
      if (narrow) find(".shell").dataset.rail = "narrow";
      remember(button.name, button.value);
      button.value = narrow ? "wide" : "narrow";
      return;
    }
    remember(button.name, button.value);
  });

  // Dialogs and the side sheet. The dialog element keeps the focus and gives it back.
  const show = (dialog) => dialog && !dialog.open && dialog.showModal();
  on("click", (event) => {
    const { target } = event;
    const opener = target.closest("[data-opens]");
    if (opener) show(find(opener.dataset.opens));
    if (target.closest("[data-close]") || target.matches("dialog[open]")) target.closest("dialog")?.close();
    target.closest("[data-dismiss]")?.closest("[data-toast]").remove();
    all("details[data-menu][open]").forEach((menu) => {
      if (!menu.contains(target) || target.closest(".menu-item")) menu.open = false;
    });
  });
  on("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id === "sheet-body") show(detail.target.closest("dialog"));
  });
  // A click with a modifier opens a tab, as on any link.
  on("click", (event) => {
    if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[hx-get]")) event.stopImmediatePropagation();
  }, true);

  // Keys: data-key="n" presses or focuses its element, j and k walk through [data-row].
  const typing = (element) => element.closest("input, textarea, select, [contenteditable]");
  const walk = (step) => {
    const rows = all("[data-row]");
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
    (row?.matches("a, button, [tabindex]") ? row : row && find("a, button", row))?.focus();
  };
  const reach = () => find("dialog[open]") || document;
  const press = (element) => (typing(element) ? (element.focus(), element.select?.()) : element.click());
  on("keydown", (event) => {
    const menu = find("details[data-menu][open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      find("summary", menu).focus();
    }
    if (menu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const items = all(".menu-item", menu);
      const next = items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
      items[(next + items.length) % items.length]?.focus();
      event.preventDefault();
    }
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      find("[type=search][data-key]")?.focus();
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target)) return;
    const bound = all(`[data-key="${CSS.escape(event.key)}"]`, reach()).find((element) => element.offsetParent);
    if (bound) press(bound);
    else if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
    else if (event.key === "?") listKeys();
    else return;
    event.preventDefault();
  });
  const listKeys = () => {
    const list = find("[data-keys]");
    if (!list) return;
    list.replaceChildren(...all("[data-key]").filter((element) => element.offsetParent).flatMap((element) => {
      const key = document.createElement("dt");
      key.innerHTML = '<kbd class="kbd"></kbd>';
      key.firstChild.textContent = element.dataset.key;
      const does = document.createElement("dd");
      does.textContent = element.ariaLabel || element.textContent.replace(element.dataset.key, "").trim();
      return [key, does];
    }));
    show(find("#keys"));
  };
  on("click", (event) => event.target.closest('[data-opens="#keys"]') && listKeys(), true);

  // Filters that answer at once.
  on("change", (event) => event.target.closest("form[data-auto]")?.requestSubmit());

  // Toasts leave by themselves, unless someone is reading them or may want to undo.
  const leave = (toast) => setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), 8000);
  const toasts = find("#toasts");
  new MutationObserver((changes) => changes.forEach(({ addedNodes }) => addedNodes.forEach((node) => node.matches?.("[data-toast]") && leave(node)))).observe(toasts, { childList: true });
  all("[data-toast]", toasts).forEach(leave);
  const failed = () => toasts.append(find("#toast-failed").content.cloneNode(true));
  on("htmx:responseError", failed);
  on("htmx:sendError", failed);
  let waiting = 0;
  const load = (step) => root.classList.toggle("is-loading", (waiting = Math.max(0, waiting + step)) > 0);
  on("htmx:beforeRequest", () => load(1));
  on("htmx:afterRequest", () => load(-1));

  // Charts: a mark's title, at once and in our type.
  let tip;
  const hide = () => {
    if (!tip) return;
    tip.title.textContent = tip.text;
    tip.box.remove();
    tip = null;
  };
  const tell = ({ target }) => {
    const mark = target.closest?.(".chart [data-mark]");
    if (mark && tip?.mark === mark) return;
    hide();
    const title = mark && find("title", mark);
    if (!title) return;
    const box = document.createElement("div");
    tip = { mark, title, text: title.textContent, box };
    box.className = "tip";
    box.textContent = tip.text;
    title.textContent = "";
    (mark.closest("dialog") || document.body).append(box);
    const place = mark.getBoundingClientRect();
    const left = place.left + place.width / 2 - box.offsetWidth / 2;
    const above = place.top - box.offsetHeight - 8;
    box.style.left = `${Math.min(Math.max(left, 8), innerWidth - box.offsetWidth - 8)}px`;
    box.style.top = `${above > 8 ? above : place.bottom + 8}px`;
  };
  on("pointerover", tell);
  on("focusin", tell);
  on("focusout", hide);
  on("scroll", hide, true);
})();
