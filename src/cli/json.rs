//! Answers as proto3 JSON, one object a line.

use super::Failure;
use crate::service::proto;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, Kind, MessageDescriptor};
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// Writes a message of the protocol as proto3 JSON, the same text for the same message.
pub(super) fn to_json(message: &impl Message, name: &str) -> Result<String, Failure> {
    Ok(to_value(message, name)?.to_string())
}

/// The proto3 JSON of a message of the protocol, to be a part of something larger.
pub(super) fn to_value(message: &impl Message, name: &str) -> Result<Value, Failure> {
    static POOL: OnceLock<Option<DescriptorPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| DescriptorPool::decode(proto::DESCRIPTORS).ok());
    let descriptor = pool.as_ref().and_then(|p| p.get_message_by_name(&format!("zhiyi.v1.{name}")));
    let descriptor = descriptor.ok_or_else(|| Failure::Message(format!("no descriptor for {name}")))?;
    let dynamic = DynamicMessage::decode(descriptor.clone(), message.encode_to_vec().as_slice())
        .map_err(|e| Failure::Message(e.to_string()))?;
    sorted(&dynamic, &descriptor).map_err(|e| Failure::Message(e.to_string()))
}

fn sorted(dynamic: &DynamicMessage, descriptor: &MessageDescriptor) -> serde_json::Result<Value> {
    // By way of text: a `Value` made of the message itself would widen its numbers, 0.9195873 to 0.9195873141288757.
    let mut object: Map<String, Value> = serde_json::from_str(&serde_json::to_string(dynamic)?)?;
    sort_maps(&mut object, descriptor);
    Ok(Value::Object(object))
}

/// Sorts the entries of maps, which come as they lie in memory; fields stay in their order.
fn sort_maps(object: &mut Map<String, Value>, message: &MessageDescriptor) {
    for field in message.fields() {
        let Some(value) = object.get_mut(field.json_name()) else { continue };
        match (field.kind(), value) {
            (_, Value::Object(entries)) if field.is_map() => entries.sort_keys(),
            (Kind::Message(inner), Value::Object(object)) => sort_maps(object, &inner),
            (Kind::Message(inner), Value::Array(items)) => {
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|object| sort_maps(object, &inner));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_are_sorted_and_fields_stay_in_their_order() {
        let names = ["iata", "country", "zone", "alias", "nickname"];
        let attributes = || names.iter().map(|n| (n.to_string(), n.to_uppercase())).collect();
        let entity = proto::Entity { kind: "city".into(), attributes: attributes(), ..Default::default() };
        let slot = proto::Slot { name: "origin".into(), attributes: attributes(), ..Default::default() };
        let intent = proto::Intent { id: "a.b".into(), confidence: 0.9195873, slots: vec![slot], ..Default::default() };
        let answer = proto::RecognizeResponse {
            request_id: "7".into(),
            intents: vec![intent],
            entities: vec![entity],
            ..Default::default()
        };
        let map = r#"{"alias":"ALIAS","country":"COUNTRY","iata":"IATA","nickname":"NICKNAME","zone":"ZONE"}"#;
        let expected = format!(
            r#"{{"intents":[{{"id":"a.b","confidence":0.9195873,"slots":[{{"name":"origin","attributes":{map}}}]}}],"entities":[{{"kind":"city","attributes":{map}}}],"requestId":"7"}}"#
        );
        assert_eq!(to_json(&answer, "RecognizeResponse").ok(), Some(expected));
    }
}
