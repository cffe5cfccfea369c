import type { Coordinate } from './airport.js';

const EARTH_RADIUS_KM = 6371;

/** Kilometres between two places along the surface, by the haversine formula. */
export function distanceKm(from: Coordinate, to: Coordinate): number {
  const [latitude, otherLatitude] = [radians(from.latitude), radians(to.latitude)];
  const northward = Math.sin((otherLatitude - latitude) / 2) ** 2;
  const eastward = Math.sin(radians(to.longitude - from.longitude) / 2) ** 2;
  const chord = northward + Math.cos(latitude) * Math.cos(otherLatitude) * eastward;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord)));
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
