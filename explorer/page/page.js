// Bias Explorer: address and history, titles for keys and touch.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function make(tag, className = "", text = "") {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  }

  function button(className, text, action) {
    const made = make("button", className, text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  function decimal(number, least = 0) {
    const digits = { minimumFractionDigits: least, maximumFractionDigits: 2, useGrouping: false };
    return number.toLocaleString(document.documentElement.lang, digits);
  }

  // The address follows what is shown, so that it can be copied at any time: the choice, which the
  // server writes, and how the images are looked at (grid.js): what frames them, their size, those
  // shown alone, their order, the ones that are open, and the two models of which one lies over the
// other. Every choice is an entry of the history. The
  // Hub and Gradio add parameters whose names begin with underscores, and a view in a frame of another
  // page has one more.

  const here = { frame: "", size: "", show: "", sort: "", image: "", over: "" };
  const grid = () => window.biasExplorer.grid;
  const view = () => document.querySelector(".bx-view");
  const parameters = (query) => [...new URLSearchParams(query)];
  const isHub = ([name]) => name.startsWith("__") || name === "embed";
  const isChoice = (pair) => !(pair[0] in here) && !isHub(pair);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function address(choice = view().dataset.address) {
    const added = Object.entries(here).filter(([, value]) => value);
    const plain = (value) => encodeURIComponent(value).replaceAll("%3A", ":").replaceAll("%2C", ",");
    return choice + added.map(([name, value]) => `&${name}=${plain(value)}`).join("");
  }

  function write(method, state = history.state) {
    const kept = parameters(location.search).filter(isHub);
    const query = address() + kept.map(([name, value]) => `&${name}=${value}`).join("");
    if (!same(parameters(query), parameters(location.search))) {
      history[method](state, "", location.pathname + query);
    }
    tellTheSpace(address());
  }

  // An address was opened, by a link, a reload, Back or Forward: `ask` asks the server for its choice,
  // and the answer says which address it answers.

  let landing = true;
  let typed = null;
  let ask = () => {};

  function arrive(revisit) {
    ask = () => revisit(location.search);
    tellBusy(document.querySelector("#bx-findings .html-container"));
    addEventListener("popstate", () => {
      const shown = view() && parameters(view().dataset.address);
      if (shown && same(parameters(location.search).filter(isChoice), shown)) return follow();
      window.biasExplorer.images.close();
      ask();
    });
  }

  // Gradio marks what waits for an answer, for the eye alone (page.css).

  function tellBusy(container) {
    if (!container) return;
    const tell = () => container.setAttribute("aria-busy", String(container.classList.contains("pending")));
    new MutationObserver(tell).observe(container, { attributeFilter: ["class"] });
  }

  // Generate and Cancel take each other's place, and both go when all is there. The focus that was on
  // one of them goes to what came instead: the other, or what is told.

  let acting = false;

  for (const kind of ["focusin", "pointerdown"]) {
    document.addEventListener(kind, ({ target }) => (acting = Boolean(target.closest?.(".bx-actions"))));
  }

  function refocus() {
    if (!acting || document.activeElement !== document.body) return;
    const told = document.querySelector(".bx-actions .bx-status");
    const next = document.querySelector(".bx-actions button") ?? told;
    if (!next) return;
    if (next === told) next.tabIndex = -1;
    next.focus({ preventScroll: true });
  }

  new MutationObserver(refocus).observe(document, { childList: true, subtree: true });

  function follow() {
    const asked = new URLSearchParams(location.search);
    for (const name of Object.keys(here)) here[name] = asked.get(name) ?? "";
    grid().follow();
  }

  function shown(element) {
    if (!element.querySelector(".bx-view")) return;
    for (const details of all("details[data-key]", element)) details.open = unfolded.has(details.dataset.key);
    tellExpanded();
    tellTitles();
    const answered = element.querySelector("[data-answers]")?.dataset.answers;
    if (answered !== undefined && answered !== location.search) return leave();
    const arriving = landing || answered !== undefined;
    if (arriving) follow();
    else grid().settle();
    // A number that is being typed is one choice.
    const field = document.activeElement?.matches("input[type=number]") ? document.activeElement : null;
    write(arriving || (field && field === typed) ? "replaceState" : "pushState", arriving ? history.state : null);
    typed = arriving ? null : field;
    landing = false;
    for (const link of all(".bx-header a[data-view]")) {
      const search = view().dataset[link.dataset.view];
      if (search) link.search = search;
    }
    window.biasExplorer.keep();
  }

  // Somebody went on before the answer came. What is shown gives way to what the address says now.

  function leave() {
    grid().settle();
    ask();
  }

  document.addEventListener("focusout", () => (typed = null));

  // A tab, or another part of the view: the address changes, and the server answers it.

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-stays]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    here.image = "";
    history.pushState(null, "", location.pathname + address(link.search));
    ask();
  });

  // The example of this view; the page's base is the landing page.

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.(".bx-example")) return;
    event.preventDefault();
    location.assign(location.pathname);
  });

  // Gradio's accordions do not say whether they are open.

  function tellExpanded() {
    for (const button of all(".bx-settings > button")) {
      button.setAttribute("aria-expanded", String(button.classList.contains("open")));
    }
  }

  document.addEventListener("click", () => setTimeout(tellExpanded));

  document.addEventListener("click", ({ target }) => {
    const unfold = target.closest?.(".bx-unfold button");
    if (unfold) unfold.setAttribute("aria-expanded", String(unfold.getAttribute("aria-expanded") !== "true"));
  });

  // What was unfolded stays unfolded when the view is replaced.

  const unfolded = new Set();

  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (!target.isConnected || !target.dataset?.key) return;
      unfolded[target.open ? "add" : "delete"](target.dataset.key);
    },
    true,
  );

  // In a Space the page is inside a frame, and the address bar belongs to huggingface.co. It holds our
  // query but not our path, so the query also names the view; redirects.py leads back to it.

  let told = "";

  function tellTheSpace(query) {
    if (window.parent === window || !location.hostname.endsWith(".hf.space")) return;
    const language = document.documentElement.lang;
    const view = (language === "en" ? "" : `${language}/`) + location.pathname.split("/").pop();
    const queryString = (view && `view=${view}&`) + query.slice(1);
    if (queryString === told) return;
    told = queryString;
    window.parent.postMessage({ queryString, hash: "" }, "https://huggingface.co");
  }

  // What a title says to a mouse is said to keys and touch as well: it shows while its element has the
  // focus. The places of the grid are reached by arrow keys; counts of what is known by its badge, by
  // touch alone.

  const TELLING = '.bx-view span[title]:has(> [class$="-u"])';
  let tip;

  function tellTitles() {
    for (const element of all(TELLING)) element.tabIndex = 0;
  }

  function showTip(element) {
    if (!tip) {
      tip = document.body.appendChild(make("div", "bx-tip"));
      tip.id = "bx-tip";
      tip.setAttribute("role", "tooltip");
    }
    tip.textContent = element?.title ?? "";
    tip.hidden = !element;
    if (!element) return;
    element.setAttribute("aria-describedby", "bx-tip");
    const box = element.getBoundingClientRect();
    const left = Math.min(box.left, innerWidth - tip.offsetWidth - 8);
    const below = box.bottom + tip.offsetHeight + 8 < innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${below ? box.bottom + 6 : box.top - tip.offsetHeight - 6}px`;
  }

  const titled = (target) => target.closest?.(".bx-view [title]");

  document.addEventListener("focusin", ({ target }) => showTip(titled(target)));
  document.addEventListener("click", ({ target }) => showTip(titled(target)));
  document.addEventListener("scroll", () => showTip(null), { passive: true });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && showTip(null));

  // A link to what is shown. The Hub adds its own parameters, one of which gives access to private
  // Spaces.

  document.addEventListener("click", (event) => {
    const copy = event.target.closest?.(".bx-copy");
    if (!copy) return;
    navigator.clipboard.writeText(new URL(address(), location.href).href).then(() => {
      copy.dataset.text ??= copy.textContent;
      copy.textContent = copy.dataset.copied;
      setTimeout(() => (copy.textContent = copy.dataset.text), 2000);
    });
  });

  window.biasExplorer = { all, arrive, button, decimal, here, make, shown, write };
})();
