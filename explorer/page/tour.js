// The guided tour of Explore: a card for each step beside what it is about. It starts at an address
// with tour=1, and its words come with the view.
(() => {
  const MARGIN = 8;
  let steps = [];
  let words = {};
  let place = -1;
  let card;
  let ring;

  function make(tag, className, text = "") {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  const seen = (element) => element?.getClientRects().length;
  const target = ({ at }) => at.map((one) => document.querySelector(one)).find(seen);

  function button(className, text, action) {
    const made = make("button", className, text);
    made.type = "button";
    made.addEventListener("click", action);
    return made;
  }

  function build() {
    ring = make("div", "bx-tour-ring");
    card = make("section", "bx-tour");
    card.setAttribute("role", "dialog");
    card.setAttribute("aria-labelledby", "bx-tour-title");
    card.setAttribute("aria-describedby", "bx-tour-text");
    const title = make("h2", "");
    title.id = "bx-tour-title";
    title.tabIndex = -1;
    const text = make("p", "bx-tour-text");
    text.id = "bx-tour-text";
    const buttons = make("div", "bx-tour-buttons");
    buttons.append(
      button("end", words.end, end),
      button("back", words.back, () => go(place - 1)),
      button("next", words.next, () => (place + 1 < steps.length ? go(place + 1) : end())),
    );
    card.append(make("p", "bx-tour-place"), title, text, buttons);
    document.body.append(ring, card);
    addEventListener("keydown", leave);
    addEventListener("scroll", draw, { passive: true });
    addEventListener("resize", draw);
  }

  const leave = ({ key }) => key === "Escape" && end();

  function go(next) {
    place = next;
    const step = steps[place];
    const last = place === steps.length - 1;
    card.querySelector(".bx-tour-place").textContent = words.place
      .replace("{step}", place + 1)
      .replace("{steps}", steps.length);
    card.querySelector("h2").textContent = step.title;
    card.querySelector(".bx-tour-text").textContent = step.text;
    card.querySelector(".back").hidden = place === 0;
    card.querySelector(".end").hidden = last;
    card.querySelector(".next").textContent = last ? words.done : words.next;
    const box = target(step)?.getBoundingClientRect();
    // At once, not smoothly: it must stand still before the card finds its place.
    scrollTo({ top: box ? box.top + scrollY - 5 * MARGIN : 0, behavior: "instant" });
    draw();
    card.querySelector("h2").focus({ preventScroll: true });
  }

  // The ring stands around what the step is about, and the card where it does not cover it.
  function draw() {
    const box = target(steps[place])?.getBoundingClientRect();
    ring.hidden = !box;
    card.classList.remove("above");
    if (!box) return;
    const bottom = Math.min(box.bottom, innerHeight);
    ring.style.left = `${box.left - MARGIN}px`;
    ring.style.top = `${box.top - MARGIN}px`;
    ring.style.width = `${box.width}px`;
    ring.style.height = `${box.height}px`;
    const covered = card.getBoundingClientRect();
    const beside = box.right < covered.left;
    card.classList.toggle("above", !beside && bottom > covered.top && box.top > covered.height + 2 * MARGIN);
  }

  function end() {
    const last = target(steps[place]) ?? document.querySelector("h1");
    removeEventListener("keydown", leave);
    removeEventListener("scroll", draw);
    removeEventListener("resize", draw);
    card.remove();
    ring.remove();
    if (!last) return;
    if (last.tabIndex < 0) last.tabIndex = -1;
    last.focus({ preventScroll: true });
  }

  function start() {
    const source = document.querySelector(".bx-tour-words");
    if (!source) return;
    waiting.disconnect();
    words = source.dataset;
    steps = JSON.parse(words.steps);
    // A part that the view does not have is not spoken of.
    steps = steps.filter((step) => !step.at.length || target(step));
    build();
    go(0);
  }

  const waiting = new MutationObserver(start);
  if (new URLSearchParams(location.search).get("tour") === "1") {
    waiting.observe(document.documentElement, { childList: true, subtree: true });
  }
})();
