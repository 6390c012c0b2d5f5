// The link to another language keeps what is shown, and the choice is remembered for the next visit.
(() => {
  const YEAR_SECONDS = 365 * 24 * 60 * 60;

  document.addEventListener("click", ({ target }) => {
    const link = target.closest?.("a[data-language]");
    if (!link) return;
    link.search = location.search;
    // In a Space the page is inside a frame of another site.
    const place = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
    document.cookie = `language=${link.dataset.language}; path=/; max-age=${YEAR_SECONDS}; ${place}`;
  });
})();
