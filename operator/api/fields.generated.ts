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
    "keywords": true,
    "sharedWith": {
      "namespaces": true
    },
    "delivery": true,
    "pool": {
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
      }
    },
    "quietHours": {
      "from": true,
      "to": true,
      "timeZone": true,
      "days": true,
      "except": {
        "events": true,
        "mentions": true
      }
    },
    "locale": true,
    "timeZone": true,
    "verify": true,
    "suspend": true
  },
  "NotificationTemplate": {
    "message": {
      "markdown": {
        "title": true,
        "text": true
      },
      "text": {
        "content": true
      },
      "link": {
        "title": true,
        "text": true,
        "url": true,
        "pictureUrl": true
      },
      "actionCard": {
        "title": true,
        "text": true,
        "orientation": true,
        "buttons": {
          "title": true,
          "url": true
        }
      },
      "feedCard": {
        "links": {
          "title": true,
          "url": true,
          "pictureUrl": true
        }
      },
      "raw": true
    },
    "params": true,
    "at": {
      "mobiles": true,
      "userIds": true,
      "all": true
    },
    "sharedWith": {
      "namespaces": true
    }
  },
  "NotificationSubscription": {
    "robots": {
      "name": true,
      "namespace": true
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
    "gitee": {
      "baseUrl": true,
      "repository": true,
      "token": {
        "secretKeyRef": {
          "name": true,
          "key": true
        }
      },
      "delivery": true,
      "acceptKeywordLoss": true,
      "branches": true,
      "tags": true
    },
    "events": {
      "trigger": true,
      "actions": true,
      "name": true,
      "when": true,
      "oncePer": true,
      "eventTime": true,
      "template": {
        "name": true,
        "namespace": true,
        "params": true
      },
      "at": {
        "mobiles": true,
        "userIds": true,
        "all": true
      }
    },
    "suspend": true
  }
};
