// Before the first paint, so that nobody who wants it dark is shown a white page. src/shell/theme.ts writes what is read here.
document.documentElement.classList.toggle(
  'dark',
  (localStorage.getItem('theme') ??
    (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')) === 'dark',
);
