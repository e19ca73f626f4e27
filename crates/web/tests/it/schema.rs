//! Whether a JSON value fits a schema of the API's own document: the part of JSON Schema that the document uses. What it
//! does not know it refuses, so that nothing passes unchecked.

use serde_json::{Map, Value};

/// What does not fit, by place; nothing where all does.
pub(crate) fn misfits(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let schema = resolve(document, schema);
    let Some(schema) = schema.as_object() else { return vec![format!("{at}: no schema")] };
    let mut wrong = unknown(schema, at);
    if let Some(all) = schema.get("allOf").and_then(Value::as_array) {
        // Flattened types share one object: each knows its own fields.
        for one in all {
            wrong.extend(misfits(document, one, value, at));
        }
        return wrong;
    }
    if let Some(any) = schema.get("oneOf").and_then(Value::as_array) {
        if any.iter().all(|one| !misfits(document, one, value, at).is_empty()) {
            wrong.push(format!("{at}: fits none of its kinds"));
        }
        return wrong;
    }
    if let Some(kinds) = schema.get("type") {
        let kinds: Vec<&str> = match kinds {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            kind => kind.as_str().into_iter().collect(),
        };
        if !kinds.iter().any(|kind| is(kind, value)) {
            return [wrong, vec![format!("{at}: is no {kinds:?}")]].concat();
        }
    }
    if let Some(allowed) = schema.get("enum").and_then(Value::as_array)
        && !allowed.contains(value)
    {
        wrong.push(format!("{at}: none of the values"));
    }
    match value {
        Value::Object(fields) => wrong.extend(object(document, schema, fields, at)),
        Value::Array(items) => {
            let schema = schema.get("items").unwrap_or(&Value::Null);
            for (nth, item) in items.iter().enumerate() {
                wrong.extend(misfits(document, schema, item, &format!("{at}[{nth}]")));
            }
        }
        _ => {}
    }
    wrong
}

fn object(
    document: &Value,
    schema: &Map<String, Value>,
    fields: &Map<String, Value>,
    at: &str,
) -> Vec<String> {
    let mut wrong = Vec::new();
    let none = Map::new();
    let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    for name in schema.get("required").and_then(Value::as_array).into_iter().flatten() {
        let name = name.as_str().unwrap_or_default();
        if !fields.contains_key(name) {
            wrong.push(format!("{at}: lacks {name}"));
        }
    }
    for (name, value) in fields {
        match known.get(name) {
            Some(schema) => wrong.extend(misfits(document, schema, value, &format!("{at}.{name}"))),
            None if schema.get("additionalProperties") == Some(&Value::Bool(false)) => {
                wrong.push(format!("{at}: knows no {name}"));
            }
            None => {}
        }
    }
    wrong
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(place) => document.pointer(place.trim_start_matches('#')).unwrap_or(&Value::Null),
        None => schema,
    }
}

fn is(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    }
}

fn unknown(schema: &Map<String, Value>, at: &str) -> Vec<String> {
    const KNOWN: &[&str] = &[
        "$ref",
        "additionalProperties",
        "allOf",
        "description",
        "enum",
        "example",
        "format",
        "items",
        "maximum",
        "minimum",
        "oneOf",
        "properties",
        "required",
        "type",
    ];
    let strange = schema.keys().filter(|key| !KNOWN.contains(&key.as_str()));
    strange.map(|key| format!("{at}: {key} is not checked")).collect()
}
