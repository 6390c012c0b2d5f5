// The language of the page, and the link to another one, which keeps what is shown and is remembered.
(() => {
  const YEAR_SECONDS = 365 * 24 * 60 * 60;
  const root = document.documentElement;

  // The folder of the page, "fr/compare", which Gradio knows by the server.
  const language = /^[a-z]{2}(?=\/|$)/.exec(window.gradio_config?.current_page ?? "")?.[0] ?? "en";

  // Gradio writes the browser's language there, and screen readers would read with its voice.
  function tell() {
    if (root.lang !== language) root.lang = language;
  }

  tell();
  new MutationObserver(tell).observe(root, { attributeFilter: ["lang"] });

  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[data-language]");
    if (!link) return;
    link.search = location.search;
    // In a Space the page is inside a frame of another site.
    const place = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
    document.cookie = `language=${link.dataset.language}; path=/; max-age=${YEAR_SECONDS}; ${place}`;
  });
})();
