/** What the doctor says of certificates, by the setting's name. */
import { tlsFindings } from '../../../deploy/tlsfindings.ts';
import { certificateFolder, hasOpenssl, issueCertificates } from '../../setup/certificates.ts';

test('nothing where none are set; what is missing where some are', () => {
  expect(tlsFindings({})).toEqual([]);
  expect(tlsFindings({ HUB_TLS_CA_FILE: 'ca.pem' })).toMatchObject([
    { view: 'HUB_TLS_CERT_FILE, HUB_TLS_KEY_FILE', severity: 'error', detail: expect.stringContaining('set together') },
  ]);
});

(hasOpenssl || process.env.CI === 'true' ? test : test.skip)(
  'a certificate that soon ends, or has ended, is told beforehand',
  () => {
    const { folder, drop } = certificateFolder();
    const { ca, cert, key } = issueCertificates(folder, 'hub', 1);
    const settings = { HUB_TLS_CA_FILE: ca, HUB_TLS_CERT_FILE: cert, HUB_TLS_KEY_FILE: key };
    const inDays = (days: number) => tlsFindings(settings, Date.now() + days * 86_400_000);
    expect(inDays(0)).toMatchObject([
      { view: 'HUB_TLS_CERT_FILE', severity: 'warning', detail: expect.stringMatching(/ends in \d day/) },
    ]);
    expect(inDays(2)).toMatchObject([{ view: 'HUB_TLS_CERT_FILE', severity: 'error', detail: expect.stringContaining('ended') }]);
    drop();
  },
);
