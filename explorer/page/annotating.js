// Annotating: a button or its key answers for one image; the next one waits until it is saved.
(() => {
  const { arrive, shown } = window.biasExplorer;

  let busy = false;
  let begun = false;
  let focused = null;

  // The browser remembers the annotator's name, unless it forbids to.
  const name = {
    read() {
      try {
        return localStorage.getItem("bx-annotator") ?? "";
      } catch {
        return "";
      }
    },
    keep(text) {
      try {
        localStorage.setItem("bx-annotator", text);
      } catch {
        // Then it is asked for each time.
      }
    },
  };

  function annotate(trigger, event) {
    const revisit = (query) => trigger(event, { query, name: name.read() });
    arrive(revisit);
    document.addEventListener("click", ({ target }) => {
      if (target.closest?.("#bx-start")) begun = true;
      const again = target.closest?.("[data-continue]");
      if (again) begun = true;
      else if (!target.closest?.("[data-rename]")) return;
      name.keep(again?.dataset.continue ?? "");
      revisit(location.search);
    });
    // What is typed after Enter is meant for the images. Gradio waits for this event, too.
    document.addEventListener("keypress", ({ key, target }) => {
      if (key !== "Enter" || !target.closest?.("#bx-annotator")) return;
      begun = true;
      target.blur();
    });
    revisit(location.search);
  }

  function annotating(element, trigger) {
    shown(element);
    const { annotator } = element.querySelector(".bx-view")?.dataset ?? {};
    if (annotator) name.keep(annotator);
    if (!element.dataset.listening) listen(element, trigger);
    const answered = busy;
    busy = false;
    // Whatever is replaced loses the focus. It returns to the same button, or goes from a field in
    // which nothing is being typed to the first answer, so that keys do not end up in it.
    const typing = document.activeElement?.getAttribute("aria-expanded") === "true";
    const inside = begun || (!typing && document.activeElement?.closest("#bx-model, #bx-axis"));
    begun = false;
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
      region = document.body.appendChild(document.createElement("div"));
      region.className = "bx-hidden";
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

  window.biasExplorer = { ...window.biasExplorer, annotate, annotating };
})();
