// The drawn net. Python makes the drawing, which holds no text of a visitor's; a click on an arrow is all that goes back.
const seen = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let view = seen.get(parentElement);
  if (!view) {
    const place = document.createElement("div");
    place.className = "net-view";
    parentElement.appendChild(place);
    view = { place, drawing: "" };
    seen.set(parentElement, view);
    place.addEventListener("click", (event) => {
      const arrow = event.target.closest("[data-arrow]");
      if (arrow) setTriggerValue("cut", arrow.dataset.arrow);
    });
  }
  if (view.drawing !== data.drawing) {
    view.drawing = data.drawing;
    view.place.innerHTML = data.drawing;
  }
}
