/** k-means: the airports of the contiguous United States in eight regions, by where they lie. */
import { Session } from '../lib/index.ts';
import { kMeans } from './lib/k-means.ts';
import { nearestCentre, squaredDistance } from './lib/point.ts';
import { readAirports } from './support/airports.ts';
import { type Place, type Print, startIfMain } from './support/example.ts';
import { table } from './support/table.ts';

/** A degree to the east is shorter than one to the north: by this much at 39 degrees north, in the middle. */
const EAST = Math.cos((39 * Math.PI) / 180);

export async function run(print: Print, { dir }: Place): Promise<void> {
  await using session = await Session.open({ dir, name: 'airport regions', parallelism: 4 });
  const airports = readAirports(session)
    .filter(({ country, state }) => country === 'USA' && !['AK', 'HI', 'PR', 'GU', 'AS', 'CQ', 'VI'].includes(state))
    .filter(({ latitude, longitude }) => latitude > 24 && latitude < 50 && longitude > -126 && longitude < -66)
    .map((airport) => ({ airport, point: [airport.latitude, airport.longitude * EAST] }))
    .cache();
  const points = airports.map(({ point }) => point).cache();

  const model = await kMeans(session, points, { k: 8, seed: 1, maxIterations: 50 });
  const { centres } = model;
  // The airport that is nearest to each centre gives the region a name.
  const nearest = await airports
    .map(({ airport, point }) => {
      const { index, squared } = nearestCentre(centres, point);
      return [index, { name: `${airport.city}, ${airport.state}`, squared }];
    })
    .reduceByKey((a, b) => (b.squared < a.squared ? b : a))
    .collectAsMap();
  const rows = centres.map((centre, i) => {
    const [latitude = 0, east = 0] = centre;
    return [nearest.get(i)?.name ?? '', latitude.toFixed(1), (east / EAST).toFixed(1), model.sizes[i] ?? 0];
  });
  print(`${await points.count()} airports in ${centres.length} regions, from east to west`);
  print(
    table(
      ['in the middle', 'latitude', 'longitude', 'airports'],
      rows.sort((a, b) => Number(b[2]) - Number(a[2])),
    ),
  );
  const all = await points.collect();
  const middle = all.reduce((sum, point) => sum.map((x, i) => x + (point[i] ?? 0)), [0, 0]).map((x) => x / all.length);
  const spread = all.reduce((sum, point) => sum + squaredDistance(point, middle), 0);
  print(`\nRounds: ${model.iterations}`);
  print(
    `Squared distances to the regions' middles: ${((100 * model.cost) / spread).toFixed(1)} % of those to one for all`,
  );
}

await startIfMain(import.meta, run);
