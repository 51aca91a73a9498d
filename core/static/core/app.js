(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const on = (type, handler, capture) => document.addEventListener(type, handler, capture);
  const root = document.documentElement;

  // Theme and rail: the form works without us, too.
  on("submit", (event) => {
    const { submitter: button, target: form } = event;
    if (!button || !form.matches("[data-appearance]")) return;
    event.preventDefault();
    const { name, value } = button;
    document.cookie = `${name}=${value};path=/;max-age=31536000;samesite=lax${location.protocol === "https:" ? ";secure" : ""}`;
    if (name === "theme") {
      root.dataset.theme = value;
      all("[name=theme]").forEach((other) => (other.ariaPressed = other === button));
    } else {
      find(".shell").dataset.rail = value;
      button.value = value === "narrow" ? "wide" : "narrow";
    }
  });

  // Dialogs and the side sheet: the dialog element minds the focus.
  const show = (dialog) => dialog && !dialog.open && dialog.showModal();
  on("click", (event) => {
    const { target } = event;
    // A click with a modifier opens a tab, as on any link.
    if ((event.ctrlKey || event.metaKey || event.shiftKey) && target.closest("a[hx-get]")) event.stopImmediatePropagation();
    const opens = target.closest("[data-opens]")?.dataset.opens;
    if (opens && !event.ctrlKey && !event.metaKey) event.preventDefault();
    if (opens === "#keys") listKeys();
    else if (opens) show(find(opens));
    if (target.closest("[data-close]") || target.matches("dialog[open]")) target.closest("dialog")?.close();
    target.closest("[data-dismiss]")?.closest("[data-toast]").remove();
    all("[data-menu][open]").forEach((menu) => {
      if (!menu.contains(target) || target.closest(".menu-item")) menu.open = false;
    });
  }, true);
  on("htmx:afterSwap", ({ detail: { target } }) => target.id === "sheet-body" && show(target.parentElement));

  // Keys: data-key="n" presses or focuses its element, j and k walk through [data-row].
  const typing = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const bound = () => all("[data-key]", find("dialog[open]") || document).filter((element) => element.offsetParent);
  const walk = (step) => {
    const rows = all("[data-row]");
    const here = rows.findIndex((row) => row.contains(document.activeElement));
    const row = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
    (row?.matches("a, button, [tabindex]") ? row : row && find("a, button", row))?.focus();
  };
  const fill = (menu) => menu.open && find("form :is(select, textarea, input:not([type=hidden]))", menu)?.focus();
  const press = (element) =>
    typing(element) ? (element.focus(), element.select?.()) : (element.click(), fill(element.parentElement));
  const listKeys = () => {
    find("[data-keys]")?.replaceChildren(...bound().flatMap((element) => {
      const [key, does] = ["dt", "dd"].map((name) => document.createElement(name));
      key.textContent = element.dataset.key;
      does.textContent = element.ariaLabel || element.innerText.split("\n")[0];
      return [key, does];
    }));
    show(find("#keys"));
  };
  const inMenu = (menu, event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const items = all(".menu-item", menu);
    if (event.key === "Escape") {
      menu.open = false;
      find("summary", menu).focus();
    } else if (step && items[0] && !typing(event.target)) {
      items.at((items.indexOf(document.activeElement) + step) % items.length)?.focus();
      event.preventDefault();
    }
  };
  on("keydown", (event) => {
    const menu = find("[data-menu][open]");
    if (menu) inMenu(menu, event);
    const search = event.key === "k" && (event.ctrlKey || event.metaKey) && find("[data-opens='#palette']");
    if (!search && (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing(event.target))) return;
    const element = search || bound().findLast(({ dataset }) => dataset.key === event.key);
    if (element) press(element);
    else if (event.key === "j" || event.key === "k") walk(event.key === "j" ? 1 : -1);
    else if (event.key === "?") listKeys();
    else return;
    event.preventDefault();
  });

  on("toggle", ({ target }) => fill(target), true);
  on("change", ({ target }) => target.closest("form[data-auto]")?.requestSubmit());

  // Toasts leave by themselves.
  const leave = (toast) => setTimeout(() => (toast.matches(":hover, :focus-within") ? leave(toast) : toast.remove()), 1e4);
  const toasts = find("#toasts");
  const welcome = () => all("[data-toast]:not([data-leaves])", toasts).forEach((toast) => leave(toast, (toast.dataset.leaves = "")));
  new MutationObserver(welcome).observe(toasts, { childList: true });
  welcome();
  const failed = () => toasts.append(find("#toast-failed").content.cloneNode(true));
  ["responseError", "sendError"].forEach((name) => on(`htmx:${name}`, failed));
  let waiting = 0;
  const wait = (step) => root.classList.toggle("is-loading", (waiting += step) > 0);
  on("htmx:beforeRequest", () => wait(1));
  on("htmx:afterRequest", () => wait(-1));

  // Charts: a mark's title, at once.
  let tip;
  const hide = () => {
    if (tip) tip.title.textContent = tip.box.textContent;
    tip?.box.remove();
    tip = null;
  };
  const tell = ({ target }) => {
    const mark = target.closest?.("[data-mark]");
    if (mark && tip?.mark === mark) return;
    hide();
    const title = mark && find("title", mark);
    if (!title) return;
    const box = document.createElement("div");
    box.className = "tip";
    box.textContent = title.textContent;
    title.textContent = "";
    tip = { mark, title, box };
    (mark.closest("dialog") || document.body).append(box);
    const { left, top, bottom, width } = mark.getBoundingClientRect();
    const above = top - box.offsetHeight - 8;
    box.style.left = `${Math.min(Math.max(left + (width - box.offsetWidth) / 2, 8), innerWidth - box.offsetWidth - 8)}px`;
    box.style.top = `${above > 8 ? above : bottom + 8}px`;
  };
  ["pointerover", "focusin"].forEach((type) => on(type, tell));
  on("focusout", hide);
  on("scroll", hide, true);
})();
