// Bias Explorer: address and history, titles for keys and touch, the keys of the grid, the full image.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function make(tag, className = "", text = "") {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  }

  // The address follows what is shown, so that it can be copied at any time: the choice, which the
  // server writes, what frames the images, and the image that is open. Every choice is an entry of the
  // history. The Hub and Gradio add parameters whose names begin with underscores, and a view in a frame
  // of another page has one more.

  const here = { frame: "", image: "" };
  const view = () => document.querySelector(".bx-view");
  const parameters = (query) => [...new URLSearchParams(query)];
  const isHub = ([name]) => name.startsWith("__") || name === "embed";
  const isChoice = (pair) => !(pair[0] in here) && !isHub(pair);
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

  function address() {
    const added = Object.entries(here).filter(([, value]) => value);
    const written = added.map(([name, value]) => `&${name}=${encodeURIComponent(value).replaceAll("%3A", ":")}`);
    return view().dataset.address + written.join("");
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
    addEventListener("popstate", () => {
      const shown = view() && parameters(view().dataset.address);
      if (shown && same(parameters(location.search).filter(isChoice), shown)) return follow();
      if (dialog?.open) closeQuietly();
      ask();
    });
  }

  function follow() {
    const asked = new URLSearchParams(location.search);
    here.frame = asked.get("frame") ?? "";
    here.image = asked.get("image") ?? "";
    frame();
    const thumb = here.image && all(".bx-thumb").find((one) => nameOf(one) === here.image);
    if (thumb) open(thumb);
    else closeQuietly();
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
    else frame();
    // A number that is being typed is one choice.
    const field = document.activeElement?.matches("input[type=number]") ? document.activeElement : null;
    write(arriving || (field && field === typed) ? "replaceState" : "pushState", arriving ? history.state : null);
    typed = arriving ? null : field;
    landing = false;
    for (const link of all(".bx-header a[data-view]")) {
      const search = view().dataset[link.dataset.view];
      if (search) link.search = search;
    }
  }

  // Somebody went on before the answer came. What is shown gives way to what the address says now.

  function leave() {
    frame();
    ask();
  }

  document.addEventListener("focusout", () => (typed = null));

  // A tab, or another part of the view: the address changes, and the server answers it.

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-stays]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // Gradio's base would lead what is only a query to the first page.
    history.pushState(null, "", new URL(link.getAttribute("href"), location.href));
    ask();
  });

  // What frames the images: the first axis, unless another one is chosen.

  function frame() {
    const choices = all("input[name=bx-frame]");
    const chosen = choices.find((one) => one.value === here.frame) ?? choices[0];
    here.frame = chosen && chosen !== choices[0] ? chosen.value : "";
    if (chosen) chosen.checked = true;
  }

  document.addEventListener("change", ({ target }) => {
    if (target.name !== "bx-frame") return;
    here.frame = target.value;
    frame();
    write("pushState", null);
  });

  // Gradio's accordions do not say whether they are open.

  function tellExpanded() {
    for (const button of all(".bx-settings > button")) {
      button.setAttribute("aria-expanded", String(button.classList.contains("open")));
    }
  }

  document.addEventListener("click", () => setTimeout(tellExpanded));

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
    const view = location.pathname.split("/").pop();
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

  // The grid: one tab stop per row, arrow keys inside.

  const PLACE = ".bx-thumb, .bx-slot";

  function move(thumb, key) {
    const row = all(PLACE, thumb.closest(".bx-thumbs"));
    const place = row.indexOf(thumb);
    const lists = all(".bx-thumbs");
    const sides = thumb.closest(".bx-row").querySelectorAll(".bx-thumbs").length;
    const beside = (step) => {
      const list = lists[lists.indexOf(thumb.closest(".bx-thumbs")) + step * sides];
      return list && all(PLACE, list)[Math.min(place, all(PLACE, list).length - 1)];
    };
    return {
      ArrowLeft: () => row[place - 1],
      ArrowRight: () => row[place + 1],
      ArrowUp: () => beside(-1),
      ArrowDown: () => beside(1),
      Home: () => row[0],
      End: () => row[row.length - 1],
    }[key]?.();
  }

  function focus(thumb) {
    for (const other of all(PLACE, thumb.closest(".bx-thumbs"))) other.tabIndex = -1;
    thumb.tabIndex = 0;
    thumb.focus();
  }

  // The full image, beside the other model's image of the same prompt and seed where there are two.

  let dialog;
  let current;

  const wordsOf = (thumb) => JSON.parse(thumb.closest(".bx-grid").dataset.words);

  function build(words) {
    dialog = make("dialog", "bx-dialog");
    dialog.setAttribute("aria-labelledby", "bx-dialog-title");
    const top = make("div", "bx-dialog-top");
    const title = make("h2");
    title.id = "bx-dialog-title";
    top.append(title);
    for (const [name, sign, action] of [
      ["previous", "\u2190", () => step(-1)],
      ["next", "\u2192", () => step(1)],
      ["close", "", () => dialog.close()],
    ]) {
      const button = make("button", name, sign || words[name]);
      button.type = "button";
      if (sign) button.setAttribute("aria-label", words[name]);
      button.addEventListener("click", action);
      top.append(button);
    }
    dialog.append(top, make("div", "bx-dialog-body"));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      if (current?.isConnected) focus(current);
      if (!here.image) return;
      here.image = "";
      // Opening it here made an entry of the history, which Back takes away.
      if (history.state?.opened) history.back();
      else write("replaceState");
    });
    dialog.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by) step(by);
    });
    document.body.append(dialog);
  }

  function order() {
    const sides = document.querySelector(".bx-grid.sides-2") ? 2 : 1;
    return all(sides === 2 ? ".bx-side:nth-of-type(3) .bx-thumb" : ".bx-thumb");
  }

  function step(by) {
    const thumbs = order();
    const place = thumbs.findIndex((thumb) => pair(thumb).includes(current));
    const next = thumbs[place + by];
    if (next) choose(next);
  }

  const factsOf = (thumb) => JSON.parse(thumb.dataset.facts);

  function pair(thumb) {
    const number = factsOf(thumb).number;
    const row = thumb.closest(".bx-row");
    return all(".bx-thumbs", row)
      .map((list) => all(".bx-thumb", list).find((other) => factsOf(other).number === number))
      .filter(Boolean);
  }

  // The word of its row, and its number.
  const nameOf = (thumb) => `${thumb.closest(".bx-row").dataset.word}:${factsOf(thumb).number}`;

  function closeQuietly() {
    here.image = "";
    if (dialog?.open) dialog.close();
  }

  function choose(thumb) {
    const isOpen = dialog?.open;
    open(thumb);
    if (isOpen) write("replaceState");
    else write("pushState", { opened: true });
  }

  function open(thumb) {
    here.image = nameOf(thumb);
    if (!dialog) build(wordsOf(thumb));
    current = thumb;
    const row = thumb.closest(".bx-row");
    const axes = JSON.parse(thumb.closest(".bx-grid").dataset.axes);
    const prompt = row.querySelector(".bx-prompt").cloneNode(true);
    dialog.querySelector("h2").replaceChildren(...prompt.childNodes);
    const shown = pair(thumb);
    const body = dialog.querySelector(".bx-dialog-body");
    body.className = `bx-dialog-body ${shown.length === 1 ? "single" : "pair"}`;
    body.replaceChildren(...shown.map((one) => figure(one, axes)));
    const thumbs = order();
    const place = thumbs.findIndex((other) => shown.includes(other));
    dialog.querySelector(".previous").disabled = place <= 0;
    dialog.querySelector(".next").disabled = place < 0 || place === thumbs.length - 1;
    if (!dialog.open) dialog.showModal();
  }

  function figure(thumb, axes) {
    const facts = factsOf(thumb);
    const one = make("figure", "bx-one");
    const image = make("img");
    image.src = thumb.dataset.image;
    if (facts.size) [image.width, image.height] = facts.size;
    image.alt = thumb.querySelector("img").alt;
    const text = make("figcaption");
    text.append(list(thumb, facts), ...axes.flatMap((axis, index) => scores(axis, facts, index)));
    one.append(image, text);
    return one;
  }

  function list(thumb, facts) {
    const entries = make("dl");
    const words = wordsOf(thumb);
    for (const [name, value] of [
      [words.model, thumb.closest(".bx-thumbs").dataset.model],
      [words.image, String(facts.number)],
      [words.seed, facts.seed],
      [words.revised, facts.revised],
    ]) {
      if (value === null) continue;
      entries.append(make("dt", "", name), make("dd", "", value));
    }
    return entries;
  }

  function scores(axis, facts, index) {
    const reason = facts.reasons[index] ? ` (${facts.reasons[index]})` : "";
    const said = facts.labels[index] ?? axis.abstention;
    const heading = make("h3", "", `${axis.title}: ${said}${reason}`);
    if (!facts.scores[index]?.length) return [heading];
    if (axis.measures.length) return [heading, measures(axis, facts.scores[index])];
    const table = make("table", "bx-scores");
    facts.scores[index].forEach((score, place) => {
      const line = table.insertRow();
      const head = make("th");
      head.scope = "row";
      const badge = make("span", `bx-badge ${axis.styles[place]}`, axis.badges[place]);
      badge.setAttribute("aria-hidden", "true");
      head.append(badge, axis.labels[place]);
      const track = make("div", `bx-track ${axis.styles[place]}`);
      const fill = make("i", "bx-fill");
      fill.style.width = `${100 * score}%`;
      track.append(fill);
      line.append(head);
      line.insertCell().append(track);
      line.insertCell().textContent = score.toFixed(2);
      if (axis.labels[place] === facts.labels[index]) head.classList.add("chosen");
    });
    return [heading, table];
  }

  function measures(axis, numbers) {
    const entries = make("dl");
    axis.measures.forEach((name, place) => {
      const value = String(Number(numbers[place].toFixed(2)));
      entries.append(make("dt", "", name), make("dd", "", value));
    });
    return entries;
  }

  document.addEventListener("click", (event) => {
    const thumb = event.target.closest?.(".bx-thumb");
    if (thumb) choose(thumb);
    const copy = event.target.closest?.(".bx-copy");
    if (copy) {
      // The Hub adds its own parameters, one of which gives access to private Spaces.
      const link = new URL(address(), location.href);
      navigator.clipboard.writeText(link.href).then(() => {
        copy.dataset.text ??= copy.textContent;
        copy.textContent = copy.dataset.copied;
        setTimeout(() => (copy.textContent = copy.dataset.text), 2000);
      });
    }
  });

  document.addEventListener("keydown", (event) => {
    const thumb = event.target.closest?.(PLACE);
    const next = thumb && move(thumb, event.key);
    if (next) {
      event.preventDefault();
      focus(next);
    }
  });

  window.biasExplorer = { ...window.biasExplorer, arrive, shown };
})();
