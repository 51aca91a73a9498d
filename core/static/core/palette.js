(() => {
  const palette = document.getElementById("palette");
  if (!palette) return;
  const words = palette.querySelector("input");
  const found = () => [...palette.querySelectorAll(".found")];
  const chosen = () => found().findIndex((line) => line.ariaSelected === "true");

  const choose = (place) => {
    const lines = found();
    const line = lines.at(place % lines.length);
    lines.forEach((other) => (other.ariaSelected = `${other === line}`));
    line?.scrollIntoView({ block: "nearest" });
    if (line) words.setAttribute("aria-activedescendant", line.id);
    else words.removeAttribute("aria-activedescendant");
  };

  // Enter may come before the answer: it then means the first of what these words find, not of what stands there.
  let answered = null;
  let entered = false;
  const open = () => found()[chosen()]?.click();

  words.addEventListener("input", () => (entered = false));
  palette.addEventListener("htmx:afterSwap", ({ detail }) => {
    answered = detail.requestConfig.parameters.q;
    choose(0);
    if (entered && answered === words.value) open();
  });
  words.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen() + step);
    else if (event.key !== "Enter") return;
    else if (answered === words.value) open();
    else entered = true;
    event.preventDefault();
  });
})();
