"""A document that the schema refuses, in the words and codes of the Admin API (graphql-ruby's).

The twin's schema is a part of the real one, so what is unknown here may exist there: the refusal is
then the twin's way of saying that nobody taught it that field yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    is_input_type,
    print_ast,
    type_from_ast,
)
from graphql.utilities import coerce_input_value

type Refusal = dict[str, Any]

_UNKNOWN_FIELD = re.compile(r"Cannot query field '(\w+)' on type '(\w+)'")
_UNKNOWN_ARGUMENT = re.compile(r"Unknown argument '(\w+)' on field '(\w+)\.(\w+)'")
_MISSING_ARGUMENT = re.compile(r"Field '(\w+)' argument '(\w+)' of type '([^']+)' is required")
_UNKNOWN_DIRECTIVE = re.compile(r"Unknown directive '@(\w+)'")
_MISSING_KEY = re.compile(r"Directive '@(\w+)' argument '(\w+)' of type '([^']+)' is required")
_NO_SELECTION = re.compile(r"Field '(\w+)' of type '([^']+)' must have a selection")
_UNKNOWN_TYPE = re.compile(r"Unknown type '(\w+)'")
_UNUSED_VARIABLE = re.compile(r"Variable '\$(\w+)' is never used")
_UNDEFINED_VARIABLE = re.compile(r"Variable '\$(\w+)' is not defined")
_MISMATCH = re.compile(r"Variable '\$(\w+)' of type '([^']+)' used in position expecting type '([^']+)'")


def of_document(document: DocumentNode, error: GraphQLError) -> Refusal:
    """One validation error, translated; the code says which of the real rules it broke."""
    message, extensions = _translate(error)
    return _with_places(error, {"message": message, "path": _path(document, error), "extensions": extensions})


def _path(document: DocumentNode, error: GraphQLError) -> list[str]:
    """From the operation or fragment down to what is wrong, as the real refusals name it."""
    wrong = error.nodes[0].loc if error.nodes else None
    path: list[str] = []
    inside: Iterable[Any] = document.definitions
    while wrong:
        holder = next((one for one in inside if one.loc.start <= wrong.start and wrong.end <= one.loc.end), None)
        if holder is None:
            break
        path.append(_step(holder))
        inside = holder.selection_set.selections if getattr(holder, "selection_set", None) else ()
    return path


def _step(node: Any) -> str:
    if isinstance(node, OperationDefinitionNode):
        return f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
    if isinstance(node, FragmentDefinitionNode):
        return f"fragment {node.name.value}"
    if isinstance(node, FieldNode):
        return (node.alias or node.name).value
    return f"... on {node.type_condition.name.value}" if getattr(node, "type_condition", None) else "..."


def of_syntax(error: GraphQLError) -> Refusal:
    return _with_places(error, {"message": f"syntax error: {error.message.removeprefix('Syntax Error: ')}"})


def _translate(error: GraphQLError) -> tuple[str, dict[str, Any]]:
    text = error.message
    if found := _UNKNOWN_FIELD.match(text):
        name, kind = found.groups()
        message = f"Field '{name}' doesn't exist on type '{kind}'"
        return message, {"code": "undefinedField", "typeName": kind, "fieldName": name}
    if found := _UNKNOWN_ARGUMENT.match(text):
        argument, _, name = found.groups()
        message = f"Field '{name}' doesn't accept argument '{argument}'"
        extra = {"name": name, "typeName": "Field", "argumentName": argument}
        return message, {"code": "argumentNotAccepted", **extra}
    if found := _MISSING_ARGUMENT.match(text):
        name, argument, _ = found.groups()
        message = f"Field '{name}' is missing required arguments: {argument}"
        extra = {"className": "Field", "name": name, "arguments": argument}
        return message, {"code": "missingRequiredArguments", **extra}
    if found := _MISSING_KEY.match(text):
        name, argument, _ = found.groups()
        extra = {"className": "Directive", "name": name, "arguments": argument}
        message = f"Directive '{name}' is missing required arguments: {argument}"
        return message, {"code": "missingRequiredArguments", **extra}
    if found := _NO_SELECTION.match(text):
        name, kind = found.groups()
        message = f"Field must have selections (field '{name}' returns {kind} but has no selections)"
        return message, {"code": "selectionMismatch", "nodeName": f"field '{name}'", "typeName": kind}
    if found := _MISMATCH.match(text):
        name, given, wanted = found.groups()
        message = f"Type mismatch on variable ${name} ({given} / {wanted})"
        extra = {"variableName": name, "typeName": given, "errorMessage": "Type mismatch"}
        return message, {"code": "variableMismatch", **extra}
    return _translate_names(error)


def _translate_names(error: GraphQLError) -> tuple[str, dict[str, Any]]:
    text = error.message
    if found := _UNKNOWN_DIRECTIVE.match(text):
        name = found[1]
        return f"Directive @{name} is not defined", {"code": "undefinedDirective", "directiveName": name}
    if found := _UNKNOWN_TYPE.match(text):
        return f"No such type {found[1]}", {"code": "undefinedType", "typeName": found[1]}
    if found := _UNUSED_VARIABLE.match(text):
        message = f"Variable ${found[1]} is declared but not used"
        return message, {"code": "variableNotUsed", "variableName": found[1]}
    if found := _UNDEFINED_VARIABLE.match(text):
        message = f"Variable ${found[1]} is used but not declared"
        return message, {"code": "variableNotDefined", "variableName": found[1]}
    literal = "argumentLiteralsIncompatible"
    code = literal if text.startswith(("Expected value", "Enum", "Value ", "String", "Int")) else "invalid"
    return text, {"code": code, "typeName": "Field"} if code == literal else {"code": code}


def _with_places(error: GraphQLError, refusal: Refusal) -> Refusal:
    places = [{"line": at.line, "column": at.column} for at in error.locations or ()]
    return {"message": refusal["message"], "locations": places} | refusal


def of_variables(schema: GraphQLSchema, operation: OperationDefinitionNode, given: dict[str, Any]) -> list[Refusal]:
    """What is wrong with the variables, one refusal for each of them, all its problems told."""
    refusals = []
    for declared in operation.variable_definitions:
        name, kind = declared.variable.name.value, type_from_ast(schema, declared.type)
        if kind is None or not is_input_type(kind):
            continue
        if name not in given and (declared.default_value or not isinstance(kind, GraphQLNonNull)):
            continue
        problems = _problems(given.get(name), kind)
        if problems:
            refusals.append(_variable(name, print_ast(declared.type), given.get(name), problems, declared))
    return refusals


def _problems(value: Any, kind: Any) -> list[Refusal]:
    problems: list[Refusal] = []

    def told(path: list[str | int], wrong: Any, error: GraphQLError) -> None:
        field = re.match(r"Field '(\w+)' is not defined by type '(\w+)'", error.message)
        missing = re.match(r"Field '(\w+)' of required type", error.message)
        if field:
            path, text = [*path, field[1]], f"Field is not defined on {field[2]}"
        elif missing:
            path, text = [*path, missing[1]], "Expected value to not be null"
        elif wrong is None:
            text = "Expected value to not be null"
        else:
            text = error.message
        problems.append({"path": path, "explanation": text})

    if value is None and not isinstance(kind, GraphQLNonNull):
        return []
    coerce_input_value(value, kind, told)
    return problems


def _variable(name: str, kind: str, value: Any, problems: list[Refusal], node: Any) -> Refusal:
    first = problems[0]
    at = ".".join(str(part) for part in first["path"])
    where = f" for {at} ({first['explanation']})" if at else ""
    start = node.loc.start_token if node.loc else None
    return {
        "message": f"Variable ${name} of type {kind} was provided invalid value{where}",
        "locations": [{"line": start.line, "column": start.column}] if start else [],
        "extensions": {"code": "INVALID_VARIABLE", "value": value, "problems": problems},
    }


def largest_list(value: Any) -> int:
    """The length of the longest list in a set of variables: no list may hold more than 250."""
    if isinstance(value, dict):
        return max((largest_list(one) for one in value.values()), default=0)
    if isinstance(value, list):
        return max([len(value), *(largest_list(one) for one in value)])
    return 0
