/* Click-to-place: a click on the map, or a dragged mark, writes the fields; the fields move the mark. */
(function () {
  "use strict";

  var form = document.getElementById("place-form");
  var map = window.gisplanMap && window.gisplanMap.maps.map_main;
  if (!form || !map) return;
  var MARK = '<svg viewBox="0 0 24 24" width="34" height="34" aria-hidden="true" focusable="false">' +
    '<path fill="#c0227a" stroke="#fff" stroke-width="1.5" d="M12 1a8 8 0 0 1 8 8c0 5-8 14-8 14S4 14 4 9a8 8 0 0 1 8-8z"/>' +
    '<circle cx="12" cy="9" r="3" fill="#fff"/></svg>';
  var lon = form.elements.lon, lat = form.elements.lat, mark = null;

  function show(place) {
    if (!mark) {
      mark = L.marker(place, {
        draggable: true,
        keyboard: false,
        zIndexOffset: 1000,
        icon: L.divIcon({ className: "place-mark", html: MARK, iconSize: [34, 34], iconAnchor: [17, 33] })
      }).addTo(map);
      mark.getElement().setAttribute("aria-hidden", "true"); // the fields say the same, and are reached by keyboard
      mark.on("dragend", function () { write(mark.getLatLng()); });
    }
    mark.setLatLng(place);
  }

  function write(place) {
    lon.value = place.lng.toFixed(6);
    lat.value = place.lat.toFixed(6);
  }

  function fromFields() {
    var x = parseFloat(lon.value.replace(",", ".")), y = parseFloat(lat.value.replace(",", "."));
    if (isFinite(x) && isFinite(y) && Math.abs(x) <= 180 && Math.abs(y) <= 90) show([y, x]);
  }

  map.on("click", function (event) { write(event.latlng); show(event.latlng); });
  map.eachLayer(function (layer) {
    // What lies on the map would take the click for itself.
    if (layer instanceof L.Path) {
      layer.unbindPopup();
      layer.on("click", function (event) { write(event.latlng); show(event.latlng); });
    }
  });
  lon.addEventListener("change", fromFields);
  lat.addEventListener("change", fromFields);
  fromFields();
})();
