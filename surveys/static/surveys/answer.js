// The page works without this. It lets the question follow the score, and notes what only a person's hands do.
"use strict";
(() => {
  const form = document.querySelector("form");
  const label = document.getElementById("comment-label");
  if (!form || !label) return;
  let hands = 0;
  for (const kind of ["pointerdown", "keydown", "touchstart", "click", "input"]) {
    document.addEventListener(kind, (event) => { if (event.isTrusted) hands += 1; }, true);
  }
  form.addEventListener("change", (event) => {
    if (event.target.dataset.label) label.textContent = event.target.dataset.label;
  });
  form.elements.driven.value = navigator.webdriver ? "1" : "";
  form.elements.hands.value = "0";
  form.addEventListener("submit", () => { form.elements.hands.value = String(Math.min(hands, 999)); });
})();
