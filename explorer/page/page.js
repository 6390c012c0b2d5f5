// Bias Explorer: the address bar, the keys of the grid and the full image.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  function make(tag, className = "", text = "") {
    const element = document.createElement(tag);
    if (className) element.className = className;
    element.textContent = text;
    return element;
  }

  // The address follows what is shown, so that it can be copied at any time.

  function shown(element) {
    const view = element.querySelector(".bx-view");
    if (!view) return;
    for (const details of all("details[data-key]", view)) details.open = unfolded.has(details.dataset.key);
    const kept = [...new URLSearchParams(location.search)].filter(([name]) => name.startsWith("__"));
    const query = view.dataset.address + kept.map(([name, value]) => `&${name}=${value}`).join("");
    if (query !== location.search) {
      history.replaceState(history.state, "", location.pathname + query);
    }
    tellTheSpace(view.dataset.address);
    for (const other of ["explore", "compare", "gaps"]) {
      const link = document.querySelector(`.bx-header a[data-view="${other}"]`);
      if (link && view.dataset[other]) link.search = view.dataset[other];
    }
  }

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

  // The grid: one tab stop per row, arrow keys inside.

  function move(thumb, key) {
    const row = all(".bx-thumb", thumb.closest(".bx-thumbs"));
    const place = row.indexOf(thumb);
    const lists = all(".bx-thumbs").filter((list) => list.querySelector(".bx-thumb"));
    const sides = thumb.closest(".bx-row").querySelectorAll(".bx-thumbs").length;
    const beside = (step) => {
      const list = lists[lists.indexOf(thumb.closest(".bx-thumbs")) + step * sides];
      return list && all(".bx-thumb", list)[Math.min(place, all(".bx-thumb", list).length - 1)];
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
    for (const other of all(".bx-thumb", thumb.closest(".bx-thumbs"))) other.tabIndex = -1;
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
    dialog.addEventListener("close", () => current?.isConnected && focus(current));
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
    if (next) open(next);
  }

  const factsOf = (thumb) => JSON.parse(thumb.dataset.facts);

  function pair(thumb) {
    const number = factsOf(thumb).number;
    const row = thumb.closest(".bx-row");
    return all(".bx-thumbs", row)
      .map((list) => all(".bx-thumb", list).find((other) => factsOf(other).number === number))
      .filter(Boolean);
  }

  function open(thumb) {
    if (!dialog) build(wordsOf(thumb));
    current = thumb;
    const row = thumb.closest(".bx-row");
    const axes = JSON.parse(thumb.closest(".bx-grid").dataset.axes);
    dialog.querySelector("h2").textContent = row.dataset.prompt;
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

  // Annotating: a button or its key answers for one image; the next one waits until it is saved.

  let busy = false;
  let focused = null;

  function annotating(element, trigger) {
    shown(element);
    if (!element.dataset.listening) listen(element, trigger);
    const answered = busy;
    busy = false;
    // Whatever is replaced loses the focus. It returns to the same button, or goes from the fields to
    // the first answer, so that keys do not end up in a field.
    const inside = document.activeElement?.closest("#bx-model, #bx-axis, #bx-annotator");
    if (inside) focused = element.querySelector("[data-answer]")?.dataset.key;
    if (inside || document.activeElement === document.body) {
      const button = focused && element.querySelector(`[data-key="${focused}"]:not(:disabled)`);
      if (button) button.focus({ preventScroll: true });
    }
    const told = element.querySelector(".bx-said") ?? element.querySelector("h1");
    if (answered && told) announce(told.textContent);
  }

  function listen(element, trigger) {
    element.dataset.listening = "true";
    element.addEventListener("focusin", (event) => (focused = event.target.dataset.key ?? focused));
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-answer], [data-undo]");
      if (!button || busy) return;
      busy = true;
      trigger("submit", {
        image: button.dataset.image ?? null,
        answer: button.dataset.answer ?? null,
      });
    });
  }

  // A live region must exist before its text changes, or it is not announced.
  function announce(text) {
    let region = document.querySelector("#bx-announced");
    if (!region) {
      region = document.body.appendChild(make("div", "bx-hidden"));
      region.id = "bx-announced";
      region.setAttribute("role", "status");
    }
    region.textContent = text;
  }

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const key = CSS.escape(event.key.toLowerCase());
    const button = document.querySelector(`.bx-annotating [data-key="${key}"]:not(:disabled)`);
    if (!button || busy) return;
    event.preventDefault();
    button.focus({ preventScroll: true });
    button.click();
  });

  document.addEventListener("click", (event) => {
    const thumb = event.target.closest?.(".bx-thumb");
    if (thumb) open(thumb);
    const copy = event.target.closest?.(".bx-copy");
    if (copy) {
      // The Hub adds its own parameters, one of which gives access to private Spaces.
      const link = new URL(document.querySelector(".bx-view").dataset.address, location.href);
      navigator.clipboard.writeText(link.href).then(() => {
        copy.dataset.text ??= copy.textContent;
        copy.textContent = copy.dataset.copied;
        setTimeout(() => (copy.textContent = copy.dataset.text), 2000);
      });
    }
  });

  document.addEventListener("keydown", (event) => {
    const thumb = event.target.closest?.(".bx-thumb");
    const next = thumb && move(thumb, event.key);
    if (next) {
      event.preventDefault();
      focus(next);
    }
  });

  window.biasExplorer = { shown, annotating };
})();
