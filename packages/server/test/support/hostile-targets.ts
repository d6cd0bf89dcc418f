/** Where no request may go, by all the ways there are to say it. */

/** First and last addresses of every range that is refused, and what hides in them. */
export const forbiddenAddresses = [
  ...["0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0", "10.0.0.1", "10.255.255.255"],
  ...["100.64.0.0", "100.100.100.200", "100.127.255.255", "127.0.0.0", "127.0.0.1"],
  ...["127.0.0.53", "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254"],
  ...["169.254.170.2", "169.254.255.255", "172.16.0.0", "172.17.0.1", "172.31.255.255"],
  ...["192.0.0.0", "192.0.0.8", "192.0.0.170", "192.0.0.255", "192.0.2.0", "192.0.2.255"],
  ...["192.31.196.0", "192.52.193.0", "192.88.99.0", "192.88.99.255", "192.168.0.0"],
  ...["192.168.1.1", "192.168.255.255", "192.175.48.0", "198.18.0.0", "198.19.255.255"],
  ...["198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0"],
  ...["224.0.0.251", "239.255.255.255", "240.0.0.0", "255.255.255.254", "255.255.255.255"],
  ...["::", "::1", "::2", "::7f00:1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1"],
  ...["::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "::ffff:8.8.8.8"],
  ...["64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::a00:1"],
  ...["100::1", "100:0:0:1::1", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::1"],
  ...["2001:0:7f00:1::", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff:ffff::1"],
  ...["2001:db8::", "2001:db8::1", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
  ...["2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1", "2002:a9fe:a9fe::1"],
  ...["2620:4f:8000::1", "3fff::1", "3fff:fff:ffff::1", "4000::1", "5f00::1", "8000::1"],
  ...["fc00::1", "fd00::1", "fd00:ec2::254", "fd20:ce::254", "fdff:ffff::1", "fe80::1"],
  ...["fe80::a9fe:a9fe", "febf:ffff::1", "fec0::1", "feff::1", "ff00::1", "ff02::1", "ffff::1"],
];

/** What DNS may answer that is no plain address at all. */
export const nonsenseAnswers = [
  ...["fe80::1%eth0", "::1%lo", "2606:4700::1%eth0", "127.1", "0x7f.1", "2130706433"],
  ...["0177.0.0.1", "localhost", "", " 127.0.0.1", "127.0.0.1 ", "[::1]", "127.0.0.1:80"],
];

/** Hosts that mean a forbidden address without looking like it. */
export const disguisedHosts = [
  ...["127.1", "127.0.1", "2130706433", "0x7f000001", "0x7F.1", "0x7f.0x0.0x0.0x1", "0"],
  ...["017700000001", "0177.0.0.1", "0177.0.0.01", "0x0", "00", "0x", "127.0.0.1.", "127.1."],
  ...["１２７．０．０．１", "127。0。0。1", "127｡0｡0｡1", "①②⑦.⓪.⓪.①", "%31%32%37.0.0.1"],
  ...["127%2E0%2E0%2E1", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518"],
  ...["3232235777", "0xc0a80101", "167772161", "10.1", "4294967295", "0xA83F8110"],
  ...["[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]", "[0000::0001]", "[::127.0.0.1]"],
  ...["[64:ff9b::127.0.0.1]", "[2002:7F00:0001::]", "[FE80::1]", "[fD00:EC2::254]"],
  ...["localhost", "LOCALHOST", "localhost.", "a.localhost", "a.b.LocalHost.", "ｌocalhost"],
  ...["loc\u00adalhost", "local%68ost"],
];

/** Names the operator allows, and ways to spell them. */
export const allowedNames = ["hooks.corp.test", "*.svc.test", "xn--bcher-kva.test"];
export const allowedSpellings = [
  ...["hooks.corp.test", "hooks.corp.test.", "HOOKS.Corp.TEST", "ｈooks.corp.test"],
  ...["hooks%2Ecorp.test", "hooks。corp.test", "ho\u00adoks.corp.test", "a.svc.test"],
  ...["A.B.svc.test.", "*.svc.test", "bücher.test", "BÜCHER.test", "XN--BCHER-KVA.test."],
];

/** What looks like one of those names and is none. */
export const namesBesideAllowed = [
  ...["corp.test", "svc.test", "svc.test.", "xhooks.corp.test", "x.hooks.corp.test"],
  ...["evilsvc.test", "hooks.corp.test.evil.test", "a.svc.test.evil", "hooks-corp.test"],
  ...["hooks.corp.test..", "a.svc.test..", ".svc.test", "evil.test#hooks.corp.test"],
  ...["evil.test/hooks.corp.test", "evil.test?a.svc.test", "hooks.corp.test@evil.test"],
  ...["a:b@hooks.corp.test", "hooks.corp.test:80@evil.test", "evil.test\\hooks.corp.test"],
  ...["evil.test\\@hooks.corp.test", "hοoks.corp.test", "h00ks.corp.test", "bucher.test"],
  ...["hooks.corp.test%00.evil.test", "hooks.corp.test%2eevil.test", "evil.test%23.svc.test"],
  ...["evil.test%2f.svc.test", "xn--bcher-kva.test.evil", "ḃücher.test", "localhost"],
  ...["hooks.corp.test\u0000.evil.test", "evil.test \u2024svc.test", "127.0.0.1", "a.localhost"],
];

/** Where no name leads, allowed or not: metadata, link-local, transition and what is no unicast. */
export const closedToNames = [
  ...["169.254.169.254", "168.63.129.16", "100.100.100.200", "169.254.170.2", "fd00:ec2::254"],
  ...["fd20:ce::254", "fe80::1", "fe80::a9fe:a9fe", "0.0.0.0", "::", "::ffff:127.0.0.1"],
  ...["::127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::"],
  ...["2001:0:7f00:1::", "224.0.0.251", "255.255.255.255", "198.18.0.1", "192.0.0.8"],
  ...["ff02::1", "fec0::1", "fd00::1%eth0"],
];

/** URLs that no request may be made for, wherever they lead. */
export const hostileUrls = [
  ...["file:///etc/passwd", "ftp://93.184.215.14/", "gopher://93.184.215.14:70/_", "data:,x"],
  ...["javascript:1", "ws://93.184.215.14/", "wss://93.184.215.14/", "dict://127.0.0.1:11211/"],
  ...["ldap://127.0.0.1/", "blob:http://127.0.0.1/1", "unix:/var/run/docker.sock", "about:blank"],
  ...["", " ", "/hook", "//127.0.0.1/", "http://", "http:///", "https://[", "http://a b/"],
  ...["http://[fe80::1%25eth0]/", "http://[::1", "http://1.2.3.4.5/", "http://256.256.256.256/"],
  ...["http://0x100000000/", "http://93.184.215.14:99999/", "http://user@93.184.215.14/"],
  ...["http://user:word@93.184.215.14/", "http://:word@93.184.215.14/", "http://%00/"],
  ...["http://93.184.215.14@127.0.0.1/", "http://127.0.0.1#@93.184.215.14/"],
  ...["http://127.0.0.1?@93.184.215.14/", "http:\\\\127.0.0.1\\", "http:127.0.0.1", "http:/127.1"],
  ...["http://127.0.0.1\t/", "\thttp://127.0.0.1/", "ht\ntp://127.0.0.1/"],
];
