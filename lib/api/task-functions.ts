/**
 * Registers all that travels by name, for threads that have no session: each module that does so is loaded here.
 *
 * When changing this: nothing here may lead to datasets, sessions or the database, which workers do not need.
 */
import './action-functions.ts';
import './aggregators.ts';
import './infer-functions.ts';
import './order-functions.ts';
import './public-names.ts';
import './reader-functions.ts';
import './row-functions.ts';
import './salt-functions.ts';
import './tree-functions.ts';
import './zero-value.ts';
import '../lineage/grouping.ts';
import '../lineage/natural-order.ts';
import '../lineage/range-sampling.ts';
