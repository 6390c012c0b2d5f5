// Bias Explorer: the full images, one or several side by side, each beside the other models' images of
// the same prompt and seed.
(() => {
  const { all, button, decimal, here, make, write } = window.biasExplorer;
  const { axesOf, beside, factsOf, focus, listsOf, modelOf, nameOf, numberOf, rowOf, seen, sidesOf, wordsOf } =
    window.biasExplorer.places;

  let dialog;
  let current = [];

  function build() {
    const words = wordsOf();
    dialog = make("dialog", "bx-dialog");
    dialog.setAttribute("aria-labelledby", "bx-dialog-title");
    const top = make("div", "bx-dialog-top");
    const title = make("h2");
    title.id = "bx-dialog-title";
    top.append(title, button("over", words.over, () => lay(here.over ? "" : "ab")));
    for (const [name, sign, action] of [
      ["previous", "\u2190", () => step(-1)],
      ["next", "\u2192", () => step(1)],
      ["close", "", () => dialog.close()],
    ]) {
      const made = button(name, sign || words[name], action);
      if (sign) made.setAttribute("aria-label", words[name]);
      top.append(made);
    }
    dialog.append(top, make("div", "bx-dialog-body"));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      if (current[0]?.isConnected) focus(current[0]);
      if (!here.image) return;
      here.image = here.over = "";
      // Opening it here made an entry of the history, which Back takes away.
      if (history.state?.opened) history.back();
      else write("replaceState");
    });
    dialog.addEventListener("keydown", (event) => {
      if (event.target.matches("input, select")) return;
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by) step(by);
    });
    document.body.append(dialog);
  }

  // One place for each seed that can be seen: its first image, whatever side it is on.

  function seeds() {
    return all(".bx-row:not([hidden])").flatMap((row) => {
      const lists = listsOf(row).map((list) => new Map(seen(list).map((place) => [numberOf(place), place])));
      const first = (number) => lists.map((places) => places.get(number)).find((place) => place?.matches(".bx-thumb"));
      return [...lists[0].keys()].map(first).filter(Boolean);
    });
  }

  function step(by) {
    if (current.length > 1) return;
    const places = seeds();
    const next = places[places.findIndex((place) => nameOf(place) === nameOf(current[0])) + by];
    if (next) choose([next]);
  }

  const ofSeed = (place) => beside(place).filter((other) => other?.matches(".bx-thumb"));

  // One image over the other, or not.

  function lay(two) {
    here.over = two;
    open(current);
    write("replaceState");
  }

  function choosePair(two) {
    lay(two);
    dialog.querySelector("select").focus();
  }

  function close() {
    here.image = here.over = "";
    if (dialog?.open) dialog.close();
  }

  function choose(places) {
    const isOpen = dialog?.open;
    open(places);
    if (isOpen) write("replaceState");
    else write("pushState", { opened: true });
  }

  function open(places) {
    if (!dialog) build();
    here.image = places.map(nameOf).join(",");
    current = places;
    const axes = axesOf();
    const alone = places.length === 1;
    const prompt = rowOf(places[0]).querySelector(".bx-prompt").cloneNode(true);
    dialog.querySelector("h2").replaceChildren(...(alone ? prompt.childNodes : [wordsOf().several]));
    const { overlay } = window.biasExplorer;
    const over = alone && sidesOf() > 1 && here.over;
    here.over = over ? overlay.pair(places[0]) : "";
    const shown = over ? overlay.thumbsOf(places[0]) : places.flatMap(ofSeed);
    const body = dialog.querySelector(".bx-dialog-body");
    const arranged = over && shown.length > 1 ? "over" : shown.length === 1 ? "single" : "beside";
    body.className = `bx-dialog-body ${arranged}`;
    body.style.setProperty("--figures", shown.length);
    const laid = over ? [overlay.lay(places[0], choosePair)] : [];
    body.replaceChildren(...laid, ...shown.map((one) => figure(one, axes, alone)));
    const toggle = dialog.querySelector(".bx-dialog-top .over");
    toggle.hidden = !alone || sidesOf() < 2;
    toggle.setAttribute("aria-pressed", String(Boolean(over)));
    const inSight = seeds();
    const at = inSight.findIndex((place) => nameOf(place) === nameOf(places[0]));
    dialog.querySelector(".previous").disabled = !alone || at <= 0;
    dialog.querySelector(".next").disabled = !alone || at < 0 || at === inSight.length - 1;
    if (!dialog.open) dialog.showModal();
  }

  const fullOf = (small) => small.getAttribute("src").replace("thumb/", "img/");

  function figure(thumb, axes, alone) {
    const facts = factsOf(thumb);
    const small = thumb.querySelector("img");
    const one = make("figure", "bx-one");
    const image = make("img");
    image.src = fullOf(small);
    image.alt = small.alt;
    const text = make("figcaption");
    if (!alone) text.append(make("p", "", rowOf(thumb).querySelector(".bx-prompt").textContent));
    text.append(list(thumb, facts), similar(thumb), ...axes.flatMap((axis, index) => scores(axis, facts, index)));
    one.append(image, text);
    return one;
  }

  // The tab Neighbours knows an image by the beginning of its key, which names its file.

  function similar(thumb) {
    const asked = new URLSearchParams(document.querySelector(".bx-view").dataset.address);
    const file = thumb.querySelector("img").getAttribute("src");
    asked.set("tab", "neighbours");
    asked.set("near", file.split("/").pop().slice(0, 12));
    const link = make("a", "bx-similar", wordsOf().similar);
    link.href = location.pathname + `?${asked}`;
    link.dataset.stays = "";
    link.addEventListener("click", close);
    return link;
  }

  function list(thumb, [seed, , , , revised = null]) {
    const entries = make("dl");
    const words = wordsOf();
    for (const [name, value] of [
      [words.model, modelOf(thumb)],
      [words.image, String(numberOf(thumb))],
      [words.seed, seed],
      [words.revised, revised],
    ]) {
      if (value === null) continue;
      entries.append(make("dt", "", name), make("dd", "", value));
    }
    return entries;
  }

  function scores(axis, [, labels, tables, reasons = []], index) {
    const label = labels[index];
    const reason = reasons[index] ? ` (${reasons[index]})` : "";
    const heading = make("h3", "", `${axis.title}: ${axis.labels[label] ?? axis.abstention}${reason}`);
    const found = tables[index];
    if (!found?.length) return [heading];
    if (axis.measures.length) return [heading, measures(axis, found)];
    const table = make("table", "bx-scores");
    found.forEach((score, place) => {
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
      line.insertCell().textContent = decimal(score, 2);
      if (place === label) head.classList.add("chosen");
    });
    return [heading, table];
  }

  function measures(axis, numbers) {
    const entries = make("dl");
    axis.measures.forEach((name, place) => {
      const value = decimal(numbers[place]);
      entries.append(make("dt", "", name), make("dd", "", value));
    });
    return entries;
  }

  window.biasExplorer.images = { choose, close, fullOf, open, seeds };
})();
