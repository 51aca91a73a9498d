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

  // A form that opens takes the keyboard.
  document.addEventListener("toggle", ({ target }) => {
    if (target.open && target.matches("details[data-menu]")) {
      target.querySelector("form :checked, form :is(select, input:not([type=hidden]), textarea)")?.focus();
    }
  }, true);
})();
