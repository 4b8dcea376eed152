/* The hub workbench: a mark that is dragged or placed, its bands on the map, its figures in the table. */
(function () {
  "use strict";

  var box = document.getElementById("hub-result");
  var form = document.getElementById("hub-form");
  var map = window.gisplanMap && window.gisplanMap.maps.map_main;
  if (!box || !form || !map) return;

  var words = JSON.parse(document.getElementById("hub-words").textContent);
  var lang = document.documentElement.lang;
  var MARK = '<svg viewBox="0 0 24 24" width="34" height="34" aria-hidden="true" focusable="false">' +
    '<path fill="#c0227a" stroke="#fff" stroke-width="1.5" d="M12 1a8 8 0 0 1 8 8c0 5-8 14-8 14S4 14 4 9a8 8 0 0 1 8-8z"/>' +
    '<circle cx="12" cy="9" r="3" fill="#fff"/></svg>';
  var FILLS = ["#2b5f8a", "#6fa5cc", "#bcd7ea"];
  var mark = null, drawn = null, busy = false, waiting = null;

  function field(name) { return form.elements[name]; }

  function say(message) {
    var notice = document.getElementById("hub-error");
    notice.hidden = !message;
    notice.firstElementChild.textContent = message;
  }

  function written(value) {
    if (value === null) return box.dataset.unknown;
    if (typeof value === "number") return new Intl.NumberFormat(lang, { maximumFractionDigits: 0, useGrouping: "always" }).format(value);
    return words[value] || value;
  }

  function question() {
    return {
      lon: parseFloat(field("lon").value.replace(",", ".")),
      lat: parseFloat(field("lat").value.replace(",", ".")),
      mode: field("modo").value,
      minutes: field("minuti").value.split(",").map(Number)
    };
  }

  function fill(bands) {
    box.querySelectorAll("tr[data-field]").forEach(function (row) {
      while (row.children.length > 1) row.lastElementChild.remove();
      var head = row.dataset.field === "minutes";
      bands.forEach(function (band) {
        var cell = document.createElement(head ? "th" : "td");
        if (head) cell.scope = "col";
        if (head || typeof band[row.dataset.field] === "number") cell.className = "num";
        cell.textContent = written(band[row.dataset.field]);
        row.appendChild(cell);
      });
    });
  }

  function tell(answer) {
    var run = answer.run;
    var facts = {
      engine_version: run.engine_version, territory: run.editions.territory,
      people_grid: run.editions.people_grid || box.dataset.unknown, input_digest: run.input_digest.slice(0, 12),
      speed_kmh: new Intl.NumberFormat(lang).format(run.parameters.speed_kmh)
    };
    box.querySelectorAll("[data-run]").forEach(function (node) { node.textContent = facts[node.dataset.run]; });
    document.getElementById("hub-status").textContent = answer.municipality;
  }

  function share() {
    var query = new URLSearchParams({
      lon: field("lon").value, lat: field("lat").value, modo: field("modo").value, minuti: field("minuti").value
    });
    var address = location.pathname + "?" + query;
    document.getElementById("hub-link").href = address;
    history.replaceState(null, "", address);
    var save = document.getElementById("hub-save");
    if (save) query.forEach(function (value, name) { save.elements[name].value = value; });
  }

  function show(answer) {
    var bands = answer.features.map(function (feature) { return feature.properties; }).reverse();
    if (drawn) drawn.remove();
    drawn = L.geoJSON({ type: "FeatureCollection", features: answer.features.filter(function (one) { return one.geometry; }) }, {
      pane: "hub-bands",
      interactive: false,
      className: "hub-band",
      style: function (feature) {
        var order = bands.indexOf(feature.properties);
        return { color: "#17324d", weight: 2, fillColor: FILLS[Math.min(order, 2)], fillOpacity: 0.55 };
      }
    }).addTo(map);
    fill(bands);
    tell(answer);
    share();
    say("");
    box.hidden = false;
  }

  /* One question at a time; of those that come meanwhile, only the newest is asked. */
  function ask() {
    if (busy) { waiting = true; return; }
    busy = true;
    fetch(box.dataset.address, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(question())
    }).then(function (response) {
      return response.json().then(function (answer) {
        if (response.ok) show(answer); else say(answer.error.message);
      });
    }).catch(function () { say(box.dataset.failed); }).then(function () {
      busy = false;
      if (waiting) { waiting = null; ask(); }
    });
  }

  function place(point, asked) {
    field("lon").value = point.lng.toFixed(6);
    field("lat").value = point.lat.toFixed(6);
    if (!mark) {
      mark = L.marker(point, {
        draggable: true, autoPan: true, keyboard: false, title: box.dataset.hub, alt: box.dataset.hub,
        icon: L.divIcon({ className: "hub-mark", html: MARK, iconSize: [34, 34], iconAnchor: [17, 33] })
      }).addTo(map);
      mark.on("drag", function () { place(mark.getLatLng(), true); });
    } else if (!mark.getLatLng().equals(point)) {
      mark.setLatLng(point);
    }
    if (asked) ask();
  }

  function fromFields(moveMap) {
    var asked = question();
    if (isFinite(asked.lon) && isFinite(asked.lat) && Math.abs(asked.lat) <= 90) {
      var point = L.latLng(asked.lat, asked.lon);
      place(point, false);
      if (moveMap) map.setView(point, Math.max(map.getZoom(), 13), { animate: false });
    }
    ask();
  }

  map.createPane("hub-bands").style.zIndex = 450;
  map.on("click", function (event) { place(event.latlng, true); });
  form.addEventListener("submit", function (event) { event.preventDefault(); fromFields(true); });
  ["modo", "minuti"].forEach(function (name) {
    field(name).addEventListener("change", function () { if (mark) ask(); });
  });
  document.getElementById("hub-station").addEventListener("change", function (event) {
    if (!event.target.value) return;
    var parts = event.target.value.split(",");
    field("lon").value = parts[0];
    field("lat").value = parts[1];
    fromFields(true);
  });
  if (field("lon").value && field("lat").value) fromFields(false);
})();
