/** The tables of the service's own database. */
export const SCHEMA = `
  CREATE TABLE IF NOT EXISTS airports (
    iata TEXT PRIMARY KEY,
    icao TEXT,
    name TEXT NOT NULL,
    city TEXT,
    country TEXT NOT NULL,
    latitude REAL NOT NULL,
    longitude REAL NOT NULL,
    altitude INTEGER,
    tz TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS routes (
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    flights INTEGER NOT NULL,
    PRIMARY KEY (origin, destination)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS routes_by_destination ON routes (destination, origin, flights);

  -- gate and status are written by the write-back cache 'board'; NULL where nobody has said anything yet
  CREATE TABLE IF NOT EXISTS flights (
    id TEXT PRIMARY KEY,
    origin TEXT NOT NULL,
    destination TEXT NOT NULL,
    departs TEXT NOT NULL,
    gate TEXT,
    status TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS flights_by_origin ON flights (origin, departs);
`;
