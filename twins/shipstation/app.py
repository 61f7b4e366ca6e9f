"""Both APIs, the published keys, and the control plane, in one application."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from twins import kit
from twins.shipstation.control import control_plane
from twins.shipstation.hooks import published_keys
from twins.shipstation.v1 import v1_api
from twins.shipstation.v2 import v2_api

if TYPE_CHECKING:
    from twins.shipstation.twin import ShipStationTwin

_ID = re.compile(r"/(\d+|se-\d+)(?=/|$)")
_EXTERNAL = re.compile(r"(/external_shipment_id)/.+")


def call_name(environ: WSGIEnvironment, _body: bytes = b"") -> str:
    """A call's name on the switch board: ``POST /orders/createorder``, ``GET /v2/shipments/{id}``, …"""
    path = _EXTERNAL.sub(r"\1/{id}", _ID.sub("/{id}", str(environ["PATH_INFO"])))
    return f"{environ['REQUEST_METHOD']} {path.rstrip('/')}"


def build_app(twin: ShipStationTwin) -> WSGIApplication:
    app = Flask("shipstation-twin")
    app.config["MAX_CONTENT_LENGTH"] = 10_000_000
    app.register_blueprint(v1_api(twin, call_name))
    app.register_blueprint(v2_api(twin, call_name), url_prefix="/v2")
    app.register_blueprint(control_plane(twin), url_prefix="/_twin")

    @app.get("/jwks")
    def jwks() -> ResponseReturnValue:
        return jsonify(published_keys(twin.hooks.key_id))

    return kit.FaultyApp(app, twin.faults, call_name)
