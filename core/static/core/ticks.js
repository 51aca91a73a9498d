(() => {
  "use strict";
  const list = () => document.getElementById("list");
  const ticks = () => [...(list()?.querySelectorAll("td.tick-cell input") ?? [])];
  const count = () => {
    const ticked = ticks().filter((tick) => tick.checked).length;
    const shown = list()?.querySelector("[data-ticked]");
    if (shown) shown.textContent = ticked;
    const all = list()?.querySelector("[data-tick=all]");
    if (all) [all.checked, all.indeterminate] = [ticked === ticks().length, ticked > 0 && ticked < ticks().length];
  };
  const set = (checked) => {
    ticks().forEach((tick) => (tick.checked = checked));
    count();
  };

  document.addEventListener("change", ({ target }) => {
    if (target.matches("[data-tick=all]")) set(target.checked);
    else if (target.matches(".tick-cell input")) count();
  });
  document.addEventListener("click", ({ target }) => target.closest("[data-tick=none]") && set(false));

  // x ticks the row that has the keyboard, as in the queue.
  document.addEventListener("keydown", (event) => {
    const tick = document.activeElement?.closest("#list tbody tr")?.querySelector(".tick-cell input");
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || !tick) return;
    tick.checked = !tick.checked;
    count();
    event.preventDefault();
  });
})();
