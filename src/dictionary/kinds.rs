//! The kinds of values that readers written in code find.

use super::KindId;

/// Kinds of values that readers written in code find, by the name that `slots.csv` uses behind `builtin:`. A location is
/// the sender's position, which comes beside the text and not in it.
pub const BUILTIN_KINDS: &[&str] = &[
    "date",
    "time",
    "datetime",
    "duration",
    "recurrence",
    "number",
    "number_range",
    "amount",
    "discount",
    "full_reduction",
    "quantity",
    "area",
    "passenger_count",
    "option",
    "floor",
    "seat_no",
    "size",
    "flight_no",
    "id_number",
    "passport",
    "ticket_no",
    "mileage_card_no",
    "member_card_no",
    "phone",
    "order_no",
    "plate_no",
    "booking_reference",
    "address",
    "location",
];

/// The number of a builtin kind.
pub const fn builtin_kind(name: &str) -> Option<KindId> {
    let mut index = 0;
    while index < BUILTIN_KINDS.len() {
        if equal(BUILTIN_KINDS[index].as_bytes(), name.as_bytes()) {
            return Some(index as KindId);
        }
        index += 1;
    }
    None
}

/// `==` for constants.
const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    a.len() == b.len() && index == a.len()
}
