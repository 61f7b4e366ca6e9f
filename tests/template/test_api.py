"""The one door from outside: four routes, bytes kept as they were signed, and no path in any log."""

from __future__ import annotations

import json

from platen.usecases.operate_levels import Level
from tests.template.reading import resource, resources, template, word

ROUTES = {
    "/webhooks/store/{connection}/{key}": ("StoreWebhook", ["post"]),
    "/webhooks/vendor/{connection}/{key}": ("VendorWebhook", ["post"]),
    "/feeds/{connection}/{key}": ("VendorFeed", ["get", "post"]),
    "/v1/wh/{connection}/{proxy+}": ("WarehouseApi", ["get", "post"]),
}


def _stage() -> dict[str, object]:
    [stage] = resources("AWS::ApiGateway::Stage").values()
    return stage


def test_there_are_routes_for_webhooks_for_vendors_that_fetch_and_for_warehouses() -> None:
    paths = resource("Api")["Properties"]["Body"]["paths"]
    assert {path: sorted(methods) for path, methods in paths.items()} == {
        path: methods for path, (_, methods) in ROUTES.items()
    }
    for path, (function, methods) in ROUTES.items():
        for method in methods:
            uri = paths[path][method]["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            assert f"${{{function}.Arn}}" in uri


def test_every_body_arrives_as_the_bytes_that_were_sent() -> None:
    api = resource("Api")["Properties"]
    assert "*/*" in (api.get("BinaryMediaTypes") or api["Body"]["x-amazon-apigateway-binary-media-types"])


def test_nothing_else_of_ours_answers_without_a_login() -> None:
    """Invoking is otherwise for whom IAM lets: no function URL, and no permission but the API's."""
    assert resources("AWS::Lambda::Url") == {}
    allowed = resources("AWS::Lambda::Permission").values()
    assert {(word(one["FunctionName"]), one["Principal"]) for one in allowed} == {
        ("StoreWebhook", "apigateway.amazonaws.com"),
        ("VendorWebhook", "apigateway.amazonaws.com"),
        ("VendorFeed", "apigateway.amazonaws.com"),
        ("WarehouseApi", "apigateway.amazonaws.com"),
    }


def test_the_stage_is_throttled() -> None:
    [every] = _stage()["MethodSettings"]  # type: ignore[misc]
    assert (every["ResourcePath"], every["HttpMethod"]) == ("/*", "*")
    assert word(every["ThrottlingRateLimit"]) == "ThrottleRate"
    assert word(every["ThrottlingBurstLimit"]) == "ThrottleBurst"


def test_the_access_log_never_sees_a_path_a_query_or_a_body() -> None:
    """A webhook's path ends in its secret key."""
    written = json.loads(_stage()["AccessLogSetting"]["Format"])  # type: ignore[index]
    assert set(written.values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.responseLength",
        "$context.identity.sourceIp",
        "$context.error.responseType",
    }


def test_execution_logs_which_hold_paths_are_off() -> None:
    [every] = _stage()["MethodSettings"]  # type: ignore[misc]
    assert every["LoggingLevel"] == "OFF"
    assert not every.get("DataTraceEnabled")


def test_the_access_log_forgets() -> None:
    group = word(_stage()["AccessLogSetting"]["DestinationArn"])  # type: ignore[index]
    assert word(resource(group)["Properties"]["RetentionInDays"]) == "LogRetentionDays"


def test_every_log_group_forgets() -> None:
    for name, group in resources("AWS::Logs::LogGroup").items():
        assert word(group["RetentionInDays"]) == "LogRetentionDays", name


def test_the_stack_says_where_webhooks_come_in_and_whom_to_ask() -> None:
    asked = {name for level in Level for name in (level.function, level.policy)}
    assert {"ApiUrl", *asked} <= set(template()["Outputs"])
