// Before the first paint, so that nobody is blinded at 2 a.m.: the theme that was chosen; without one, the system's.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('gradwatch.theme');
  } catch {
    // Storage may be refused; the system's theme stays.
  }
  if (theme === 'light' || theme === 'dark') {
    document.documentElement.dataset.theme = theme;
  }
})();
