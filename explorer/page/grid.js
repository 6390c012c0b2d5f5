// Bias Explorer: the grid. Its keys, what is shown of it and in which order, and the full images.
(() => {
  const { all, button, here, make, write } = window.biasExplorer;

  const PLACE = ".bx-thumb, .bx-slot";
  // Figures that fit beside each other; with several models, each image brings those of its seed.
  const MOST = 6;

  const grid = () => document.querySelector(".bx-grid");
  const wordsOf = () => JSON.parse(grid().dataset.words);
  const axesOf = () => JSON.parse(grid().dataset.axes);
  const listsOf = (row) => all(".bx-thumbs", row);
  const rowOf = (place) => place.closest(".bx-row");
  // Buttons and items of a list have values alike.
  const numberOf = (place) => Number(place.value);
  const nameOf = (place) => `${rowOf(place).dataset.word}:${numberOf(place)}`;
  const modelOf = (place) => place.closest(".bx-thumbs").dataset.model;
  const sidesOf = () => Number(grid().style.getPropertyValue("--sides"));

  // The places of one seed, one on each side.

  const beside = (place) =>
    listsOf(rowOf(place)).map((list) => all(PLACE, list).find((other) => numberOf(other) === numberOf(place)));

  // Seed, labels by their places, scores, and where there are any, reasons and the rewritten prompt.

  const read = new WeakMap();

  function factsOf(place) {
    const list = place.closest(".bx-thumbs");
    const text = list.dataset.facts;
    if (read.get(list)?.text !== text) read.set(list, { text, facts: JSON.parse(text) });
    return read.get(list).facts[numberOf(place) - 1];
  }

  function placeOf(name) {
    const [, word, number] = name.match(/^(.*):(\d+)$/) ?? [];
    const row = all(".bx-row").find((one) => one.dataset.word === word);
    return row && all(".bx-thumb", row).find((place) => place.value === number);
  }

  // One tab stop per row, arrow keys inside, by what can be seen.

  const seen = (list) => all(PLACE, list).filter((place) => !place.closest("li").hidden);

  function move(place, key) {
    const list = place.closest(".bx-thumbs");
    const row = seen(list);
    const at = row.indexOf(place);
    const lists = all(".bx-row:not([hidden]) .bx-thumbs");
    const across = (step) => {
      const other = seen(lists[lists.indexOf(list) + step * sidesOf()] ?? make("ul"));
      return other[Math.min(at, other.length - 1)];
    };
    return {
      ArrowLeft: () => row[at - 1],
      ArrowRight: () => row[at + 1],
      ArrowUp: () => across(-1),
      ArrowDown: () => across(1),
      Home: () => row[0],
      End: () => row[row.length - 1],
    }[key]?.();
  }

  function stop(place) {
    for (const other of all(PLACE, place.closest(".bx-thumbs"))) other.tabIndex = other === place ? 0 : -1;
  }

  function focus(place) {
    stop(place);
    place.focus();
  }

  document.addEventListener("keydown", (event) => {
    const place = event.target.closest?.(PLACE);
    const next = place && move(place, event.key);
    if (!next) return;
    event.preventDefault();
    focus(next);
  });

  // How the images are looked at. The first choice of each kind needs no place in the address.

  function check(name, chosen, usual) {
    const choices = all(`.bx-grid input[name=${name}]`);
    const found = choices.find((one) => one.value === chosen) ?? choices.find((one) => one.value === usual) ?? choices[0];
    if (found) found.checked = true;
    return found && found !== choices[0] && found.value !== usual ? found.value : "";
  }

  function settle() {
    if (!grid()) return select(false);
    here.frame = check("bx-frame", here.frame);
    here.size = check("bx-size", here.size, "m");
    const axis = axesOf().find(({ name }) => name === here.frame) ?? axesOf()[0];
    const filters = all(".bx-grid input[name=bx-show]").filter((one) => applies(one, axis));
    const wanted = here.show.split(",");
    for (const one of all(".bx-grid input[name=bx-show]")) one.checked = filters.includes(one) && wanted.includes(one.value);
    here.show = filters.filter((one) => one.checked).map((one) => one.value).join(",");
    const sort = grid().querySelector("[name=bx-sort]");
    sort.value = ["sure", "unsure"].includes(here.sort) ? here.sort : "";
    here.sort = sort.value;
    arrange(axis);
    mark();
  }

  const applies = (filter, axis) => {
    const of = filter.closest("[class^=bx-for-]");
    return !of || of.classList.contains(`bx-for-${axis.name}`);
  };

  // The server writes places anew where they stood before they were sorted, and a place that moves
  // loses the focus: it goes back to the image that had it.

  let held;

  document.addEventListener("focusin", ({ target }) => {
    if (!target.matches(PLACE)) return;
    held = { name: nameOf(target), side: listsOf(rowOf(target)).indexOf(target.closest(".bx-thumbs")) };
  });

  function refocus() {
    const row = all(".bx-row").find((one) => held.name.startsWith(`${one.dataset.word}:`));
    const place = row && all(PLACE, listsOf(row)[held.side]).find((one) => nameOf(one) === held.name);
    if (place && place !== document.activeElement) focus(place);
  }

  function arrange(axis) {
    const hasFocus = document.activeElement?.matches(PLACE);
    const wanted = new Set(here.show.split(",").filter(Boolean));
    let shown = 0;
    let places = 0;
    for (const row of all(".bx-row", grid())) {
      const matching = fill(row, axis, wanted);
      shown += matching;
      places += listsOf(row)[0].children.length;
      row.hidden = !matching;
      for (const list of listsOf(row)) if (seen(list)[0]) stop(seen(list)[0]);
    }
    const told = wordsOf().matching.replace("{number}", shown).replace("{all}", places);
    grid().querySelector(".bx-matching").textContent = wanted.size ? told : "";
    if (hasFocus) refocus();
  }

  // Sides keep their order, so that images of one seed stay beside each other.

  function fill(row, axis, wanted) {
    const lists = listsOf(row).map((list) => new Map(all("li", list).map((item) => [numberOf(placeIn(item)), item])));
    const numbers = [...lists[0].keys()].sort((one, other) => one - other);
    if (here.sort) {
      const sureness = new Map(numbers.map((number) => [number, sure(placeIn(lists[0].get(number)), axis)]));
      const sign = here.sort === "sure" ? -1 : 1;
      const worth = (number) => sureness.get(number) ?? sign * -Infinity;
      numbers.sort((one, other) => sign * (worth(one) - worth(other)) || one - other);
    }
    let matching = 0;
    for (const number of numbers) {
      const items = lists.map((places) => places.get(number)).filter(Boolean);
      const visible = !wanted.size || items.some((item) => matches(placeIn(item), wanted));
      matching += visible;
      for (const item of items) item.hidden = !visible;
    }
    listsOf(row).forEach((list, side) => order(list, numbers.map((number) => lists[side].get(number)).filter(Boolean)));
    return matching;
  }

  const placeIn = (item) => item.querySelector(".bx-thumb") ?? item;
  const matches = (place, wanted) => [...place.classList].some((name) => wanted.has(name));

  function order(list, items) {
    if (items.some((item, at) => item !== list.children[at])) list.append(...items);
  }

  function sure(place, axis) {
    const scores = factsOf(place)?.[2][axesOf().findIndex(({ name }) => name === axis.name)];
    if (!scores?.length) return null;
    return axis.measures.length ? (scores[axis.sureness] ?? null) : Math.max(...scores);
  }

  document.addEventListener("change", ({ target }) => {
    if (!target.closest(".bx-grid")) return;
    if (target.name === "bx-several") return select(target.checked);
    if (target.name === "bx-frame") here.frame = target.value;
    if (target.name === "bx-size") here.size = target.value;
    if (target.name === "bx-sort") here.sort = target.value;
    if (target.name === "bx-show") {
      const checked = all(".bx-grid input[name=bx-show]:checked");
      here.show = checked.map((one) => one.value).join(",");
    }
    settle();
    write("pushState", null);
  });

  // The rest of a row is asked for once, and again where the server has written the row anew.

  const whole = new Set();
  const rowName = (row) => `${document.querySelector(".bx-view").dataset.address} ${row.dataset.word}`;

  async function complete(row) {
    const asked = new URLSearchParams(document.querySelector(".bx-view").dataset.address);
    asked.set("word", row.dataset.word);
    const answer = await fetch(`row?${asked}`);
    if (!answer.ok || !row.isConnected) return;
    const found = make("template");
    found.innerHTML = await answer.text();
    all(".bx-thumbs", found.content).forEach((list, side) => listsOf(row)[side].replaceWith(list));
    row.querySelector(".bx-overflow").hidden = true;
    whole.add(rowName(row));
    settle();
  }

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest?.(".bx-all");
    if (!button) return;
    const row = rowOf(button);
    const first = seen(listsOf(row)[0]).length;
    button.setAttribute("aria-busy", "true");
    await complete(row);
    button.removeAttribute("aria-busy");
    const next = seen(listsOf(row)[0])[first];
    if (next) focus(next);
  });

  function keepWhole() {
    for (const note of all(".bx-overflow")) if (!note.hidden && whole.has(rowName(rowOf(note)))) complete(rowOf(note));
  }

  // Several are selected with a modifier, or one by one after "Select several"; they open side by side.

  let selected = [];
  let bar;
  const most = () => Math.floor(MOST / sidesOf());
  const several = () => grid()?.querySelector("[name=bx-several]")?.checked;

  function toggle(place) {
    const name = nameOf(place);
    const without = selected.filter((one) => one !== name);
    if (without.length === selected.length && selected.length >= most()) without.shift();
    selected = without.length < selected.length && selected.includes(name) ? without : [...without, name];
    mark();
  }

  function select(on) {
    if (!on) selected = [];
    mark();
  }

  function mark() {
    const choosing = Boolean(several() || selected.length);
    for (const thumb of all(".bx-thumb")) {
      const isSelected = choosing && selected.includes(nameOf(thumb));
      thumb.classList.toggle("selected", isSelected);
      if (choosing) thumb.setAttribute("aria-pressed", String(isSelected));
      else thumb.removeAttribute("aria-pressed");
    }
    if (!bar && choosing) buildBar();
    if (bar) bar.hidden = !choosing;
    if (!choosing) return;
    const told = wordsOf().selected.replace("{number}", selected.length).replace("{most}", most());
    bar.querySelector("[role=status]").textContent = told;
    bar.querySelector("button").disabled = !selected.length;
  }

  function buildBar() {
    bar = make("div", "bx-selection");
    const told = make("span");
    told.setAttribute("role", "status");
    const side = button("", wordsOf().side, () => images().choose(selected.map(placeOf).filter(Boolean)));
    const none = button("", wordsOf().none, () => {
      grid().querySelector("[name=bx-several]").checked = false;
      select(false);
    });
    bar.append(told, side, none);
    document.body.append(bar);
  }

  document.addEventListener("click", (event) => {
    const thumb = event.target.closest?.(".bx-thumb");
    if (!thumb) return;
    if (event.ctrlKey || event.metaKey || event.shiftKey || several()) toggle(thumb);
    else images().choose([thumb]);
  });

  // page.js says when another address or another view is shown.

  function renew() {
    settle();
    keepWhole();
  }

  function follow() {
    renew();
    const places = grid() ? here.image.split(/(?<=:\d+),/).map(placeOf).filter(Boolean) : [];
    if (places.length) images().open(places);
    else images().close();
  }

  const images = () => window.biasExplorer.images;

  Object.assign(window.biasExplorer, {
    grid: { follow, settle: renew },
    places: { axesOf, beside, factsOf, focus, listsOf, modelOf, nameOf, numberOf, placeOf, rowOf, seen, sidesOf, wordsOf },
  });
})();
