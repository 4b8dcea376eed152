"""Maps: GeoJSON and styles in, HTML out; no Django, no GDAL, no outside address.

`build_map` gives the parts of a page, `standalone_html` one file that opens with no network.
"""
