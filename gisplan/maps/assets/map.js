/* Draws the layers that gisplan.maps hands over; every text arrives as text and is set as text. */
(function () {
  "use strict";

  var FOCUSABLE_SHAPES = 60; // beyond this the table is the way in for a keyboard
  var RING_PX = 24;
  var HOME_SVG = '<svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true" focusable="false">' +
    '<path fill="currentColor" d="M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z"/></svg>';

  /* Who asked the system for less motion sees a map that jumps and does not glide. */
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    var glide = L.Map.prototype.panBy;
    L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });
    L.Map.include({
      panBy: function (offset, options) { return glide.call(this, offset, L.extend({}, options, { animate: false })); }
    });
  }

  function element(tag, className, content) {
    var node = document.createElement(tag);
    if (className) node.className = className;
    if (content !== undefined) node.textContent = content;
    return node;
  }

  function nameOf(properties) {
    return properties.name || properties.members[0].name;
  }

  function popupContent(properties, labels) {
    var box = element("div", "map-popup");
    if (properties.name) box.appendChild(element("p", "map-popup-group", properties.name));
    properties.members.forEach(function (member) {
      var title = element("strong", "map-popup-title", member.href ? undefined : member.name);
      if (member.href) {
        var link = element("a", "", member.name);
        link.href = member.href;
        title.appendChild(link);
      }
      box.appendChild(title);
      if (!labels.length) return;
      var list = element("dl");
      labels.forEach(function (label, i) {
        list.appendChild(element("dt", "", label));
        list.appendChild(element("dd", "", member.values[i]));
      });
      box.appendChild(list);
    });
    return box;
  }

  /* Marks of several layers or classes at one place stand round the first, so that none hides another. */
  function ringOffset(slot) {
    var turn = (slot - 1) * Math.PI / 3;
    return slot ? [Math.round(RING_PX * Math.sin(turn)), Math.round(-RING_PX * Math.cos(turn))] : [0, 0];
  }

  function marker(properties, latlng, style, interactive) {
    var offset = ringOffset(properties.slot || 0);
    var count = properties.members.length;
    var half = style.size / 2;
    return L.marker(latlng, {
      interactive: interactive,
      keyboard: interactive,
      riseOnHover: true,
      icon: L.divIcon({
        className: "feature map-marker",
        html: style.svg + (count > 1 ? '<span class="map-count">' + count + "</span>" : ""),
        iconSize: [style.size, style.size],
        iconAnchor: [half - offset[0], half - offset[1]],
        popupAnchor: [offset[0], offset[1] - half],
        tooltipAnchor: [offset[0] + half, offset[1]]
      })
    });
  }

  function describe(layer, owner, options, properties) {
    var node = layer.getElement && layer.getElement();
    if (!node) return;
    node.setAttribute("data-layer", options.key);
    node.setAttribute("data-feature", properties.members.map(function (member) { return member.id; }).join(" "));
    node.setAttribute("aria-label", nameOf(properties));
    if (layer instanceof L.Marker) return;
    node.setAttribute("role", options.focusable ? "button" : "img");
    if (!options.focusable) node.setAttribute("tabindex", "-1"); // or its tooltip makes Chromium stop at every shape
    if (!options.focusable || node.hasAttribute("tabindex")) return;
    node.setAttribute("tabindex", "0");
    node.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      owner.openPopup();
    });
  }

  function nameOnMap(layer) {
    var place = layer.getLatLng ? layer.getLatLng() : layer.getBounds().getCenter();
    var name = element("span", "", nameOf(layer.feature.properties));
    var icon = L.divIcon({ className: "map-name", html: name, iconSize: null });
    return L.marker(place, { icon: icon, pane: "names", interactive: false, keyboard: false });
  }

  /* A popup takes the keyboard with it and gives it back to where it came from. */
  function handleFocus(map, closeText) {
    map.on("popupopen", function (event) {
      var box = event.popup.getElement();
      var content = box.querySelector(".map-popup");
      box.querySelector(".leaflet-popup-close-button").setAttribute("aria-label", closeText);
      box.setAttribute("role", "dialog");
      box.setAttribute("aria-label", content.firstChild.textContent);
      if (event.popup._source) event.popup._source.closeTooltip();
      box.onkeydown = function (key) { if (key.key === "Escape") map.closePopup(event.popup); };
      content.tabIndex = 0;
      content.focus({ preventScroll: true });
    });
    map.on("popupclose", function (event) {
      var from = event.popup._source;
      var source = from ? from.getElement && from.getElement() : map.getContainer();
      if (source && event.popup.getElement().contains(document.activeElement)) source.focus({ preventScroll: true });
    });
  }

  function homeButton(bar, title, goHome) {
    var link = L.DomUtil.create("a", "map-home", bar);
    link.href = "#";
    link.title = title;
    link.innerHTML = HOME_SVG;
    link.setAttribute("role", "button");
    link.setAttribute("aria-label", title);
    L.DomEvent.disableClickPropagation(link);
    L.DomEvent.on(link, "click", function (event) { L.DomEvent.stop(event); goHome(); });
  }

  function shapeStyle(style, pane, interactive) {
    return L.extend({}, style.path, { className: "feature", pane: pane, interactive: interactive });
  }

  function addLayer(map, options, data) {
    var pane = map.createPane("layer-" + options.key);
    pane.style.zIndex = 400 + Object.keys(map.planLayers).length;
    if (!options.tooltips) pane.setAttribute("aria-hidden", "true");
    options.focusable = options.popups && data.features.length <= FOCUSABLE_SHAPES;

    function prepare(feature, layer) {
      var properties = feature.properties;
      if (options.popups) {
        layer.bindPopup(function () { return popupContent(properties, options.labels); }, {
          minWidth: 180,
          maxWidth: Math.min(320, map.getSize().x - 120),
          autoPanPaddingTopLeft: [60, 8],
          autoPanPaddingBottomRight: [8, 8]
        });
      }
      if (options.tooltips) {
        layer.bindTooltip(element("span", "", nameOf(properties)), { sticky: !layer.getLatLng });
      }
      (layer.eachLayer ? layer.getLayers() : [layer]).forEach(function (part) {
        part.on("add", function () { describe(part, layer, options, properties); });
      });
    }

    data.features.forEach(function (feature) {
      if (feature.shape) feature.geometry = window.gisplanShapes[feature.shape];
    });
    function made(features) {
      var group = L.geoJSON({ type: "FeatureCollection", features: features }, {
        style: function (feature) {
          return shapeStyle(options.styles[feature.properties.cls], "layer-" + options.key, options.tooltips);
        },
        pointToLayer: function (feature, latlng) {
          return marker(feature.properties, latlng, options.styles[feature.properties.cls], options.tooltips);
        },
        onEachFeature: prepare
      });
      group.getLayers().forEach(function (layer) {
        if (layer.feature.properties.label) group.addLayer(nameOnMap(layer));
      });
      return group;
    }

    var group = options.clustered
      ? api.addClusters(map, options, data.features, function (piece) { return made(piece).getLayers(); })
      : made(data.features);
    map.planLayers[options.key] = group;
    if (options.visible) group.addTo(map);
    return group;
  }

  /* Fits the bounds, and again when the box changes (a turned phone, print) until the reader has moved the map. */
  function keepInView(map, bounds) {
    var untouched;
    function showAll() {
      map.fitBounds(bounds, { padding: [12, 12], animate: false });
      untouched = true;
    }
    map.on("movestart", function () { untouched = false; });
    map.on("resize", function () { if (untouched) showAll(); });
    new ResizeObserver(function () { map.invalidateSize({ animate: false }); }).observe(map.getContainer());
    showAll();
    return showAll;
  }

  function prepareMap(map, options) {
    map.planLayers = {};
    api.maps[options.name] = map;
    var box = map.getContainer();
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", options.label);
    box.setAttribute("lang", options.lang);
    var table = document.getElementById(options.name + "-table");
    if (table) box.setAttribute("aria-describedby", table.id);
    var names = map.createPane("names");
    names.style.zIndex = 590;
    names.setAttribute("aria-hidden", "true"); // each name is on its own feature, too
    var zoom = L.control.zoom({ zoomInTitle: options.zoomIn, zoomOutTitle: options.zoomOut }).addTo(map);
    homeButton(zoom.getContainer(), options.home, keepInView(map, options.bounds));
    L.control.scale({ metric: true, imperial: false, maxWidth: 140 }).addTo(map);
    L.control.attribution({ prefix: false }).addAttribution(options.attribution).addTo(map);

    // A wheel turned over the page must not be caught by a map that nobody chose.
    map.scrollWheelZoom.disable();
    map.on("focus", function () { map.scrollWheelZoom.enable(); });
    map.on("blur", function () { map.scrollWheelZoom.disable(); });
    handleFocus(map, options.close);
    document.querySelectorAll('input[data-map="' + options.name + '"]').forEach(function (input) {
      input.addEventListener("change", function () {
        var group = map.planLayers[input.getAttribute("data-switch")];
        if (input.checked) group.addTo(map); else group.remove();
      });
    });
  }

  var api = { maps: {}, prepareMap: prepareMap, addLayer: addLayer, popupContent: popupContent };
  window.gisplanMap = api;
})();
