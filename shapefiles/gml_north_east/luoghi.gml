<?xml version="1.0" encoding="utf-8"?>
<gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml/3.2" xmlns:x="http://example.org/x"><gml:featureMember><x:luogo gml:id="l1"><x:codice>001168</x:codice><x:nome>None</x:nome><x:geom><gml:Point srsName="urn:ogc:def:crs:EPSG::6707"><gml:pos>4990000 395000</gml:pos></gml:Point></x:geom></x:luogo></gml:featureMember></gml:FeatureCollection>
