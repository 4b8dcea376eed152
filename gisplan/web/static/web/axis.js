/* The view of an axis in its address: year, layers and place of the map; all of it works as a form, too. */
(function () {
  "use strict";

  var slider = document.getElementById("f-anno");
  var form = document.getElementById("axis-filters");
  var link = document.getElementById("permalink");
  var map = window.gisplanMap && window.gisplanMap.maps.map_main;

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
    if (map && link) keep(hidden("strati"), new URL(link.value).searchParams.get("strati"));
    if (map && link) keep(hidden("vista"), new URL(link.value).searchParams.get("vista"));
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

  function keep(field, value) { field.value = value || ""; }

  document.querySelectorAll("[data-copy]").forEach(function (button) {
    var field = document.getElementById(button.dataset.copy);
    button.hidden = false;
    button.addEventListener("click", function () {
      field.select();
      var copied = navigator.clipboard ? navigator.clipboard.writeText(field.value) : Promise.reject();
      copied.catch(function () { document.execCommand("copy"); }).then(function () {
        var said = document.getElementById(field.id + "-said");
        if (said) said.textContent = button.dataset.done;
      });
    });
  });

  document.querySelectorAll("[data-answers]").forEach(function (place) {
    fetch(place.dataset.answers, { credentials: "same-origin" }).then(function (response) {
      if (!response.ok) throw new Error(response.statusText);
      return response.text();
    }).then(function (html) {
      place.innerHTML = html;
      place.setAttribute("aria-busy", "false");
    }).catch(function () { place.setAttribute("aria-busy", "false"); });
  });

  if (!map || !link) return;
  var asked = new URL(location.href).searchParams;
  var inputs = document.querySelectorAll('input[data-map="map_main"][data-switch]');

  function write(name, value) {
    var address = new URL(link.value);
    if (value === null) address.searchParams.delete(name); else address.searchParams.set(name, value);
    link.value = address.href;
  }

  var place = /^(-?[\d.]+),(-?[\d.]+),([\d.]+)$/.exec(asked.get("vista") || "");
  if (place) map.setView([parseFloat(place[2]), parseFloat(place[1])], parseFloat(place[3]), { animate: false });

  /* The map fits itself to its box, too: that is no choice of the reader's. */
  var moved = Boolean(place);
  ["pointerdown", "keydown", "wheel"].forEach(function (kind) {
    map.getContainer().addEventListener(kind, function () { moved = true; }, { passive: true });
  });
  map.on("moveend", function () {
    if (!moved) return;
    var centre = map.getCenter();
    write("vista", centre.lng.toFixed(5) + "," + centre.lat.toFixed(5) + "," + map.getZoom().toFixed(2));
  });
  inputs.forEach(function (input) {
    input.addEventListener("change", function () {
      var on = Array.prototype.filter.call(inputs, function (one) { return one.checked; });
      write("strati", on.map(function (one) { return one.dataset.switch; }).join(","));
    });
  });
})();
