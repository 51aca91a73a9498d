(() => {
  "use strict";
  const board = () => document.getElementById("board");
  const current = () => board()?.querySelector('[data-row][aria-current="true"]');

  // The row that has the keyboard is the one that is shown, a moment after it was reached.
  let soon;
  document.addEventListener("focusin", ({ target }) => {
    clearTimeout(soon);
    if (target.matches("#board [data-row]:not([aria-current])")) soon = setTimeout(() => target.click(), 120);
  });
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    const row = detail.elt;
    if (!row.matches("#board [data-row]")) return;
    clearTimeout(soon);
    current()?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
  });

  // On a phone the list and the task are two screens.
  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    if (detail.target.id === "pane" && detail.requestConfig.elt.matches("[data-row]")) board().dataset.open = "";
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-back]") || !current()) return;
    event.preventDefault();
    delete board().dataset.open;
    current().focus();
  });

  // j and k begin at the chosen row, wherever the keyboard is.
  document.addEventListener("keydown", (event) => {
    const { activeElement: here } = document;
    if ((event.key === "j" || event.key === "k") && here === document.body) current()?.focus({ focusVisible: true });
  }, true);

  // Ticks: x ticks the chosen row; the bar beneath says how many there are.
  const ticks = () => [...(board()?.querySelectorAll(".entry-tick input") ?? [])];
  const count = () => {
    const shown = board()?.querySelector("[data-ticked]");
    if (shown) shown.textContent = ticks().filter((tick) => tick.checked).length;
  };
  document.addEventListener("change", ({ target }) => target.matches(".entry-tick input") && count());
  document.addEventListener("click", ({ target }) => {
    if (!target.closest("[data-tick]")) return;
    ticks().forEach((tick) => (tick.checked = false));
    current()?.focus();
  });
  document.addEventListener("keydown", (event) => {
    const { activeElement: here } = document;
    const row = here?.closest("#board .entry-line [data-row]") ?? (here === document.body ? current() : null);
    const tick = row?.parentElement.querySelector(".entry-tick input");
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || !tick) return;
    tick.checked = !tick.checked;
    count();
    event.preventDefault();
  });

  // Enter sends a task's form from a choice, too (Space or an arrow opens the choice), and with Ctrl from a text.
  document.addEventListener("keydown", (event) => {
    const sends = event.ctrlKey || event.metaKey ? ".act :is(select, textarea)" : ".act select";
    if (event.key !== "Enter" || !event.target.matches(sends)) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });

  // A form that opens takes the keyboard.
  document.addEventListener("toggle", ({ target }) => {
    if (target.open && target.matches("details[data-menu]")) {
      target.querySelector("form :checked, form :is(select, input:not([type=hidden]), textarea)")?.focus();
    }
  }, true);
})();
