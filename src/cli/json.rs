//! Answers as proto3 JSON, one object a line.

use super::Failure;
use crate::service::proto;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage};
use std::sync::OnceLock;

/// Writes a message of the protocol as proto3 JSON.
pub(super) fn to_json(message: &impl Message, name: &str) -> Result<String, Failure> {
    static POOL: OnceLock<Option<DescriptorPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| DescriptorPool::decode(proto::DESCRIPTORS).ok());
    let descriptor = pool.as_ref().and_then(|p| p.get_message_by_name(&format!("zhiyi.v1.{name}")));
    let descriptor = descriptor.ok_or_else(|| Failure::Message(format!("no descriptor for {name}")))?;
    let dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice())
        .map_err(|e| Failure::Message(e.to_string()))?;
    serde_json::to_string(&dynamic).map_err(|e| Failure::Message(e.to_string()))
}
