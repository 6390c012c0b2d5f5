// Overview: finding and sorting professions; both stand behind the "#" of the address.
(() => {
  const find = () => document.querySelector("#bx-find");
  const sort = () => document.querySelector("#bx-sort");
  const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

  const KEYS = {
    name: (row) => row.dataset.name,
    share: (row) => -number(row.dataset.share, -1),
    women: (row) => -number(row.dataset.women, -1),
    gap: (row) => -number(row.dataset.gap, -1),
  };
  const number = (text, otherwise) => (text === "" ? otherwise : Number(text));
  const compare = (one, other) =>
    typeof one === "string" ? one.localeCompare(other, document.documentElement.lang) : one - other;

  function ordered(body) {
    const rows = [...body.rows];
    rows.forEach((row, place) => (row.dataset.place ??= place));
    const key = KEYS[sort().value] ?? ((row) => Number(row.dataset.place));
    return rows.sort((one, other) => compare(key(one), key(other)));
  }

  function sift() {
    const body = document.querySelector(".bx-professions tbody");
    if (!body) return;
    const asked = plain(find().value.trim());
    const grouped = sort().value === "group";
    const professions = [...body.rows].filter((row) => !row.classList.contains("bx-group"));
    const fits = (row) => plain(row.dataset.name).includes(asked) || row.dataset.prompt.includes(asked);
    for (const row of professions) row.hidden = !fits(row);
    const shown = professions.filter((row) => !row.hidden);
    const groups = new Set(shown.map((row) => row.dataset.group));
    for (const row of body.querySelectorAll(".bx-group")) row.hidden = !grouped || !groups.has(row.dataset.group);
    const told = document.querySelector("#bx-found");
    told.textContent = asked === "" ? "" : told.dataset.pattern.replace("{number}", shown.length).replace("{all}", professions.length);
  }

  function arrange() {
    const body = document.querySelector(".bx-professions tbody");
    if (body) body.append(...ordered(body));
    sift();
  }

  function keep() {
    const asked = new URLSearchParams();
    if (find().value) asked.set("find", find().value);
    if (sort().value !== "group") asked.set("sort", sort().value);
    const hash = String(asked);
    history.replaceState(history.state, "", location.pathname + location.search + (hash && `#${hash}`));
  }

  function restore() {
    if (!find() || find().dataset.restored) return;
    find().dataset.restored = "true";
    const asked = new URLSearchParams(location.hash.slice(1));
    find().value = asked.get("find") ?? "";
    if (asked.get("sort") in KEYS) sort().value = asked.get("sort");
    arrange();
  }

  document.addEventListener("input", ({ target }) => {
    if (target.id !== "bx-find") return;
    sift();
    keep();
  });

  document.addEventListener("change", ({ target }) => {
    if (target.id !== "bx-sort") return;
    arrange();
    keep();
  });

  new MutationObserver(restore).observe(document, { childList: true, subtree: true });
})();
