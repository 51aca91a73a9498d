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

  palette.addEventListener("htmx:afterSwap", () => choose(0));
  words.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) choose(chosen() + step);
    else if (event.key === "Enter") found()[chosen()]?.click();
    else return;
    event.preventDefault();
  });
})();
