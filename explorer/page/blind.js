// Bias Explorer: comparing blind. Images of one seed by two models, without their names, which are
// revealed at the end. The server tells what the numbers of choices say; nothing is kept.
(() => {
  const { all, make } = window.biasExplorer;
  const { beside, modelOf, rowOf } = window.biasExplorer.places;
  const LETTERS = "abcd";
  const KEYS = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "neither" };

  let dialog;
  let address;
  let two;
  let pairs;
  let answered;

  const part = (selector) => dialog.querySelector(selector);
  const told = (element, values) => element.dataset.told.replace(/{(\w+)}/g, (_, name) => values[name]);
  const question = () => part("[name=question]").value;

  function open(parts) {
    dialog = parts.content.firstElementChild.cloneNode(true);
    address = document.querySelector(".bx-view").dataset.address;
    dialog.addEventListener("close", () => {
      dialog.remove();
      // A run may have written the view anew meanwhile, and its button with it.
      document.querySelector(".bx-blind-open")?.focus();
    });
    // Escape ends the choosing; it does not throw the choices away.
    dialog.addEventListener("cancel", (event) => {
      if (dialog.dataset.stage !== "asking" || !answered) return;
      event.preventDefault();
      reveal();
    });
    dialog.addEventListener("keydown", press);
    dialog.addEventListener("click", ({ target }) => {
      const chosen = target.closest("[data-answer]")?.dataset.answer;
      if (chosen) answer(chosen);
      else if (target.matches(".close")) dialog.close();
      else if (target.matches(".begin")) begin();
      else if (target.matches(".reveal")) reveal();
    });
    part("[name=two]")?.addEventListener("change", draw);
    document.body.append(dialog);
    dialog.showModal();
    enter("begin");
    draw();
  }

  function enter(stage, title) {
    dialog.dataset.stage = stage;
    for (const one of all("[data-stage]", dialog)) one.hidden = one.dataset.stage !== stage;
    if (title) part("h2").textContent = title;
    part("h2").focus();
  }

  // The pairs that can be seen, in any order, each with any of its images on the left.

  function draw() {
    two = part("[name=two]")?.value ?? "ab";
    const places = window.biasExplorer.images.seeds().map(ofTwo).filter((sides) => sides.every(isThumb));
    pairs = shuffled(places.map(pairOf));
    const number = part(".bx-blind-number");
    number.textContent = pairs.length ? told(number, { number: pairs.length }) : number.dataset.none;
    part(".begin").disabled = !pairs.length;
  }

  const ofTwo = (place) => [...two].map((letter) => beside(place)[LETTERS.indexOf(letter)]);
  const isThumb = (place) => place?.matches(".bx-thumb");

  function pairOf(places) {
    const row = rowOf(places[0]);
    const sides = places.map((place, side) => ({ side, model: modelOf(place), small: place.querySelector("img") }));
    return { prompt: row.querySelector(".bx-prompt").textContent, sides: shuffled(sides), chosen: null };
  }

  function shuffled(list) {
    for (let at = list.length - 1; at > 0; at--) {
      const other = Math.floor(Math.random() * (at + 1));
      [list[at], list[other]] = [list[other], list[at]];
    }
    return list;
  }

  function begin() {
    answered = 0;
    enter("asking", question());
    ask();
  }

  // Both images appear together: which one comes first could tell its model.

  async function ask() {
    const { prompt, sides } = pairs[answered];
    const status = part(".bx-blind-foot [role=status]");
    status.textContent = told(status, { number: answered + 1, all: pairs.length });
    part(".reveal").disabled = !answered;
    part("[data-stage=asking] .bx-kicker").textContent = `“${prompt}”`;
    const shown = part(".bx-blind-pair");
    const images = all("img", shown);
    shown.setAttribute("aria-busy", "true");
    images.forEach((image, at) => {
      image.src = window.biasExplorer.images.fullOf(sides[at].small);
      image.alt = sides[at].small.alt;
    });
    await Promise.allSettled(images.map((image) => image.decode()));
    shown.removeAttribute("aria-busy");
  }

  function press(event) {
    const chosen = KEYS[event.key];
    if (!chosen || dialog.dataset.stage !== "asking") return;
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    answer(chosen);
  }

  function answer(chosen) {
    if (part(".bx-blind-pair").hasAttribute("aria-busy")) return;
    const pair = pairs[answered];
    pair.chosen = { left: pair.sides[0], right: pair.sides[1] }[chosen] ?? null;
    answered += 1;
    if (answered < pairs.length) ask();
    else reveal();
  }

  async function reveal() {
    const done = pairs.slice(0, answered);
    const number = (side) => done.filter(({ chosen }) => chosen?.side === side).length;
    part("[data-stage=revealed] .bx-kicker").textContent = question();
    const list = part("ol");
    list.replaceChildren(...done.map((pair) => line(pair, list.dataset)));
    enter("revealed", part(".bx-blind-told").dataset.title);
    const asked = new URLSearchParams(address);
    const counts = { first: number(0), second: number(1), ties: done.filter(({ chosen }) => !chosen).length };
    for (const [name, value] of Object.entries({ pair: two, ...counts })) asked.set(name, value);
    const result = await fetch(`blind?${asked}`);
    const text = await result.text();
    if (result.ok) part(".bx-blind-told").innerHTML = text;
    else part(".bx-blind-told").textContent = text;
  }

  function line({ prompt, sides, chosen }, words) {
    const item = make("li");
    item.append(make("p", "", prompt), ...sides.map((side) => figure(side, side === chosen && words.chosen)));
    if (!chosen) item.append(make("p", "", words.neither));
    return item;
  }

  function figure({ model, small }, chosen) {
    const made = make("figure", chosen ? "chosen" : "");
    const image = make("img");
    image.src = small.getAttribute("src");
    image.alt = small.alt;
    image.loading = "lazy";
    const caption = make("figcaption", "", model);
    if (chosen) caption.append(" ", make("b", "", chosen));
    made.append(image, caption);
    return made;
  }

  document.addEventListener("click", ({ target }) => {
    if (target.closest?.(".bx-blind-open")) open(document.querySelector(".bx-blind-parts"));
  });
  addEventListener("popstate", () => dialog?.close());
})();
