/** The program of worker threads. Loads the engine's own functions that nodes hold, so that stages find them by name. */
import { workerData } from 'node:worker_threads';
import { WorkerMain } from '../exec/worker-main.ts';
import './task-functions.ts';

new WorkerMain(workerData.settings, workerData.port);
