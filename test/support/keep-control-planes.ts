import { inject } from 'vitest';
import { keepControlPlanes } from './control-plane-pool.ts';

/** What each test file of a cluster begins with. */
keepControlPlanes(inject('controlPlanes'));
