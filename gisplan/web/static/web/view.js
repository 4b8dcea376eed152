/* What a reader does with the map of a page (layers on and off, the place it shows) stands in the link to the view
   and in the links to its files; an address that holds it opens the page so. */
(function () {
  "use strict";

  var link = document.getElementById("permalink");
  var files = document.querySelectorAll(".export a[href]");
  var maps = window.gisplanMap ? window.gisplanMap.maps : {};
  var names = Object.keys(maps);
  var inputs = Array.prototype.slice.call(document.querySelectorAll("input[data-map][data-switch]"));
  var asked = new URL(location.href).searchParams;

  function changed(address, name, value) {
    var url = new URL(address, location.href);
    if (value === null) url.searchParams.delete(name); else url.searchParams.set(name, value);
    return url.href;
  }

  function write(name, value) {
    if (link) link.value = changed(link.value, name, value);
    files.forEach(function (file) { file.href = changed(file.href, name, value); });
  }

  function read(name) { return link ? new URL(link.value).searchParams.get(name) : asked.get(name); }

  window.gisplanView = { write: write, read: read };

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

  if (!names.length) return;

  /* Layers of several maps on one page are told apart by their map. */
  function layerOf(input) {
    var layer = input.dataset.switch;
    return names.length > 1 ? input.dataset.map.replace(/^map_/, "") + "." + layer : layer;
  }

  var on = asked.get("strati");
  if (on !== null) inputs.forEach(function (input) {
    var wanted = on.split(",").indexOf(layerOf(input)) >= 0;
    if (input.checked === wanted) return;
    input.checked = wanted;
    input.dispatchEvent(new Event("change"));
  });
  inputs.forEach(function (input) {
    input.addEventListener("change", function () {
      var checked = inputs.filter(function (one) { return one.checked; });
      write("strati", checked.map(layerOf).join(","));
    });
  });

  /* The first map stands for those that move with it, once they do. */
  var map = maps[names[0]];
  var place = /^(-?[\d.]+),(-?[\d.]+),([\d.]+)$/.exec(asked.get("vista") || "");
  if (place) document.addEventListener("DOMContentLoaded", function () {
    map.setView([parseFloat(place[2]), parseFloat(place[1])], parseFloat(place[3]), { animate: false });
  });

  /* A map fits itself to its box, too: that is no choice of the reader's. */
  var moved = Boolean(place);
  names.forEach(function (name) {
    ["pointerdown", "keydown", "wheel"].forEach(function (kind) {
      maps[name].getContainer().addEventListener(kind, function () { moved = true; }, { passive: true });
    });
  });
  map.on("moveend", function () {
    if (!moved) return;
    var centre = map.getCenter();
    write("vista", centre.lng.toFixed(5) + "," + centre.lat.toFixed(5) + "," + map.getZoom().toFixed(2));
  });
})();
