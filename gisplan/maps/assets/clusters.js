/* Layers of many marks: gathered where they stand close together, and made in small pieces so that the page answers. */
(function () {
  "use strict";

  var PIECE = 250; // marks made between two breaths of the page

  /* A cluster is a button that says how many, of what, and what it does. */
  var ClusterIcon = L.DivIcon.extend({
    createIcon: function (old) {
      var node = L.DivIcon.prototype.createIcon.call(this, old);
      node.setAttribute("aria-label", this.options.label);
      node.setAttribute("data-layer", this.options.layer);
      node.style.setProperty("--mark", this.options.colour);
      return node;
    }
  });

  function membersIn(cluster) {
    return cluster.getAllChildMarkers().reduce(function (sum, mark) {
      return sum + mark.feature.properties.members.length;
    }, 0);
  }

  function iconOf(options) {
    return function (cluster) {
      var count = membersIn(cluster), written = count.toLocaleString(options.lang);
      var size = count < 10 ? 34 : count < 100 ? 40 : count < 1000 ? 46 : 54;
      var shape = document.createElement("span");
      shape.textContent = written;
      return new ClusterIcon({
        className: "feature map-cluster",
        html: shape,
        iconSize: [size, size],
        layer: options.key,
        colour: options.clusterColour,
        label: options.clusterLabel.replace("{count}", written)
      });
    };
  }

  function newGroup(map, options) {
    var group = L.markerClusterGroup({
      animate: false,
      chunkedLoading: true,
      chunkInterval: 20,
      showCoverageOnHover: false,
      spiderfyOnMaxZoom: false,
      disableClusteringAtZoom: 16,
      maxClusterRadius: 60,
      iconCreateFunction: iconOf(options)
    });
    // The button that was pressed is gone when the map is nearer: the map itself takes the keyboard.
    group.on("clusterkeypress", function () {
      map.once("moveend", function () { map.getContainer().focus({ preventScroll: true }); });
    });
    return group;
  }

  function inPieces(items, act, done) {
    var start = 0;
    (function next() {
      act(items.slice(start, start + PIECE));
      start += PIECE;
      if (start < items.length) window.setTimeout(next, 0); else done();
    })();
  }

  /* `make` turns features into Leaflet layers; what is no mark lies in the group as it is. */
  function addClusters(map, options, features, make) {
    var group = newGroup(map, options), whole = L.layerGroup([group]), marks = [];
    map.getContainer().setAttribute("data-clusters", "loading");
    inPieces(features, function (piece) {
      make(piece).forEach(function (layer) {
        if (layer instanceof L.Marker) marks.push(layer); else whole.addLayer(layer);
      });
    }, function () {
      group.options.chunkProgress = function (done, total) {
        if (done === total) map.getContainer().setAttribute("data-clusters", "ready");
      };
      group.addLayers(marks);
    });
    return whole;
  }

  window.gisplanMap.addClusters = addClusters;
})();
