/// The sender's position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Location {
    latitude: f64,
    longitude: f64,
}

/// The kind of value of a slot that takes a position.
pub(super) const KIND: &str = "location";

impl Location {
    /// A position in degrees: latitude -90 to 90, longitude -180 to 180; `None` outside.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let inside = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        inside.then_some(Self { latitude, longitude })
    }

    /// Latitude and longitude in degrees.
    pub fn degrees(self) -> (f64, f64) {
        (self.latitude, self.longitude)
    }

    /// Reads `latitude,longitude`.
    pub fn parse(text: &str) -> Option<Self> {
        let (latitude, longitude) = text.split_once(',')?;
        Self::new(latitude.trim().parse().ok()?, longitude.trim().parse().ok()?)
    }

    /// The canonical value: `latitude,longitude` with five decimals, which is about a metre.
    pub fn value(self) -> String {
        format!("{:.5},{:.5}", self.latitude, self.longitude)
    }
}
