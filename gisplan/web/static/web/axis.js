/* The filters and the year of an axis, which work as a form, too, and the answers that come later. */
(function () {
  "use strict";

  var slider = document.getElementById("f-anno");
  var form = document.getElementById("axis-filters");

  var filters = document.querySelector("details.filters");
  if (filters && !filters.hasAttribute("data-in-use") && window.innerWidth < 600) filters.open = false;

  if (slider) {
    slider.addEventListener("input", function () {
      slider.removeAttribute("data-untouched");
      document.getElementById("year-shown").textContent = slider.value;
    });
    slider.addEventListener("change", function () { form.requestSubmit(); });
  }

  /* A field that asks nothing is not part of the address. */
  if (form) form.addEventListener("submit", function () {
    ["strati", "vista"].forEach(function (name) { hidden(name).value = window.gisplanView.read(name) || ""; });
    Array.prototype.forEach.call(form.elements, function (field) {
      var silent = field.name && (!field.value || field.hasAttribute("data-untouched"));
      if (silent) field.disabled = true;
    });
    setTimeout(function () {
      Array.prototype.forEach.call(form.elements, function (field) { field.disabled = false; });
    }, 0);
  });

  function hidden(name) {
    var field = form.elements[name];
    if (field) return field;
    field = document.createElement("input");
    field.type = "hidden";
    field.name = name;
    form.appendChild(field);
    return field;
  }

  document.querySelectorAll("[data-answers]").forEach(function (place) {
    fetch(place.dataset.answers, { credentials: "same-origin" }).then(function (response) {
      if (!response.ok) throw new Error(response.statusText);
      return response.text();
    }).then(function (html) {
      place.innerHTML = html;
      place.setAttribute("aria-busy", "false");
    }).catch(function () { place.setAttribute("aria-busy", "false"); });
  });
})();
