//! What the readers hand back, and what they need to know about the account.

use std::ops::Range;

/// What a found piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A number: 12, 三点五, 三分之一.
    Number,
    /// A number known by both ends only: 三到五, 三四个 → `3/5`, `3/4`.
    NumberRange,
    /// Money: `15 CNY`, `3000/5000 CNY`.
    Amount,
    /// What is left to pay of a price: 八五折 → `0.85`.
    Discount,
    /// So much off from so much on: 满三百减五十 → `300-50`.
    FullReduction,
    /// A count or measure: `2 台`, `3.5 斤`.
    Quantity,
    /// An area: `100 平方米`.
    Area,
    /// Travellers: 两大一小 → `3`.
    PassengerCount,
    /// A menu entry: 第二个 → `2`.
    Option,
    /// A floor: `1F`, `B2F`.
    Floor,
    /// A seat: `12A`.
    SeatNo,
    /// A size of clothes or shoes: `XL`, `38`.
    Size,
    /// A flight: `CZ3102`.
    FlightNo,
    /// A mainland identity card, 18 characters.
    IdNumber,
    /// A passport.
    Passport,
    /// An air ticket, 13 digits.
    TicketNo,
    /// A mileage card, 12 digits.
    MileageCardNo,
    /// A shop's member card.
    MemberCardNo,
    /// A mobile or fixed-line telephone.
    Phone,
    /// An order, parcel or service number.
    OrderNo,
    /// A mainland number plate.
    PlateNo,
    /// An airline's booking reference (PNR).
    BookingReference,
    /// A postal address, as written.
    Address,
}

impl Kind {
    /// All kinds, in their order.
    pub const ALL: [Self; 23] = [
        Self::Number,
        Self::NumberRange,
        Self::Amount,
        Self::Discount,
        Self::FullReduction,
        Self::Quantity,
        Self::Area,
        Self::PassengerCount,
        Self::Option,
        Self::Floor,
        Self::SeatNo,
        Self::Size,
        Self::FlightNo,
        Self::IdNumber,
        Self::Passport,
        Self::TicketNo,
        Self::MileageCardNo,
        Self::MemberCardNo,
        Self::Phone,
        Self::OrderNo,
        Self::PlateNo,
        Self::BookingReference,
        Self::Address,
    ];

    /// The id of the kind: the catalogue's slot where it has one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::NumberRange => "number_range",
            Self::Amount => "amount",
            Self::Discount => "discount",
            Self::FullReduction => "full_reduction",
            Self::Quantity => "quantity",
            Self::Area => "area",
            Self::PassengerCount => "passenger_count",
            Self::Option => "option",
            Self::Floor => "floor",
            Self::SeatNo => "seat_no",
            Self::Size => "size",
            Self::FlightNo => "flight_no",
            Self::IdNumber => "id_number",
            Self::Passport => "passport",
            Self::TicketNo => "ticket_no",
            Self::MileageCardNo => "mileage_card_no",
            Self::MemberCardNo => "member_card_no",
            Self::Phone => "phone",
            Self::OrderNo => "order_no",
            Self::PlateNo => "plate_no",
            Self::BookingReference => "booking_reference",
            Self::Address => "address",
        }
    }
}

/// How sure a reading is; a caller that knows the intent may take a weaker one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Strength {
    /// The shape fits, and other kinds have it too: 3102 as a flight.
    Bare,
    /// The shape fits several kinds and a word beside it decides: 航班3102.
    Cued,
    /// The shape or a checksum admits nothing else: CZ3102.
    Certain,
}

/// Why a found value is not valid, so that a webhook can ask again for what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The check digit does not fit the others.
    Checksum,
    /// The birth date is no date.
    BirthDate,
    /// Too few or too many characters.
    Length,
    /// The leading digits are not given out: a mobile number 120…, a province 99.
    Prefix,
    /// A letter where none may stand, or one that is not used.
    Letter,
}

impl Reason {
    /// The id of the reason.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Checksum => "checksum",
            Self::BirthDate => "birth_date",
            Self::Length => "length",
            Self::Prefix => "prefix",
            Self::Letter => "letter",
        }
    }
}

/// One thing found in a message. Findings may overlap: the caller chooses by intent and strength.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// Where it stands, half-open, in the characters that were read.
    pub span: Range<usize>,
    /// The canonical value.
    pub value: String,
    /// Whether the value holds by its own rules.
    pub valid: bool,
    /// Why not, where `valid` is false.
    pub reason: Option<Reason>,
    /// How sure the reading is.
    pub strength: Strength,
    /// Further facts: `inexact`, `lower`, `upper`, `unit`, `bound`, `airline` …
    pub attributes: Vec<(&'static str, String)>,
    /// The rule that read it; each stands in [`rules`](super::rules) with an example.
    pub rule: &'static str,
}

impl Found {
    /// A valid finding without attributes.
    #[must_use]
    pub fn new(kind: Kind, span: Range<usize>, value: String, strength: Strength, rule: &'static str) -> Self {
        Self { kind, span, value, valid: true, reason: None, strength, attributes: Vec::new(), rule }
    }

    /// The same, marked as not valid where there is a reason.
    #[must_use]
    pub fn checked(mut self, reason: Option<Reason>) -> Self {
        self.valid = reason.is_none();
        self.reason = reason;
        self
    }

    /// The same with one more attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }
}

/// Finds the carrier whose name or code starts the given characters: the characters it takes, and its IATA code.
pub type Carriers<'a> = dyn Fn(&[char]) -> Option<(usize, &'a str)> + 'a;

/// What the readers must be told about the account.
pub struct Options<'a> {
    /// Finds the carrier whose name or code *starts* the given characters: how many characters it takes, and its
    /// IATA code in upper case. Names (南航, 中国南方航空), codes in lower case (`cz`, `3u`), and ways speech
    /// recognisers write a code all come from the caller's table.
    pub carriers: &'a Carriers<'a>,
    /// The account's own airline code, which completes a bare flight number.
    pub own_airline: Option<&'a str>,
}

/// One rule of a reader, in plain words, with examples that a test runs.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The name that [`Found::rule`] carries.
    pub name: &'static str,
    /// What the rule reads.
    pub reads: &'static str,
    /// The kind it gives.
    pub kind: Kind,
    /// Message, the part of it that is found, and the canonical value.
    pub examples: &'static [(&'static str, &'static str, &'static str)],
}
