//! Requests and answers as bytes: templates put into frames, results taken out of them without decoding what is in them.

use super::job::{Job, Method};
use super::lane::Call;
use super::tally::Fault;
use bytes::Bytes;
use prost::encoding::{decode_varint, encode_varint, encoded_len_varint};

/// What came of one message: an encoded `RecognizeResponse`, or why there is none.
pub(super) type Answer = Result<Bytes, (Fault, String)>;

/// Bytes in front of a gRPC message: a flag and its length.
pub(super) const FRAME: usize = 5;

/// Writes the frame of a message of `length` bytes.
fn write_frame(length: usize, out: &mut Vec<u8>) {
    out.push(0);
    out.extend_from_slice(&(length as u32).to_be_bytes());
}

/// The framed request of a call.
pub(super) fn request(job: &Job, call: &Call) -> Bytes {
    let templates = &job.templates;
    let template = |i: usize| &templates[(call.message + i) % templates.len()];
    let wrapped = |n: usize| 1 + encoded_len_varint(n as u64) + n;
    let length = match job.method {
        Method::Unary => template(0).len(),
        _ => (0..call.count).map(|i| wrapped(template(i).len())).sum(),
    };
    let mut out = Vec::with_capacity(FRAME + length);
    write_frame(length, &mut out);
    for i in 0..call.count {
        if job.method != Method::Unary {
            // Field 1, with a length: the items of a batch, the message of a stream's item.
            out.push(0x0a);
            encode_varint(template(i).len() as u64, &mut out);
        }
        template(i).write(call.number + i as u64, &mut out);
    }
    out.into()
}

/// The message of an answer that holds exactly one.
pub(super) fn unframed(body: &Bytes) -> Option<Bytes> {
    let [0, a, b, c, d, ..] = body[..] else { return None };
    let length = u32::from_be_bytes([a, b, c, d]) as usize;
    (body.len() == FRAME + length).then(|| body.slice(FRAME..))
}

/// The results of a `BatchRecognizeResponse`, in order.
pub(super) fn batch_results(message: &Bytes) -> Vec<Answer> {
    fields(message).map(|(_, item)| item_result(&item)).collect()
}

/// The result of a `StreamRecognizeResponse`.
pub(super) fn stream_result(message: &Bytes) -> Answer {
    match fields(message).next() {
        Some((_, item)) => item_result(&item),
        None => Err((Fault::Unreadable, "a stream's answer without a result".to_owned())),
    }
}

/// The fields of an encoded message that have a length, with their numbers; ends at the first byte that is not one.
fn fields(message: &Bytes) -> impl Iterator<Item = (u32, Bytes)> {
    let mut rest = message.clone();
    std::iter::from_fn(move || {
        let key = decode_varint(&mut rest).ok()?;
        let length = decode_varint(&mut rest).ok()? as usize;
        (key & 7 == 2 && length <= rest.len()).then(|| ((key >> 3) as u32, rest.split_to(length)))
    })
}

/// RESOURCE_EXHAUSTED.
const EXHAUSTED: i32 = 8;

/// The `RecognizeResponse` of a `BatchResult`, or the error of its item.
fn item_result(result: &Bytes) -> Answer {
    match fields(result).next() {
        Some((1, response)) => Ok(response),
        Some((2, error)) => {
            let error = <crate::service::proto::ItemError as prost::Message>::decode(error).unwrap_or_default();
            let fault = if error.code == EXHAUSTED { Fault::Refused } else { Fault::Failed };
            Err((fault, format!("item error {} {}", error.code, error.message)))
        }
        _ => Err((Fault::Unreadable, "a result that is neither answer nor error".into())),
    }
}
