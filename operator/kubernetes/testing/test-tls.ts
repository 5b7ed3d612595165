/**
 * Certificates for tests only: a CA, a server `kubernetes.test` and a client `test-client`, valid for a hundred years.
 * They protect nothing. Made with OpenSSL:
 *
 *     openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -days 36500 -subj /CN=test-ca
 *     openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server.key -out server.csr -subj /CN=test-server
 *     openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 36500 \
 *       -extfile <(echo subjectAltName=DNS:kubernetes.test) -out server.crt
 *
 * and the client like the server, as `/CN=test-client` with `extendedKeyUsage=clientAuth`.
 */
export const TEST_TLS = {
  ca: `-----BEGIN CERTIFICATE-----
MIIBezCCASGgAwIBAgIUML5bcFFPO2QtVr5k10C0GpJMlGowCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHdGVzdC1jYTAgFw0yNjExMjMwNTQyMzZaGA8yMTI2MTAzMDA1
NDIzNlowEjEQMA4GA1UEAwwHdGVzdC1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH
A0IABPPwHTvY3L42Ykznx1Xtfeob5Jiv6LKKcyWm9QZzfFkVKYAv8INanG5jqM8Z
UBnOTyDnNiZN7C0gXcjZn0IhNBqjUzBRMB0GA1UdDgQWBBS+klDBGMdleBcYCHtA
SNNgH2G5VTAfBgNVHSMEGDAWgBS+klDBGMdleBcYCHtASNNgH2G5VTAPBgNVHRMB
Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIQDbnCEDoKkg0MNkUx/GtxX37kq/
Uxpf5WbzebK4D8M3ygIgVNtT6wmc5kCDAmeZMJJKXnGNj1JcCjge4fCAs3amrGY=
-----END CERTIFICATE-----
`,
  serverCert: `-----BEGIN CERTIFICATE-----
MIIBiTCCATCgAwIBAgIUVNmTTNrCEoHpt8/lxrJbAAtrSKYwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHdGVzdC1jYTAgFw0yNjExMjMwNTQyMzZaGA8yMTI2MTAzMDA1
NDIzNlowFjEUMBIGA1UEAwwLdGVzdC1zZXJ2ZXIwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQyPhzHZzQCZhQg7YqensgxoFjUqz2tcCpg2unoQU9iTAgQ4vMwtOI2
u0ZWT3wU0a2zYdtivIGYgi1oHrSkVNAXo14wXDAaBgNVHREEEzARgg9rdWJlcm5l
dGVzLnRlc3QwHQYDVR0OBBYEFAIgdSFxxgGyNBYnOxTf9+sdIcQWMB8GA1UdIwQY
MBaAFL6SUMEYx2V4FxgIe0BI02AfYblVMAoGCCqGSM49BAMCA0cAMEQCICq1h2Pv
rvXWrc8HY1ARrvzf+WM8YYf7n5Aw4r2Zip+WAiACroqboXAIJE/ihf3RK2UpR3nw
gba+DZBXZd5LLHg06Q==
-----END CERTIFICATE-----
`,
  serverKey: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+jMwRWvrj0FR2k1k
a73frB+SHJj+dhjnB2kiJZqOdNmhRANCAAQyPhzHZzQCZhQg7YqensgxoFjUqz2t
cCpg2unoQU9iTAgQ4vMwtOI2u0ZWT3wU0a2zYdtivIGYgi1oHrSkVNAX
-----END PRIVATE KEY-----
`,
  clientCert: `-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUVNmTTNrCEoHpt8/lxrJbAAtrSKcwCgYIKoZIzj0EAwIw
EjEQMA4GA1UEAwwHdGVzdC1jYTAgFw0yNjExMjMwNTQyMzZaGA8yMTI2MTAzMDA1
NDIzNlowFjEUMBIGA1UEAwwLdGVzdC1jbGllbnQwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATpA/zMMjExfp3Ok0l0P7MW9PBw4dNqYhS1cXaec3fiAHONrBwHUS8F
yjMywUGeL4iTDi3NlcdcRvZygKtNiaSvo1cwVTATBgNVHSUEDDAKBggrBgEFBQcD
AjAdBgNVHQ4EFgQUy0PSO1KG/DxWBuQSjyRH45QpcxAwHwYDVR0jBBgwFoAUvpJQ
wRjHZXgXGAh7QEjTYB9huVUwCgYIKoZIzj0EAwIDSAAwRQIgAdXXdSIG2RPLWkxb
MAtwfxclGJwQyaQBbdrlGIFIyYwCIQDI0Ab5FYza+IkKBUx0dtnCmvbx/9PJev/w
mgsk83fRPg==
-----END CERTIFICATE-----
`,
  clientKey: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgKKI5v4Jcd4SHtj6h
ObKWS76Dg4GBLUxyjUUODZyZ3XmhRANCAATpA/zMMjExfp3Ok0l0P7MW9PBw4dNq
YhS1cXaec3fiAHONrBwHUS8FyjMywUGeL4iTDi3NlcdcRvZygKtNiaSv
-----END PRIVATE KEY-----
`,
} as const;
