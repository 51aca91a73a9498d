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
  let from = null; // the box ticked last: Shift and a click tick all from there to here
  document.addEventListener("click", ({ target, shiftKey }) => {
    if (target.closest("[data-tick=none]")) set(false);
    if (!target.matches("td.tick-cell input")) return;
    const all = ticks();
    const [first, last] = [all.indexOf(shiftKey ? from : target), all.indexOf(target)].sort((a, b) => a - b);
    if (first >= 0) all.slice(first, last + 1).forEach((tick) => (tick.checked = target.checked));
    from = target;
    count();
  });

  // x ticks the row that has the keyboard, as in the queue.
  document.addEventListener("keydown", (event) => {
    const tick = document.activeElement?.closest("#list tbody tr")?.querySelector(".tick-cell input");
    if (event.key !== "x" || event.ctrlKey || event.metaKey || event.altKey || !tick) return;
    tick.checked = !tick.checked;
    count();
    event.preventDefault();
  });
})();
