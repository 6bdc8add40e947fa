// Sets the theme before the first paint. It is a file of its own because the content security policy
// allows no script inside the page; state/theme.svelte.ts takes over once the page runs.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem('souk.theme');
  } catch (error) {
    // Storage may be switched off; the system's theme is used then.
  }
  var dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
