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
pub fn builtin_kind(name: &str) -> Option<KindId> {
    BUILTIN_KINDS.iter().position(|k| *k == name).map(|i| i as KindId)
}
