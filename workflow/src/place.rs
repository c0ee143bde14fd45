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
/// Steps of a point's coordinates in the earth's radius: as fine as a float, and yet an integer.
const STEPS: f64 = (1_u64 << 60) as f64;

/// The same place in space, seen from the earth's centre: made once, it tells many distances
/// without a sine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point([i64; 3]);

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

    /// Great-circle distance in whole metres.
    pub fn metres_to(self, other: Place) -> u32 {
        self.to_point().metres_to(other.to_point())
    }

    /// The same place in space.
    pub fn to_point(self) -> Point {
        let (lat_sin, lat_cos) = self.lat().to_radians().sin_cos();
        let (lon_sin, lon_cos) = self.lon().to_radians().sin_cos();
        let steps = |share: f64| (share * STEPS).round() as i64;
        Point([steps(lat_cos * lon_cos), steps(lat_cos * lon_sin), steps(lat_sin)])
    }
}

impl Point {
    /// Great-circle distance in whole metres, by way of the straight line through the earth.
    pub fn metres_to(self, other: Point) -> u32 {
        let squares = self.0.iter().zip(other.0).map(|(one, other)| {
            let apart = (one - other) as f64 / STEPS;
            apart * apart
        });
        let half_chord = squares.sum::<f64>().sqrt() / 2.0;
        (2.0 * EARTH_RADIUS_M * half_chord.min(1.0).asin()).round() as u32
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
    fn a_metre_is_a_metre_and_the_other_side_is_20_015_kilometres_away() {
        let cologne = Place::of_degrees(50.937_500, 6.960_300).unwrap();
        let next_door = Place::of_degrees(50.937_509, 6.960_300).unwrap();
        assert_eq!(cologne.metres_to(next_door), 1);
        let other_side = Place::of_degrees(-50.937_500, -173.039_700).unwrap();
        let metres = cologne.metres_to(other_side);
        assert!(metres.abs_diff(20_015_115) <= 1, "{metres}");
    }

    #[test]
    fn what_is_not_on_earth_is_refused() {
        assert!(Place::of_degrees(90.1, 0.0).is_none());
        assert!(Place::of_degrees(0.0, f64::NAN).is_none());
    }
}
