// Bias Explorer: one model's image laid over another's of the same seed, as far as a slider says.
(() => {
  const { here } = window.biasExplorer;
  const { beside, modelOf } = window.biasExplorer.places;
  const LETTERS = "abcd";

  // The slider stays where it was while one steps from image to image.
  let share = 50;

  // The letters of the two models: "ab".
  function pair(place) {
    const letters = [...LETTERS.slice(0, beside(place).length)];
    const [first, second] = here.over;
    return letters.includes(first) && letters.includes(second) && first < second ? here.over : "ab";
  }

  const placesOf = (place) => [...pair(place)].map((letter) => beside(place)[LETTERS.indexOf(letter)]);
  const isThumb = (place) => place.matches(".bx-thumb");

  // The overlay of a seed, or which of its images is missing.

  function lay(place, choose) {
    const part = document.querySelector(".bx-overlay-parts").content.firstElementChild.cloneNode(true);
    const select = part.querySelector("select");
    if (select) {
      select.value = pair(place);
      select.addEventListener("change", () => choose(select.value));
    }
    const lacking = placesOf(place).filter((one) => !isThumb(one));
    if (lacking.length) {
      part.querySelector(".bx-layers").remove();
      part.querySelector("p").removeAttribute("aria-hidden");
      part.querySelector("p").textContent = lacking.map((one) => tell(part, one)).join(" ");
    } else fill(part, place);
    return part;
  }

  function tell({ dataset }, slot) {
    const text = slot.classList.contains("filtered") ? dataset.filtered : dataset.missing;
    return text.replace("{model}", modelOf(slot));
  }

  function fill(part, place) {
    const places = placesOf(place);
    part.querySelectorAll(".bx-layer").forEach((layer, at) => {
      const small = places[at].querySelector("img");
      const image = layer.querySelector("img");
      image.src = window.biasExplorer.images.fullOf(small);
      image.alt = small.alt;
      layer.querySelector("span").textContent = `${pair(place)[at].toUpperCase()} ${modelOf(places[at])}`;
    });
    const slider = part.querySelector("input");
    const [first, second] = places.map(modelOf);
    const wipe = () => {
      share = slider.valueAsNumber;
      const values = { share, rest: 100 - share, first, second };
      const said = slider.dataset.told.replace(/{(\w+)}/g, (_, name) => values[name]);
      part.style.setProperty("--share", `${share}%`);
      slider.setAttribute("aria-valuetext", said);
      part.querySelector("p").textContent = said;
    };
    slider.value = share;
    slider.addEventListener("input", wipe);
    wipe();
  }

  const thumbsOf = (place) => placesOf(place).filter(isThumb);

  window.biasExplorer.overlay = { lay, pair, thumbsOf };
})();
