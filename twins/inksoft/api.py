"""``/{store}/Api2/{Method}``: the door, the envelope around every answer, and the control plane beside it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from twins import kit
from twins.inksoft import paper
from twins.inksoft.control import control_plane
from twins.inksoft.given import Given, read
from twins.inksoft.methods import METHODS, Answer, Call, Method
from twins.inksoft.paper import Refused
from twins.inksoft.people import Site

if TYPE_CHECKING:
    from twins.inksoft.twin import InkSoftTwin


def call_name(environ: WSGIEnvironment, _body: bytes = b"") -> str:
    """A call's name on the switch board: the method, as it is spelt in the reference."""
    path = str(environ["PATH_INFO"])
    method = METHODS.get(path.rsplit("/", 1)[-1].lower())
    return method.name if method else f"{environ['REQUEST_METHOD']} {path}"


def build_app(twin: InkSoftTwin) -> WSGIApplication:
    app = Flask("inksoft-twin")
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    app.register_blueprint(control_plane(twin), url_prefix="/_twin")

    @app.route("/<store>/<api>/<name>", methods=["GET", "POST"])
    def door(store: str, api: str, name: str) -> Response:
        site, method = twin.shop.sites.get(store.lower()), METHODS.get(name.lower())
        if site is None or method is None or api.lower() != "api2":
            return _html("Page not found", 404)
        if request.method not in method.verbs:
            return _html("Method not allowed", 405)
        if site.api_off == "page":
            return _html(site.uri, 200)
        with twin.lock:
            twin.api_calls_counted[method.name] += 1
            return _answered(twin, site, method)

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        return _html(error.name, error.code or 500)

    return kit.FaultyApp(app, twin.faults, call_name)


def _answered(twin: InkSoftTwin, site: Site, method: Method) -> Response:
    try:
        given = read(request)
        style = _format(twin, given)
        if site.api_off:
            raise Refused("The API is not enabled for this store")
        answer = method.answer(_admit(twin, site, method, given))
    except Refused as no:
        return _json(twin, paper.failure(no.content, no.code), no.status, "json")
    return _json(twin, _enveloped(answer), 200, style)


def _enveloped(answer: Answer) -> dict[str, Any]:
    return paper.envelope(answer.data, answer.pagination)


def _format(twin: InkSoftTwin, given: Given) -> str:
    """XML is a format of theirs, and not of this twin's."""
    asked = given.text("Format").lower() or "json"
    if asked not in ("json", "jsoncamelcase"):
        raise Refused("This stand-in answers in JSON and JSONCamelCase only")
    return "jsoncamelcase" if twin.switches.camel_case else asked


def _admit(twin: InkSoftTwin, site: Site, method: Method, given: Given) -> Call:
    """A session goes before a key; a wrong one is refused even where none is needed (inferred)."""
    key = given.text("ApiKey")
    if not key and twin.switches.takes_key_header:
        key = request.headers.get("x-api-key", "")
    if given.has("SessionToken") and method.name != "GetSession":
        session = site.session(given.text("SessionToken"), twin.now())
        return Call(twin, site, given, admitted=True, may_list=session.may_list)
    if key and not site.takes_key(key):
        raise Refused("The API key is invalid")
    public = method.needs == "nothing" or (method.needs == "read" and twin.switches.reads_are_public)
    if not key and not public:
        raise Refused("An API key is required")
    return Call(twin, site, given, admitted=bool(key), may_list=site.may_list)


def _json(twin: InkSoftTwin, told: dict[str, Any], status: int, style: str) -> Response:
    if not twin.switches.mended_spelling:
        told = paper.renamed(told, lambda name: paper.MISSPELT.get(name, name))
    if style == "jsoncamelcase" or twin.switches.camel_case:
        told = paper.renamed(told, paper.camel)
    return Response(json.dumps(told, ensure_ascii=False), status, content_type="application/json; charset=utf-8")


def _html(title: str, status: int) -> Response:
    return Response(paper.page(title), status, content_type=paper.HTML)
