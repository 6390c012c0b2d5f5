// The meaning of a term, unfolded below it by mouse, touch or keys, with a link to Method. The
// browser closes it on Escape and on a click elsewhere. And the place that a link to Method names.
(() => {
  const GAP = 6;
  let meaning;

  function build() {
    const made = document.createElement("div");
    made.className = "bx-meaning";
    made.popover = "auto";
    // Screen readers read aloud what comes into a status.
    const text = document.createElement("p");
    text.setAttribute("role", "status");
    made.append(text, document.createElement("a"));
    return made;
  }

  function place(term) {
    const box = term.getBoundingClientRect();
    const left = Math.min(box.left, document.documentElement.clientWidth - meaning.offsetWidth - 8);
    const below = box.bottom + meaning.offsetHeight + GAP < innerHeight;
    meaning.style.left = `${Math.max(8, left)}px`;
    meaning.style.top = `${below ? box.bottom + GAP : Math.max(8, box.top - meaning.offsetHeight - GAP)}px`;
  }

  // A click on the term of an open meaning has closed it before the click arrives.
  let closed = null;

  document.addEventListener("pointerdown", ({ target }) => {
    closed = meaning?.matches(":popover-open") ? target.closest?.(".bx-term") : null;
    if (closed && closed.nextElementSibling !== meaning) closed = null;
  });

  document.addEventListener("click", ({ target, detail }) => {
    const term = target.closest?.(".bx-term");
    if (!term) return;
    const isOpen = term.nextElementSibling === meaning && meaning?.matches(":popover-open");
    if (isOpen || (detail && closed === term)) {
      meaning.hidePopover();
      return;
    }
    if (!meaning?.isConnected) meaning = build();
    term.after(meaning);
    const [text, link] = meaning.children;
    link.href = term.dataset.more;
    link.textContent = term.dataset.moreText;
    meaning.showPopover();
    text.textContent = term.dataset.meaning;
    place(term);
  });

  document.addEventListener("scroll", ({ target }) => {
    if (target !== meaning && meaning?.matches(":popover-open")) meaning.hidePopover();
  }, { passive: true, capture: true });

  // The text of a page comes after the page, too late for the browser to go to a place in it.
  let arrived = "";

  function arrive() {
    const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!place || arrived === location.hash) return;
    arrived = location.hash;
    place.scrollIntoView();
    place.focus({ preventScroll: true });
  }

  addEventListener("hashchange", () => {
    arrived = "";
    arrive();
  });
  window.biasExplorer = { ...window.biasExplorer, arriveAtPlace: arrive };
})();
