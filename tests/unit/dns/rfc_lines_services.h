/* Records that say how a service is reached, and who may speak for a name. For test_rfc_vectors.c.
 */
#pragma once

#include "rfc_line.h"

static const struct line lines_of_services[] = {
    { "RFC 8659 section 4.2: one issuer", "certs.example.com. CAA 0 issue \"ca1.example.net\"\n",
      257, 1, "000569737375656361312e6578616d706c652e6e6574" },
    { "RFC 8659 section 4.2: another issuer",
      "certs.example.com. CAA 0 issue \"ca2.example.org\"\n", 257, 1,
      "000569737375656361322e6578616d706c652e6f7267" },
    { "RFC 8659 section 4.2: no issuer", "nocerts.example.com. CAA 0 issue \";\"\n", 257, 1,
      "000569737375653b" },
    { "RFC 8659 section 4.2: a malformed value, which is for the issuer to see",
      "malformed.example.com. CAA 0 issue \"%%%%%\"\n", 257, 1, "000569737375652525252525" },
    { "RFC 8659 section 4.2: with an account",
      "account.example.com. CAA 0 issue \"ca1.example.net; account=230123\"\n", 257, 1,
      "000569737375656361312e6578616d706c652e6e65743b206163636f756e743d323330313233" },
    { "RFC 8659 section 4.3: wildcards", "wild.example.com. CAA 0 issuewild \"ca2.example.org\"\n",
      257, 1, "0009697373756577696c646361322e6578616d706c652e6f7267" },
    { "RFC 8659 section 4.4: where to report by mail",
      "report.example.com. CAA 0 iodef \"mailto:security@example.com\"\n", 257, 1,
      "0005696f6465666d61696c746f3a7365637572697479406578616d706c652e636f6d" },
    { "RFC 8659 section 4.4: where to report by HTTP",
      "report.example.com. CAA 0 iodef \"https://iodef.example.com/\"\n", 257, 1,
      "0005696f64656668747470733a2f2f696f6465662e6578616d706c652e636f6d2f" },
    { "RFC 8659 section 4.5: critical", "new.example.com. CAA 128 tbs \"Unknown\"\n", 257, 1,
      "8003746273556e6b6e6f776e" },
    { "RFC 8777 section 4.3.2: a relay by IPv4",
      "12.100.51.198.in-addr.arpa. IN AMTRELAY 10 0 1 203.0.113.15\n", 260, 1, "0a01cb00710f" },
    { "RFC 8777 section 4.3.2: a relay by IPv6",
      "12.100.51.198.in-addr.arpa. IN AMTRELAY 10 0 2 2001:db8::15\n", 260, 1,
      "0a0220010db8000000000000000000000015" },
    { "RFC 8777 section 4.3.2: a relay by name",
      "12.100.51.198.in-addr.arpa. IN AMTRELAY 128 1 3 amtrelays.example.com.\n", 260, 1,
      "808309616d7472656c617973076578616d706c6503636f6d00" },
    { "RFC 8777 section 4.3.2: a relay by IPv4, as an unknown type",
      "10.100.51.198.in-addr.arpa. IN TYPE260 \\# (\n 6\n 0a\n 01\n cb00710f )\n", 260, 1,
      "0a01cb00710f" },
    { "RFC 8777 section 4.3.2: a relay by IPv6, as an unknown type",
      "10.100.51.198.in-addr.arpa. IN TYPE260 \\# (\n 18\n 0a\n 02\n 20010db800000000000000"
      "000000000f )\n",
      260, 1, "0a0220010db800000000000000000000000f" },
    { "RFC 9460 section 2.3: an alias",
      "_8443._foo.api.example.com. 7200 IN SVCB 0 svc4.example.net.\n", 64, 1,
      "00000473766334076578616d706c65036e657400" },
    { "RFC 9460 section 2.3: its target",
      "svc4.example.net. 7200 IN SVCB 3 svc4.example.net. (\n alpn=\"bar\" port=\"8004\" )"
      "\n",
      64, 1, "00030473766334076578616d706c65036e6574000001000403626172000300021f44" },
    { "RFC 9460 section 2.4.2: an alias of a zone",
      "example.com. 3600 IN HTTPS 0 svc.example.net.\n", 65, 1,
      "000003737663076578616d706c65036e657400" },
    { "RFC 9460 section 2.5.2: at the owner itself",
      "svc2.example.net. 7200 IN HTTPS 1 . port=8002\n", 65, 1, "000100000300021f42" },
    { "RFC 9460 section 5.1: two hints and ports",
      "_1234._bar.example.com. 300 IN SVCB 1 svc1.example.net. (\n ipv6hint=2001:db8::1 por"
      "t=1234 )\n",
      64, 1,
      "00010473766331076578616d706c65036e6574000003000204d20006001020010db80000000000000000"
      "00000001" },
    { "RFC 9460 section 5.1: another of the set",
      "_1234._bar.example.com. SVCB 2 svc2.example.net. (\n ipv6hint=2001:db8::2 port=1234 "
      ")\n",
      64, 1,
      "00020473766332076578616d706c65036e6574000003000204d20006001020010db80000000000000000"
      "00000002" },
    { "RFC 9460 section 10.4.1: HTTP/3 of one origin",
      "simple.example. 7200 IN HTTPS 1 . alpn=h3\n", 65, 1, "00010000010003026833" },
    { "RFC 9460 section 10.4.3: a pool", "pool.svc.example. 7200 IN HTTPS 1 . alpn=h2,h3\n", 65, 1,
      "00010000010006026832026833" },
    { "RFC 9460 section 10.4.3: its backup",
      "pool.svc.example. HTTPS 2 backup.svc.example. alpn=h2 port=8443\n", 65, 1,
      "0002066261636b757003737663076578616d706c6500000100030268320003000220fb" },
    { "RFC 9460 section 10.4.4: a pool by its relative name",
      "cdn1.svc1.example. 1800 IN HTTPS 1 h3pool.svc1.example. alpn=h3\n", 65, 1,
      "0001066833706f6f6c0473766331076578616d706c650000010003026833" },
    { "RFC 9461 section 7: DoT", "_dns.simple.example. 7200 IN SVCB 1 simple.example. alpn=dot\n",
      64, 1, "00010673696d706c65076578616d706c65000001000403646f74" },
    { "RFC 9461 section 7: DoH",
      "_dns.doh.example. 7200 IN SVCB 1 doh.example. (\n alpn=h2 dohpath=/dns-query{?dns} )"
      "\n",
      64, 1,
      "000103646f68076578616d706c650000010003026832000700102f646e732d71756572797b3f646e737d" },
    { "RFC 9461 section 7: DoT, DoQ and DoH",
      "_dns.resolver.example. SVCB 1 resolver.example. alpn=dot,doq,h2,h3 dohpath=/q{?dns}"
      "\n",
      64, 1,
      "0001087265736f6c766572076578616d706c65000001000e03646f7403646f7102683202683300070008"
      "2f717b3f646e737d" },
    { "RFC 9461 section 7: DoT of another port",
      "_dns.resolver.example. SVCB 2 resolver.example. alpn=dot port=8530\n", 64, 1,
      "0002087265736f6c766572076578616d706c65000001000403646f74000300022152" },
    { "RFC 9461 section 7: an alias", "_dns.ns.example. 7200 IN SVCB 0 _dns.ns.nic.example.\n", 64,
      1, "0000045f646e73026e73036e6963076578616d706c6500" },
    { "RFC 9462 section 3: DoH of a name",
      "_dns.example.net. 7200 IN SVCB 1 example.net. (\n alpn=h2 dohpath=/dns-query{?dns} )"
      "\n",
      64, 1,
      "0001076578616d706c65036e65740000010003026832000700102f646e732d71756572797b3f646e737d" },
    { "RFC 9462 section 4: DoH of an address",
      "_dns.resolver.arpa. 7200 IN SVCB 1 doh.example.net. (\n alpn=h2 dohpath=/dns-query{?"
      "dns} )\n",
      64, 1,
      "000103646f68076578616d706c65036e65740000010003026832000700102f646e732d71756572797b3f"
      "646e737d" },
    { "RFC 9462 section 5: DoH of a resolver",
      "_dns.resolver.example.com. 7200 IN SVCB 1 resolver.example.com. (\n alpn=h2 dohpath="
      "/dns-query{?dns} )\n",
      64, 1,
      "0001087265736f6c766572076578616d706c6503636f6d0000010003026832000700102f646e732d7175"
      "6572797b3f646e737d" },
    { "RFC 9462 section 5: DoT of it",
      "_dns.resolver.example.com. 7200 IN SVCB 2 resolver.example.com. (\n alpn=dot )\n", 64, 1,
      "0002087265736f6c766572076578616d706c6503636f6d000001000403646f74" },
    { "RFC 9953 section 3.2.1: DNS over CoAP at /",
      "_dns.example.org. 1576 IN SVCB 1 dns.example.org. (\n alpn=co docpath )\n", 64, 1,
      "000103646e73076578616d706c65036f7267000001000302636f000a0000" },
    { "RFC 9953 section 3.2.1: at /dns",
      "_dns.example.org. 85 IN SVCB 1 dns.example.org. (\n alpn=co docpath=dns )\n", 64, 1,
      "000103646e73076578616d706c65036f7267000001000302636f000a000403646e73" },
    { "RFC 9953 section 3.2.1: at /n/s",
      "_dns.example.org. 1643 IN SVCB 1 dns.example.org. (\n alpn=co docpath=n,s )\n", 64, 1,
      "000103646e73076578616d706c65036f7267000001000302636f000a0004016e0173" },
    { "RFC 9953 section 3.2.1: beside DoH",
      "_dns.example.org. 429 IN SVCB 1 dns.example.org. (\n alpn=h3,co dohpath=/{?dns} docp"
      "ath )\n",
      64, 1,
      "000103646e73076578616d706c65036f7267000001000602683302636f000700072f7b3f646e737d000a"
      "0000" },
    { "RFC 9606 section 6: a resolver",
      "resolver.example.net. 7200 IN RESINFO qnamemin exterr=15-17\n", 261, 1,
      "08716e616d656d696e0c6578746572723d31352d3137" },
    { "RFC 9859 section 2.3: of CDS",
      "*._dsync.example. IN DSYNC CDS NOTIFY 5359 cds-scanner.example.net.\n", 66, 1,
      "003b0114ef0b6364732d7363616e6e6572076578616d706c65036e657400" },
    { "RFC 9859 section 2.3: of CSYNC",
      "*._dsync.example. IN DSYNC CSYNC NOTIFY 5360 csync-scanner.example.net.\n", 66, 1,
      "003e0114f00d6373796e632d7363616e6e6572076578616d706c65036e657400" },
    { "RFC 9859 section 3.2: of one child",
      "child._dsync.example. IN DSYNC CDS NOTIFY 5300 rr-endpoint.example.\n", 66, 1,
      "003b0114b40b72722d656e64706f696e74076578616d706c6500" },
    { "RFC 9886 appendix A.1.1: HHIT of a RAA",
      "7.b.0.a.1.9.e.1.7.5.1.a.0.6.e.5. IN HHIT (\n gwppM2ZmOCAwMDAwWQFGMIIBQjCB9aAD\n AgEC"
      "AgE1MAUGAytlcDArMSkwJwYDVQQD\n DCAyMDAxMDAzZmZlMDAwMDA1NWU2MGEx\n NTcxZTkxYTBiNzAeFw"
      "0yNTA0MDkyMDU2\n MjZaFw0yNTA0MDkyMTU2MjZaMB0xGzAZ\n BgNVBAMMEkRSSVAtUkFBLUEtMTYzNzYt"
      "\n MDAqMAUGAytlcAMhAJmQ1bBLcqGAZtQJ\n K1LH1JlPt8Fr1+jB9ED/qNBP8eE/o0ww\n SjAPBgNVHRM"
      "BAf8EBTADAQH/MDcGA1Ud\n EQEB/wQtMCuHECABAD/+AAAFXmChVx6R\n oLeGF2h0dHBzOi8vcmFhLmV4Y"
      "W1wbGUu\n Y29tMAUGAytlcANBALUPjhIB3rwqXQep\n r9/VDB+hhtwuWZIw1OUkEuDrF6DCkgc7\n 5wid"
      "XnXa5/uDfdKL7dZ83mPHm2Tf32Dv\n b8AzEw8=\n )\n",
      67, 1,
      "830a69336666382030303030590146308201423081f5a003020102020135300506032b6570302b312930"
      "2706035504030c203230303130303366666530303030303535653630613135373165393161306237301e"
      "170d3235303430393230353632365a170d3235303430393231353632365a301d311b301906035504030c"
      "12445249502d5241412d412d31363337362d30302a300506032b65700321009990d5b04b72a18066d409"
      "2b52c7d4994fb7c16bd7e8c1f440ffa8d04ff1e13fa34c304a300f0603551d130101ff040530030101ff"
      "30370603551d110101ff042d302b87102001003ffe0000055e60a1571e91a0b7861768747470733a2f2f"
      "7261612e6578616d706c652e636f6d300506032b6570034100b50f8e1201debc2a5d07a9afdfd50c1fa1"
      "86dc2e599230d4e52412e0eb17a0c292073be7089d5e75dae7fb837dd28bedd67cde63c79b64dfdf60ef"
      "6fc033130f" },
    { "RFC 9886 appendix A.2.2: HHIT of an aircraft",
      "2.b.6.c.b.4.a.9.9.6.4.2.8.0.3.1. IN HHIT (\n gxJpM2ZmOCAwMDBhWQEYMIIBFDCBx6AD\n AgEC"
      "AgFUMAUGAytlcDArMSkwJwYDVQQD\n DCAyMDAxMDAzZmZlMDAwYTA1MjYwZWQ0\n Mzc2YjI1NmUyODAeFw"
      "0yNTA0MDkyMTEz\n MDBaFw0yNTA0MDkyMjEzMDBaMAAwKjAF\n BgMrZXADIQDJLi+dl+iWD5tfFlT4sJA5"
      "\n +drcW88GHqxPDOp56Oh3+qM7MDkwNwYD\n VR0RAQH/BC0wK4cQIAEAP/4ACgUTCCRp\n mkvGsoYXaHR"
      "0cHM6Ly9oZGEuZXhhbXBs\n ZS5jb20wBQYDK2VwA0EA0DbcdngC7/BB\n /aLjZmLieo0ZFCDbd/KIxAy+3"
      "X2KtT4J\n todVxRMPAkN6o008gacbNfTG8p9npEcD\n eYhesl2jBQ==\n )\n",
      67, 1,
      "831269336666382030303061590118308201143081c7a003020102020154300506032b6570302b312930"
      "2706035504030c203230303130303366666530303061303532363065643433373662323536653238301e"
      "170d3235303430393231313330305a170d3235303430393232313330305a3000302a300506032b657003"
      "2100c92e2f9d97e8960f9b5f1654f8b09039f9dadc5bcf061eac4f0cea79e8e877faa33b303930370603"
      "551d110101ff042d302b87102001003ffe000a05130824699a4bc6b2861768747470733a2f2f6864612e"
      "6578616d706c652e636f6d300506032b6570034100d036dc767802eff041fda2e36662e27a8d191420db"
      "77f288c40cbedd7d8ab53e09b68755c5130f02437aa34d3c81a71b35f4c6f29f67a4470379885eb25da3"
      "05" },
    { "RFC 9886 appendix A.2.2: BRID of an aircraft",
      "2.b.6.c.b.4.a.9.9.6.4.2.8.0.3.1. IN BRID (\n owAAAYIEUQEgAQA//gAKBRMIJGmaS8ay\n AogF"
      "WIkB+t72Zwrt9mcgAQA//gAABV5g\n oVcekaC3mZDVsEtyoYBm1AkrUsfUmU+3\n wWvX6MH0QP+o0E/x4T"
      "8gAQA//gAABV5g\n oVcekaC3vC9m1JguvXt7W2o4wxPumaT1\n IP3TQN3fQP28hpInSIlsSwq8UCNjm2ad"
      "\n 7pdTvm2EqfOJQNPKClvRZm4qTO5FDAVY\n iQGX4PZnp+72ZyABAD/+AAoFZhXuRdQn\n CaDOaB424RQ"
      "a61YNbna8eWt7fLRU5GPM\n sfEt4wo4AQGAPyABAD/+AAAFXmChVx6R\n oLfv3q+mLRB3ya5TmjY8+3Czd"
      "oDZT9RZ\n +XpN5hDiA6JyyxBJvUewxLzPNhTXQp8v\n ED71XAE82tMmt3fB4zbzWNQLBViJAQrh\n 9mca"
      "7/ZnIAEAP/4ACgUmDtQ3ayVuKIIz\n /a61BovBSFnRE6Dt/PjcB4FOPdJ2Xmtb\n guBNBwWXIAEAP/4ACg"
      "VmFe5F1CcJoIjy\n CriJCxAyAWTOHPmlHL02MKSpsHviiTze\n qwBH9K/Rrz41CYix9HazAIOAZO8FcfU5"
      "\n M+WLLJZoaQWBHnMbTQwFWIkB3OL2Z+zw\n 9mcgAQA//gAKBRMIJGmaS8ayyS4vnZfo\n lg+bXxZU+LC"
      "QOfna3FvPBh6sTwzqeejo\n d/ogAQA//gAKBSYO1DdrJW4ogOfc8jTi\n mYLmTOOyFZoUx2jOOwtB1jnqU"
      "Jr6bYaw\n MoPrR3MlKGBGWsVz1yXNqUURoCqYdwsY\n e61vd5i6YJqnAQ==\n )\n",
      68, 1,
      "a3000001820451012001003ffe000a05130824699a4bc6b2028805588901fadef6670aedf6672001003f"
      "fe0000055e60a1571e91a0b79990d5b04b72a18066d4092b52c7d4994fb7c16bd7e8c1f440ffa8d04ff1"
      "e13f2001003ffe0000055e60a1571e91a0b7bc2f66d4982ebd7b7b5b6a38c313ee99a4f520fdd340dddf"
      "40fdbc86922748896c4b0abc5023639b669dee9753be6d84a9f38940d3ca0a5bd1666e2a4cee450c0558"
      "890197e0f667a7eef6672001003ffe000a056615ee45d42709a0ce681e36e1141aeb560d6e76bc796b7b"
      "7cb454e463ccb1f12de30a380101803f2001003ffe0000055e60a1571e91a0b7efdeafa62d1077c9ae53"
      "9a363cfb70b37680d94fd459f97a4de610e203a272cb1049bd47b0c4bccf3614d7429f2f103ef55c013c"
      "dad326b777c1e336f358d40b055889010ae1f6671aeff6672001003ffe000a05260ed4376b256e288233"
      "fdaeb5068bc14859d113a0edfcf8dc07814e3dd2765e6b5b82e04d0705972001003ffe000a056615ee45"
      "d42709a088f20ab8890b10320164ce1cf9a51cbd3630a4a9b07be2893cdeab0047f4afd1af3e350988b1"
      "f476b300838064ef0571f53933e58b2c96686905811e731b4d0c05588901dce2f667ecf0f6672001003f"
      "fe000a05130824699a4bc6b2c92e2f9d97e8960f9b5f1654f8b09039f9dadc5bcf061eac4f0cea79e8e8"
      "77fa2001003ffe000a05260ed4376b256e2880e7dcf234e29982e64ce3b2159a14c768ce3b0b41d639ea"
      "509afa6d86b03283eb4773252860465ac573d725cda94511a02a98770b187bad6f7798ba609aa701" },
};
