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

    /// The place as a point on a sphere of radius 1, from which distances are cheap.
    pub fn on_sphere(self) -> Point {
        let (lat, lon) = (self.lat().to_radians(), self.lon().to_radians());
        Point { x: lat.cos() * lon.cos(), y: lat.cos() * lon.sin(), z: lat.sin() }
    }
}

/// A point on a sphere of radius 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    x: f64,
    y: f64,
    z: f64,
}

impl Point {
    /// Great-circle distance in whole metres. The haversine of the angle is a quarter of the
    /// squared chord between two points, which needs no sine per pair.
    pub fn metres_to(self, other: Point) -> u32 {
        let (x, y, z) = (self.x - other.x, self.y - other.y, self.z - other.z);
        let haversine = (x * x + y * y + z * z) / 4.0;
        (2.0 * EARTH_RADIUS_M * haversine.sqrt().min(1.0).asin()).round() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cologne_to_berlin_is_477_kilometres() {
        let cologne = Place::of_degrees(50.9375, 6.9603).unwrap();
        let berlin = Place::of_degrees(52.5200, 13.4050).unwrap();
        let (cologne, berlin) = (cologne.on_sphere(), berlin.on_sphere());
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
