// The admin site's pages are not ours to write: the theme that someone chose is set from its cookie.
(() => {
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark)/);
  if (chosen) document.documentElement.dataset.theme = chosen[1];
})();
