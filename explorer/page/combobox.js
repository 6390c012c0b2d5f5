// A field of listed words. Only a listed word is taken, or an own one that is offered and chosen; text
// that is merely typed is dropped when the field loses the focus.
(() => {
  const NEAREST = 3;
  const fold = (text) => text.trim().normalize("NFC").toLowerCase();

  function make(tag, className, ...content) {
    const element = document.createElement(tag);
    element.className = className;
    element.append(...content);
    return element;
  }

  // Words that people write may be Arabic or Hebrew, and must not reorder what stands around them.
  const word = (text) => make("bdi", "", text);

  function sentence(pattern, text) {
    const [before, after] = pattern.split("{word}");
    return [before, word(text), after];
  }

  // The number of letters to change, add or leave out (Levenshtein 1966).
  function distance(one, other) {
    let row = [...other].map((_, place) => place + 1);
    [...one].forEach((letter, line) => {
      let corner = line;
      let left = line + 1;
      row = [...other].map((another, place) => {
        left = Math.min(left + 1, row[place] + 1, corner + (letter !== another));
        corner = row[place];
        return left;
      });
    });
    return row.at(-1) ?? one.length;
  }

  function combobox(element, props, changed, watch) {
    const input = element.querySelector("input");
    const list = element.querySelector("[role=listbox]");
    const several = props.several;
    const replaced = element.querySelector(".bx-replaced");
    const options = props.options.map(([label, value]) => ({ label, value, listed: true }));
    let offered = [];
    let active = -1;
    let typing = false;

    const labelOf = (value) => options.find((one) => one.value === value)?.label ?? String(value);
    const names = (option) => [fold(option.label), fold(String(option.value))];
    const exact = (text) => fold(text) && options.find((option) => names(option).includes(fold(text)));

    // What fits the text: first what equals it, then what begins with it, then what has a word that does.
    function rank(option, text) {
      const ranks = names(option).map((name) => {
        if (name === text) return 0;
        if (name.startsWith(text)) return 1;
        return name.includes(` ${text}`) ? 2 : name.includes(text) ? 3 : 4;
      });
      return Math.min(...ranks);
    }

    function fitting(text) {
      const ranked = options.map((option) => [rank(option, text), option]);
      return ranked.filter(([place]) => place < 4).sort((a, b) => a[0] - b[0]).map(([, option]) => option);
    }

    function near(text) {
      const apart = (option) => Math.min(...names(option).map((name) => distance(text, name)));
      return options
        .map((option) => [apart(option), option])
        .filter(([letters]) => letters <= (text.length < 4 ? 1 : Math.max(2, text.length / 4)))
        .sort((a, b) => a[0] - b[0])
        .slice(0, NEAREST)
        .map(([, option]) => ({ ...option, listed: false, ask: props.words.near }));
    }

    function offers(typed) {
      const text = fold(typed);
      if (!text) return options;
      const found = fitting(text);
      if (exact(text)) return found;
      const asked = found.length ? [] : near(text);
      const own = { label: typed.trim(), value: typed.trim(), listed: false, ask: props.words.own };
      return [...found, ...asked, ...(props.words.own ? [own] : [])];
    }

    function item(option, place) {
      const content = option.ask ? sentence(option.ask, option.label) : [word(option.label)];
      const line = make("li", option.ask ? "ask" : "", ...content);
      line.id = `${list.id}-${place}`;
      line.setAttribute("role", "option");
      line.setAttribute("aria-selected", String(!option.ask && props.value.includes(option.value)));
      line.addEventListener("click", () => take(option.value));
      return line;
    }

    function open(typed) {
      offered = offers(typed);
      list.replaceChildren(...offered.map(item));
      if (!offered.length) {
        const none = make("li", "none", props.words.none);
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        list.append(none);
      }
      list.hidden = false;
      input.setAttribute("aria-expanded", "true");
      // Enter takes the first listed word that fits; a question must be answered first.
      activate(typed ? (offered[0]?.listed ? 0 : -1) : offered.findIndex((one) => one.value === props.value[0]));
    }

    function activate(place) {
      list.querySelector(".active")?.classList.remove("active");
      active = place;
      const line = place < 0 ? null : list.children[place];
      line?.classList.add("active");
      line?.scrollIntoView({ block: "nearest" });
      if (line) input.setAttribute("aria-activedescendant", line.id);
      else input.removeAttribute("aria-activedescendant");
    }

    function settle() {
      typing = false;
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      activate(-1);
      input.value = several ? "" : labelOf(props.value[0]);
    }

    // A group and what it holds do not stand together: whichever is chosen last replaces the other.
    // It says so, and can be undone until something else is chosen.

    const holds = (group, value) => props.groups[group]?.includes(value) ?? false;
    let told = null;

    function added(value) {
      const kept = props.value.filter((one) => !holds(value, one) && !holds(one, value));
      return [...kept, value];
    }

    function tell(value, before) {
      const gone = before.filter((one) => !props.value.includes(one));
      if (!gone.length) return;
      const names = gone.map((one) => word(labelOf(one)));
      const others = names.flatMap((name, place) => (place ? [", ", name] : [name]));
      const parts = { "{chosen}": [word(labelOf(value))], "{others}": others };
      const line = props.words.replaced.split(/(\{\w+\})/).flatMap((part) => parts[part] ?? [part]);
      told = { before, after: props.value };
      replaced.hidden = false;
      replaced.firstElementChild.replaceChildren(...line);
    }

    function untell() {
      if (!told || String(told.after) === String(props.value)) return;
      told = null;
      replaced.hidden = true;
      replaced.firstElementChild.replaceChildren();
    }

    replaced?.querySelector("button").addEventListener("click", () => {
      props.value = told.before;
      settle();
      show();
      input.focus();
      changed();
    });

    function show() {
      // What is being typed stays when the server fills the field.
      if (!typing) settle();
      if (!several) return;
      untell();
      for (const old of element.querySelectorAll(".bx-chip")) old.remove();
      input.before(...props.value.map(chip));
    }

    function chip(value, place) {
      const remove = make("button", "", "\u00d7");
      remove.type = "button";
      remove.setAttribute("aria-label", props.words.remove.replace("{word}", () => labelOf(value)));
      remove.addEventListener("click", () => {
        drop(place);
        const others = element.querySelectorAll(".bx-chip button");
        (others[Math.min(place, others.length - 1)] ?? input).focus();
      });
      return make("span", "bx-chip", word(labelOf(value)), remove);
    }

    function drop(place) {
      props.value = props.value.toSpliced(place, 1);
      settle();
      show();
      changed();
    }

    function take(value) {
      const before = props.value;
      const isNew = !before.includes(value);
      if (isNew) props.value = several ? added(value) : [value];
      settle();
      show();
      if (isNew && several) tell(value, before);
      // Chromium gives the focus to a field whose text is selected, even to one that is losing it.
      if (document.activeElement === input) input.select();
      if (isNew) changed();
    }

    function enter() {
      if (list.hidden) return;
      if (!input.value.trim()) settle();
      else if (active >= 0) take(offered[active].value);
      else if (offered.length) activate(0);
    }

    function step(by) {
      if (list.hidden) open("");
      else if (offered.length) activate((active + by + offered.length) % offered.length);
    }

    const keys = {
      Enter: enter,
      ArrowDown: () => step(1),
      ArrowUp: () => step(active < 0 ? 0 : -1),
      Escape: settle,
    };

    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Backspace" && several && !input.value && props.value.length) {
        drop(props.value.length - 1);
      }
      if (!keys[event.key]) return;
      event.preventDefault();
      keys[event.key]();
    });
    input.addEventListener("input", () => {
      typing = true;
      open(input.value);
    });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("blur", () => {
      const found = !list.hidden && exact(input.value);
      if (found) take(found.value);
      else settle();
    });

    input.addEventListener("click", () => {
      if (!list.hidden) return;
      open("");
      // A click into a selection takes it away after this event.
      setTimeout(() => typing || input.select());
    });
    element.querySelector(".bx-chosen").addEventListener("click", (event) => {
      if (event.target !== event.currentTarget) return;
      input.focus();
      input.click();
    });
    // The list must not take the focus from the field.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    watch("value", show);
    show();
  }

  window.biasExplorer = { ...window.biasExplorer, combobox };
})();
