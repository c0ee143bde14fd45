//! Where on earth something is, and how far that is from somewhere else.

use serde::{Deserialize, Serialize};

/// A point on the earth, in millionths of a degree, so that it compares and hashes exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    lat_micro: i32,
    lon_micro: i32,
}

/// The earth's mean radius in metres (IUGG).
const EARTH_RADIUS_M: f64 = 6_371_008.8;
const MICRO: f64 = 1_000_000.0;

impl Place {
    /// Degrees of latitude (−90 to 90) and longitude (−180 to 180).
    pub fn of_degrees(lat: f64, lon: f64) -> Option<Place> {
        let fits = lat.abs() <= 90.0 && lon.abs() <= 180.0; // false for what is not a number
        fits.then(|| Place {
            lat_micro: (lat * MICRO).round() as i32,
            lon_micro: (lon * MICRO).round() as i32,
        })
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_micro) / MICRO
    }

    /// Longitude in degrees.
    pub fn lon(self) -> f64 {
        f64::from(self.lon_micro) / MICRO
    }

    /// Great-circle distance in whole metres, by the haversine formula.
    pub fn metres_to(self, other: Place) -> u32 {
        let (lat_a, lat_b) = (self.lat().to_radians(), other.lat().to_radians());
        let half_lat = ((lat_b - lat_a) / 2.0).sin();
        let half_lon = ((other.lon() - self.lon()).to_radians() / 2.0).sin();
        let chord = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
        (2.0 * EARTH_RADIUS_M * chord.sqrt().min(1.0).asin()).round() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cologne_to_berlin_is_477_kilometres() {
        let cologne = Place::of_degrees(50.9375, 6.9603).unwrap();
        let berlin = Place::of_degrees(52.5200, 13.4050).unwrap();
        let metres = cologne.metres_to(berlin);
        assert!((476_000..478_500).contains(&metres), "{metres}");
        assert_eq!(cologne.metres_to(cologne), 0);
    }

    #[test]
    fn what_is_not_on_earth_is_refused() {
        assert!(Place::of_degrees(90.1, 0.0).is_none());
        assert!(Place::of_degrees(0.0, f64::NAN).is_none());
    }
}
