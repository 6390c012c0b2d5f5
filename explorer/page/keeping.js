// The last choice of Explore and of Compare: links of pages without a choice of images lead back to it.
(() => {
  const KEPT = ["explore", "compare"];
  const { all } = window.biasExplorer;

  // In a frame of another site, a browser may refuse to keep anything.
  function kept(page, query) {
    try {
      if (query !== undefined) sessionStorage.setItem(page, query);
      return sessionStorage.getItem(page) ?? "";
    } catch {
      return "";
    }
  }

  const pageOf = (path) => path.split("/").pop();

  function keep() {
    const view = document.querySelector(".bx-view");
    const page = pageOf(location.pathname);
    if (KEPT.includes(page)) kept(page, view.dataset.address);
    for (const link of all(".bx-header a[data-view], .bx-tabs a:not([data-stays])")) lead(link, page, view);
  }

  function lead(link, page, view) {
    const to = pageOf(link.pathname);
    if (to === page || !KEPT.includes(to) || view.dataset[to]) return;
    const query = new URLSearchParams(kept(to));
    const tab = new URLSearchParams(link.search).get("tab");
    if (![...query].length) return;
    query.delete("tab");
    if (tab) query.set("tab", tab);
    link.search = query;
  }

  window.biasExplorer.keep = keep;
})();
