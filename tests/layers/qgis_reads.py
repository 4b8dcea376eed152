"""Run by the Python of QGIS: `qgis_reads.py CONNECTION QML SLD` prints what QGIS makes of a layer and of its styles."""

import json
import sys

from qgis.core import QgsApplication, QgsRenderContext, QgsVectorLayer

application = QgsApplication([], False)
application.initQgis()


def classes(layer: QgsVectorLayer) -> list[list[object]]:
    """The colour in which QGIS draws each feature."""
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    renderer.startRender(context, layer.fields())
    drawn = []
    for feature in layer.getFeatures():
        symbols = renderer.symbolsForFeature(feature, context)
        drawn.append([feature.id(), *(symbol.color().name() for symbol in symbols)])
    renderer.stopRender(context)
    return sorted(drawn)


connection, qml, sld = sys.argv[1:]
layer = QgsVectorLayer(connection, "luoghi", "postgres")
found = {
    "valid": layer.isValid(),
    "count": layer.featureCount(),
    "crs": layer.crs().authid(),
    "wkb": layer.wkbType(),
    "fields": [field.name() for field in layer.fields()],
    "read": len(list(layer.getFeatures())),
}
found["qml_read"] = layer.loadNamedStyle(qml)[1]
found["qml"] = classes(layer)
found["sld_read"] = layer.loadSldStyle(sld)[1]
found["sld"] = classes(layer)
sys.stdout.write(json.dumps(found))
sys.stdout.flush()
application.exitQgis()
