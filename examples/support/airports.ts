import type { Rdd, Session } from '../../lib/index.ts';
import { csvFields } from './csv.ts';
import { vegaData } from './vega-data.ts';

/** An airport of `airports.csv`. */
export interface Airport {
  readonly code: string;
  readonly name: string;
  readonly city: string;
  readonly state: string;
  readonly country: string;
  /** Degrees to the north and to the east. */
  readonly latitude: number;
  readonly longitude: number;
}

/** How many flights a route of `flights-airport.csv` had in 2008. */
export interface Route {
  readonly origin: string;
  readonly destination: string;
  readonly flights: number;
}

/** The airports of the United States: 3,376 of them. */
export function readAirports(session: Session): Rdd<Airport> {
  return session
    .textFile(vegaData('airports.csv'), 4)
    .filter((line) => !line.startsWith('iata,'))
    .map((line) => {
      const [code = '', name = '', city = '', state = '', country = '', latitude, longitude] = csvFields(line);
      return { code, name, city, state, country, latitude: Number(latitude), longitude: Number(longitude) };
    });
}

/** The routes within the United States: 5,366 of them. */
export function readRoutes(session: Session): Rdd<Route> {
  return session
    .textFile(vegaData('flights-airport.csv'), 4)
    .filter((line) => !line.startsWith('origin,'))
    .map((line) => {
      const [origin = '', destination = '', flights] = csvFields(line);
      return { origin, destination, flights: Number(flights) };
    });
}
