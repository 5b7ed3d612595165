// Generated from crds/ by operator/api/generate.ts. Change the CRDs and run `make generate`.

import type { Fields } from './unknown-field.ts';

/** The fields of each kind's spec. */
export const SPEC_FIELDS: Readonly<Record<string, Fields>> = {
  "DingTalkRobot": {
    "webhook": {
      "secretKeyRef": {
        "name": true,
        "key": true
      }
    },
    "signing": {
      "secretKeyRef": {
        "name": true,
        "key": true
      }
    },
    "suspend": true
  },
  "NotificationTemplate": {
    "message": {
      "raw": true
    }
  },
  "NotificationSubscription": {
    "robots": {
      "name": true
    },
    "applications": {
      "all": true,
      "projects": true,
      "names": true,
      "namespaces": true,
      "destinationNamespaces": true,
      "clusters": true,
      "selector": {
        "matchLabels": true,
        "matchExpressions": {
          "key": true,
          "operator": true,
          "values": true
        }
      }
    },
    "events": {
      "trigger": true,
      "name": true,
      "when": true,
      "oncePer": true,
      "eventTime": true,
      "template": {
        "name": true
      }
    },
    "suspend": true
  }
};
