// A view in a frame of another page, and the code that puts it there.
(() => {
  function make(tag, text = "") {
    const element = document.createElement(tag);
    element.textContent = text;
    return element;
  }

  const quoted = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");

  function code() {
    const view = document.querySelector(".bx-view");
    const link = new URL(location.pathname, location.href);
    link.search = view.dataset.address;
    link.searchParams.set("embed", "1");
    const title = view.querySelector("h1")?.textContent.trim() || document.title;
    const size = 'width="600" height="800" style="border: 0; max-width: 100%" loading="lazy"';
    return `<iframe src="${quoted(link.href)}" title="${quoted(title)}" ${size}></iframe>`;
  }

  function show({ dataset: words }) {
    const dialog = make("dialog");
    dialog.className = "bx-embed-dialog";
    const title = make("h2", words.title);
    title.id = "bx-embed-title";
    dialog.setAttribute("aria-labelledby", title.id);
    const text = make("textarea");
    text.value = code();
    text.readOnly = true;
    text.setAttribute("aria-label", words.title);
    const copy = make("button", words.copy);
    copy.addEventListener("click", () => {
      text.select();
      navigator.clipboard.writeText(text.value).then(() => (copy.textContent = words.copied));
    });
    const close = make("button", words.close);
    close.addEventListener("click", () => dialog.close());
    const buttons = make("div");
    buttons.append(copy, close);
    for (const button of buttons.children) button.type = "button";
    dialog.append(title, make("p", words.note), text, buttons);
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    text.select();
    text.scrollTop = 0;
  }

  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.(".bx-embed-code");
    if (button) show(button);
  });

  // Gradio would turn the page dark where the reader's system is.
  function embedded() {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const turn = () => document.body.classList.toggle("dark", dark.matches);
    dark.addEventListener("change", turn);
    turn();
    window.biasExplorer.arrive(() => location.reload());
    window.biasExplorer.shown(document.body);
    window.biasExplorer.arriveAtPlace();
  }

  window.biasExplorer = { ...window.biasExplorer, embedded };
})();
