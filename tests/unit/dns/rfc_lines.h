/*
 * Records that RFCs have as examples, as lines of zone files, and what each is on the wire. For
 * test_rfc_vectors.c.
 */
#pragma once

#include <stdint.h>

/* A line of a zone file, and what it is on the wire. */
static const struct line {
    const char *label, *text;
    uint16_t type, class;
    const char *wire;
} lines[] = {
    { "RFC 1035 section 5.3: SOA over several lines",
      "ISI.EDU. IN SOA VENERA Action\\.domains ( 20 ; SERIAL\n 7200 ; REFRESH\n 600 ;"
      " RETRY\n 3600000 ; EXPIRE\n 60) ; MINIMUM\n",
      6, 1,
      "0656454e4552410349534903454455000e416374696f6e2e646f6d61696e730349534903454455"
      "000000001400001c20000002580036ee800000003c" },
    { "RFC 1035 section 5.3: MX", "ISI.EDU. 60 MX 10 VENERA\n", 15, 1,
      "000a0656454e455241034953490345445500" },
    { "RFC 1035 section 5.3: A", "A A 26.3.0.103\n", 1, 1, "1a030067" },
    { "RFC 3596 section 2.5: the address", "a AAAA 4321:0:1:2:3:4:567:89ab\n", 28, 1,
      "432100000001000200030004056789ab" },
    { "RFC 3597 section 5: an unknown class and type",
      "a.example. CLASS32 TYPE731 \\# 6 abcd (\n ef 01 23 45 )\n", 731, 32, "abcdef012345" },
    { "RFC 3597 section 5: no RDATA", "b.example. HS TYPE62347 \\# 0\n", 62347, 4, "" },
    { "RFC 3597 section 5: a known type as if unknown", "e.example. IN A \\# 4 0A000001\n", 1, 1,
      "0a000001" },
    { "RFC 3597 section 5: numbers of known ones", "e.example. CLASS1 TYPE1 10.0.0.2\n", 1, 1,
      "0a000002" },
    { "RFC 5155 appendix A: NSEC3 of example",
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3 1 1 12 aabbccdd ( 2t7b4g4vsa5s"
      "mi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG )\n",
      50, 1, "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290" },
    { "RFC 5155 appendix A: NSEC3 of ns1.example",
      "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. NSEC3 1 1 12 aabbccdd ( 2vptu5timamq"
      "ttgl4luu9kg21e0aor3s A RRSIG )\n",
      50, 1, "0101000c04aabbccdd1417f3df17b2b2adaef615257de4d2020b80ac6c7c0006400000000002" },
    { "RFC 5155 appendix A: NSEC3 of x.y.w.example",
      "2vptu5timamqttgl4luu9kg21e0aor3s.example. NSEC3 1 1 12 aabbccdd ( 35mthgpgcu1q"
      "g68fab165klnsnk3dpvl MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd14196dd8c3306783a8190f52c262d2b7e5e836e7f50006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of a.example",
      "35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3 1 1 12 aabbccdd ( b4um86eghhds"
      "6nea196smvmlo4ors995 NS DS RRSIG )\n",
      50, 1, "0101000c04aabbccdd14593d6419d08c5bc35dca0a4dcb7ed5c131be25250006200000000012" },
    { "RFC 5155 appendix A: NSEC3 of x.w.example",
      "b4um86eghhds6nea196smvmlo4ors995.example. NSEC3 1 1 12 aabbccdd ( gjeqe526plbf"
      "1g8mklp59enfd789njgi MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd1484dda71446cd56f0c116a57254baef69d09bce120006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of ai.example",
      "gjeqe526plbf1g8mklp59enfd789njgi.example. NSEC3 1 1 12 aabbccdd ( ji6neoaepv8b"
      "5o6k4ev33abha8ht9fgc A HINFO AAAA RRSIG )\n",
      50, 1, "0101000c04aabbccdd149c8d77614ecfd0b2e0d423be31a9715223d4be0c0006400400080002" },
    { "RFC 5155 appendix A: NSEC3 of y.w.example",
      "ji6neoaepv8b5o6k4ev33abha8ht9fgc.example. NSEC3 1 1 12 aabbccdd ( k8udemvp1j2f"
      "7eg6jebps17vp3n8i58h )\n",
      50, 1, "0101000c04aabbccdd14a23cd75bf90cc4f3ba069b979e04ffc8ee891511" },
    { "RFC 5155 appendix A: NSEC3 of w.example",
      "k8udemvp1j2f7eg6jebps17vp3n8i58h.example. NSEC3 1 1 12 aabbccdd ( q04jkcevqvmu"
      "85r014c7dkba38o0ji5r )\n",
      50, 1, "0101000c04aabbccdd14d0093a31dfd7ede41760091876d16a1a3009c8bb" },
    { "RFC 5155 appendix A: NSEC3 of ns2.example",
      "q04jkcevqvmu85r014c7dkba38o0ji5r.example. NSEC3 1 1 12 aabbccdd ( r53bq7cc2uvm"
      "ubfu5ocmm6pers9tk9en A RRSIG )\n",
      50, 1, "0101000c04aabbccdd14d946bd1d8c17bf6f2dfe2e196b1b2edf13da25d70006400000000002" },
    { "RFC 5155 appendix A: NSEC3 of *.w.example",
      "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example. NSEC3 1 1 12 aabbccdd ( t644ebqk9bib"
      "cna874givr6joj62mlhv MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd14e988472f544ae4b65d4839212fecd3c4cc2b563f0006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of xx.example",
      "t644ebqk9bibcna874givr6joj62mlhv.example. NSEC3 1 1 12 aabbccdd ( 0p9mhaveqvm6"
      "t7vbl5lop2u3t2rp3tom A HINFO AAAA RRSIG )\n",
      50, 1, "0101000c04aabbccdd14065368abeed7ec6e9feba96b8c8bc3e8b791f7160006400400080002" },
    { "RFC 6605 section 6.1: DNSKEY",
      "example.net. 3600 IN DNSKEY 257 3 13 (\n GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv"
      "7bR6edb\n krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA== )\n",
      48, 1,
      "0101030d1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4"
      "aa42917ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00" },
    { "RFC 6605 section 6.1: DS",
      "example.net. 3600 IN DS 55648 13 2 (\n b4c8c1fe2e7477127b27115656ad6256f424625"
      "bf5c1\n e2770ce6d6e37df61d17 )\n",
      43, 1, "d9600d02b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17" },
    { "RFC 6698 section 2.3: TLSA 0 0 1",
      "_443._tcp.www.example.com. IN TLSA (\n 0 0 1 d2abde240d7cd3ee6b4b28c54df034b9"
      "\n 7983a1d16e8a410e4561cb106618e971 )\n",
      52, 1, "000001d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971" },
    { "RFC 6698 section 2.3: TLSA 1 1 2",
      "_443._tcp.www.example.com. IN TLSA (\n 1 1 2 92003ba34942dc74152e2f2c408d29ec"
      "\n a5a520e7f2e06bb944f4dca346baf63c\n 1b177615d466f6c4b71c216a50292bd5\n 8c9eb"
      "dd2f74e38fe51ffd48c43326cbc )\n",
      52, 1,
      "01010292003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c1b177615"
      "d466f6c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43326cbc" },
    { "RFC 8080 section 6.1: DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 15 (\n l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1"
      "SxZJA4= )\n",
      48, 1, "0101030f974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e" },
    { "RFC 8080 section 6.1: DS",
      "example.com. 3600 IN DS 3613 15 2 (\n 3aa5ab37efce57f737fc1627013fee07bdf241bd"
      "10f3\n b1964ab55c78e79a304b )\n",
      43, 1, "0e1d0f023aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b" },
    { "RFC 8162 section 3: SMIMEA of hugh",
      "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.co"
      "m. SMIMEA 3 0 1 00\n",
      53, 1, "03000100" },
    { "RFC 8659 section 4.2: one issuer", "certs.example.com. CAA 0 issue \"ca1.example.net\"\n",
      257, 1, "000569737375656361312e6578616d706c652e6e6574" },
    { "RFC 8659 section 4.2: with an account",
      "certs.example.com. CAA 0 issue \"ca1.example.net; account=230123\"\n", 257, 1,
      "000569737375656361312e6578616d706c652e6e65743b206163636f756e743d323330313233" },
    { "RFC 8659 section 4.2: no issuer", "certs.example.com. CAA 0 issue \";\"\n", 257, 1,
      "000569737375653b" },
    { "RFC 8659 section 4.2: a malformed value, which is for the issuer to see",
      "certs.example.com. CAA 0 issue \"%%%%%\"\n", 257, 1, "000569737375652525252525" },
    { "RFC 8659 section 4.3: wildcards", "certs.example.com. CAA 0 issuewild \"ca2.example.org\"\n",
      257, 1, "0009697373756577696c646361322e6578616d706c652e6f7267" },
    { "RFC 8659 section 4.4: where to report by mail",
      "certs.example.com. CAA 0 iodef \"mailto:security@example.com\"\n", 257, 1,
      "0005696f6465666d61696c746f3a7365637572697479406578616d706c652e636f6d" },
    { "RFC 8659 section 4.4: where to report by HTTP",
      "certs.example.com. CAA 0 iodef \"https://iodef.example.com/\"\n", 257, 1,
      "0005696f64656668747470733a2f2f696f6465662e6578616d706c652e636f6d2f" },
    { "RFC 8659 section 4.5: critical", "certs.example.com. CAA 128 tbs \"Unknown\"\n", 257, 1,
      "8003746273556e6b6e6f776e" },
    { "RFC 8976 appendix A.1",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n c68090d90a7aed716bc459f9340e3d7c13"
      "70d4d24b7e2fc3\n a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c )\n",
      63, 1,
      "7848b91c0101c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9"
      "713b3c9ae5cc27777f98b8e730044c" },
    { "RFC 8976 appendix A.2",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n a3b69bad980a3504e1cffcb0fd6397f938"
      "48071c93151f55\n 2ae2f6b1711d4bd2d8b39808226d7b9db71e34b72077f8fe )\n",
      63, 1,
      "7848b91c0101a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2d8"
      "b39808226d7b9db71e34b72077f8fe" },
    { "RFC 8976 appendix A.3: SHA-384",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n 62e6cf51b02e54b9b5f967d547ce431367"
      "92901f9f88e637\n 493daaf401c92c279dd10f0edb1c56f8080211f8480ee306 )\n",
      63, 1,
      "7848b91c010162e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279d"
      "d10f0edb1c56f8080211f8480ee306" },
    { "RFC 8976 appendix A.3: SHA-512",
      "example. 86400 IN ZONEMD 2018031900 1 2 (\n 08cfa1115c7b948c4163a901270395ea22"
      "6a930cd2cbcf2f\n a9a5e6eb85f37c8a4e114d884e66f176eab121cb02db7d65\n 2e0cc4827e"
      "7a3204f166b47e5613fd27 )\n",
      63, 1,
      "7848b91c010208cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a4e"
      "114d884e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27" },
    { "RFC 8976 appendix A.3: a private algorithm",
      "example. 86400 IN ZONEMD 2018031900 1 240 (\n e2d523f654b9422a96c5a8f44607bbee"
      " )\n",
      63, 1, "7848b91c01f0e2d523f654b9422a96c5a8f44607bbee" },
    { "RFC 8976 appendix A.3: a private scheme",
      "example. 86400 IN ZONEMD 2018031900 241 1 (\n e1846540e33a9e4189792d18d5d131f6"
      "05fc283e )\n",
      63, 1, "7848b91cf101e1846540e33a9e4189792d18d5d131f605fc283e" },
    { "RFC 4034 section 5.4: DNSKEY",
      "dskey.example.com. 86400 IN DNSKEY 256 3 5 ( AQOeiiR0GOMYkDshWoSKz9Xz fwJr1AYtsmx3TG"
      "kJaNXVbfi/ 2pHm822aJ5iI9BMzNXxeYCmZ DRD99WYwYqUSdjMmmAphXdvx egXd/M5+X7OrzKBaMbCVdFL"
      "U Uh6DhweJBjEVv5f2wwjM9Xzc nOf+EPbtG9DMBmADjFDc2w/r ljwvFw== )\n",
      48, 1,
      "0100030501039e8a247418e318903b215a848acfd5f37f026bd4062db26c774c690968d5d56df8bfda91"
      "e6f36d9a279888f41333357c5e6029990d10fdf5663062a512763326980a615ddbf17a05ddfcce7e5fb3"
      "abcca05a31b0957452d4521e83870789063115bf97f6c308ccf57cdc9ce7fe10f6ed1bd0cc0660038c50"
      "dcdb0feb963c2f17" },
    { "RFC 4034 section 5.4: DS",
      "dskey.example.com. 86400 IN DS 60485 5 1 ( 2BB183AF5F22588179A53B0A\n 98631FAD1A2921"
      "18 )\n",
      43, 1, "ec4505012bb183af5f22588179a53b0a98631fad1a292118" },
    { "RFC 4509 section 2.3: DS of SHA-256",
      "dskey.example.com. 86400 IN DS 60485 5 2 ( D4B7D520E7BB5F0F67674A0C\n CEB1E3E0614B93"
      "C4F9E99B83\n 83F6A1E4469DA50A )\n",
      43, 1, "ec450502d4b7d520e7bb5f0f67674a0cceb1e3e0614b93c4f9e99b8383f6a1e4469da50a" },
    { "RFC 6605 section 6.2: DNSKEY",
      "example.net. 3600 IN DNSKEY 257 3 14 (\n xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum"
      "1\n w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8\n /uX45NBwY8rp65F6Glur8I/mlVNgF6W/q"
      "TI37m40 )\n",
      48, 1,
      "0101030ec4a61a36159d18e7c9fa73eb2fcfdaae4c1fd8463730327e484aca8af0554ae9b5c3f7a0b17b"
      "d2003b4d261c9e9b94423a9810e8af17d43452124adb610f8e07ebfcfee5f8e4d07063cae9eb917a1a5b"
      "abf08fe695536017a5bfa93237ee6e34" },
    { "RFC 6605 section 6.2: DS",
      "example.net. 3600 IN DS 10771 14 4 (\n 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8"
      "\n d7e9495f27e305c6a9b0563a9b5f4d288405c3008a94\n 6df983d6 )\n",
      43, 1,
      "2a130e0472d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d28"
      "8405c3008a946df983d6" },
    { "RFC 8080 section 6.1: the second DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 15 (\n zPnZ/QwEe7S8C5SPz2OfS5RR40ATk2/rYnE9xHIEijs"
      "= )\n",
      48, 1, "0101030fccf9d9fd0c047bb4bc0b948fcf639f4b9451e34013936feb62713dc472048a3b" },
    { "RFC 8080 section 6.1: the second DS",
      "example.com. 3600 IN DS 35217 15 2 (\n 401781b934e392de492ec77ae2e15d70f6575a1c0bc59"
      "c\n 5275c04ebe80c6614c )\n",
      43, 1, "89910f02401781b934e392de492ec77ae2e15d70f6575a1c0bc59c5275c04ebe80c6614c" },
    { "RFC 8080 section 6.2: DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 16 (\n 3kgROaDjrh0H2iuixWBrc8g2EpBBLCdGzHmn+G2MpTP"
      "hpj\n /OiBVHHSfPodx1FYYUcJKm1MDpJtIA )\n",
      48, 1,
      "01010310de481139a0e3ae1d07da2ba2c5606b73c8361290412c2746cc79a7f86d8ca533e1a63fce8815"
      "471d27cfa1dc751586147092a6d4c0e926d200" },
    { "RFC 8080 section 6.2: DS",
      "example.com. 3600 IN DS 9713 16 2 (\n 6ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048d"
      "\n b93dd811f5cb2b19c7 )\n",
      43, 1, "25f110026ccf18d5bc5d7fc2fceb1d59d17321402f2aa8d368048db93dd811f5cb2b19c7" },
    { "RFC 8080 section 6.2: the second DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 16 (\n kkreGWoccSDmUBGAe7+zsbG6ZAFQp+syPmYUurBRQc3"
      "tDj\n eMCJcVMRDmgcNLp5HlHAMy12VoISsA )\n",
      48, 1,
      "01010310924ade196a1c7120e65011807bbfb3b1b1ba640150a7eb323e6614bab05141cded0e378c0897"
      "153110e681c34ba791e51c0332d76568212b00" },
    { "RFC 8080 section 6.2: the second DS",
      "example.com. 3600 IN DS 38353 16 2 (\n 645ff078b3568f5852b70cb60e8e696cc77b75bfaaffc"
      "1\n 18cf79cbda1ba28af4 )\n",
      43, 1, "95d11002645ff078b3568f5852b70cb60e8e696cc77b75bfaaffc118cf79cbda1ba28af4" },
    { "RFC 4701 section 3.6.2: of a client identifier",
      "chi.example.com. IN DHCID ( AAEBOSD+XR3Os/0LozeXVqcNc7FwCfQdWL3b\n /NaiUDlW2No= )\n", 49, 1,
      "0001013920fe5d1dceb3fd0ba3379756a70d73b17009f41d58bddbfcd6a2503956d8da" },
    { "RFC 4701 section 3.6.3: of a hardware address",
      "client.example.com. IN DHCID ( AAABxLmlskllE0MVjd57zHcWmEH3pCQ6VytcKD//7es/deY= )\n", 49, 1,
      "000001c4b9a5b249651343158dde7bcc77169841f7a4243a572b5c283fffedeb3f75e6" },
    { "RFC 2782: old-slow-box.example.com.",
      "_foobar._tcp.example.com. IN SRV 0 1 9 old-slow-box.example.com.\n", 33, 1,
      "0000000100090c6f6c642d736c6f772d626f78076578616d706c6503636f6d00" },
    { "RFC 2782: new-fast-box.example.com.",
      "_foobar._tcp.example.com. IN SRV 0 3 9 new-fast-box.example.com.\n", 33, 1,
      "0000000300090c6e65772d666173742d626f78076578616d706c6503636f6d00" },
    { "RFC 2782: sysadmins-box.example.com.",
      "_foobar._tcp.example.com. IN SRV 1 0 9 sysadmins-box.example.com.\n", 33, 1,
      "0001000000090d73797361646d696e732d626f78076578616d706c6503636f6d00" },
    { "RFC 2782: server.example.com.",
      "_foobar._tcp.example.com. IN SRV 1 0 9 server.example.com.\n", 33, 1,
      "00010000000906736572766572076578616d706c6503636f6d00" },
    { "RFC 2782: .", "*._tcp.example.com. IN SRV 0 0 0 .\n", 33, 1, "00000000000000" },
    { "RFC 3123 section 5: of a reverse zone",
      "42.168.192.IN-ADDR.ARPA. IN APL (1:192.168.42.0/26 1:192.168.42.64/26\n 1:192.168.42"
      ".128/25)\n",
      42, 1, "00011a03c0a82a00011a04c0a82a4000011904c0a82a80" },
    { "RFC 3123 section 5: who may transfer",
      "_axfr.sbo.example. IN APL 1:127.0.0.1/32 1:172.16.64.0/22\n", 42, 1,
      "000120047f00000100011603ac1040" },
    { "RFC 3123 section 5: multicast",
      "multicast.example. IN APL 1:224.0.0.0/4 2:FF00:0:0:0:0:0:0:0/8\n", 42, 1,
      "00010401e000020801ff" },
    { "RFC 3123 section 5: with an exception",
      "foo.example. IN APL 1:192.168.32.0/21 !1:192.168.38.0/28\n", 42, 1,
      "00011503c0a82000011c83c0a826" },
    { "RFC 1876: cambridge-net.kei.com.",
      "cambridge-net.kei.com. IN LOC 42 21 54 N 71 06 18 W -24m 30m\n", 29, 1,
      "0033161389172dd070be15f000988d20" },
    { "RFC 1876: loiosh.kei.com.",
      "loiosh.kei.com. IN LOC ( 42 21 43.952 N 71 5 6.344 W\n -24m 1m 200m )\n", 29, 1,
      "001224138917069070bf2dd800988d20" },
    { "RFC 1876: rwy04l.logan-airport.boston.",
      "rwy04l.logan-airport.boston. IN LOC ( 42 21 28.764 N 71 0 51.617 W\n -44m 2000m )\n", 29, 1,
      "002516138916cb3c70c310df00988550" },
    { "RFC 1876: pipex.net.", "pipex.net. IN LOC 52 14 05 N 00 08 50 E 10m\n", 29, 1,
      "001216138b3556c88008165000989a68" },
    { "RFC 1876: curtin.edu.au.", "curtin.edu.au. IN LOC 32 7 19 S 116 2 25 E 10m\n", 29, 1,
      "00121613791b7d2898e6486800989a68" },
    { "RFC 8005 section 6: no server",
      "www.example.com. IN HIP ( 2 200100107B1A74DF365639CC39F1D578\n AwEAAbdxyhNuSutc5EMzx"
      "Ts9LBPCIkOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr1gsNrut79ryr"
      "a+bSRGQb1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaVDP4BcelrTI3rMXdXF5D )\n",
      55, 1,
      "10020084200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c222"
      "43851fc708bcce29f7e2eb5787b5f56ccad34f8223acc10904ddb56b2ec4a6d6232f3b50ea094f0914b3"
      "b941bbe529af582c36bbadefdaf2adaf9b4911906f5b2522603c615272b880ec8fb930cc6ee39c444daa"
      "75b1678f005a4b2499d1da5433f805c7a5ad3237acc5dd5c5e43" },
    { "RFC 8005 section 6: one server",
      "www.example.com. IN HIP ( 2 200100107B1A74DF365639CC39F1D578\n AwEAAbdxyhNuSutc5EMzx"
      "Ts9LBPCIkOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr1gsNrut79ryr"
      "a+bSRGQb1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaVDP4BcelrTI3rMXdXF5D\n rvs.exampl"
      "e.com. )\n",
      55, 1,
      "10020084200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5ce44333c53b3d2c13c222"
      "43851fc708bcce29f7e2eb5787b5f56ccad34f8223acc10904ddb56b2ec4a6d6232f3b50ea094f0914b3"
      "b941bbe529af582c36bbadefdaf2adaf9b4911906f5b2522603c615272b880ec8fb930cc6ee39c444daa"
      "75b1678f005a4b2499d1da5433f805c7a5ad3237acc5dd5c5e4303727673076578616d706c6503636f6d"
      "00" },
    { "RFC 6742 section 2.1.2: 20 0015:5fff:ff21:ee65",
      "host1.example.com. IN NID 20 0015:5fff:ff21:ee65\n", 104, 1, "001400155fffff21ee65" },
    { "RFC 6742 section 2.1.2: 10 0016:6fff:ff22:ee66",
      "host2.example.com. IN NID 10 0016:6fff:ff22:ee66\n", 104, 1, "000a00166fffff22ee66" },
    { "RFC 6742 section 2.2.2: 20 10.1.04.0", "host1.example.com. IN L32 20 10.1.04.0\n", 105, 1,
      "00140a010400" },
    { "RFC 6742 section 2.2.2: 10 10.1.08.0", "host2.example.com. IN L32 10 10.1.08.0\n", 105, 1,
      "000a0a010800" },
    { "RFC 6742 section 2.3.2: 20 2001:0DB8:2140:2000",
      "host1.example.com. IN L64 20 2001:0DB8:2140:2000\n", 106, 1, "001420010db821402000" },
    { "RFC 6742 section 2.3.2: 10 2001:0DB8:4140:4000",
      "host2.example.com. IN L64 10 2001:0DB8:4140:4000\n", 106, 1, "000a20010db841404000" },
    { "RFC 6742 section 2.4.2: 10 l64-subnet2.example.com.",
      "host1.example.com. IN LP 10 l64-subnet2.example.com.\n", 107, 1,
      "000a0b6c36342d7375626e657432076578616d706c6503636f6d00" },
    { "RFC 6742 section 2.4.2: 20 l32-subnet1.example.com.",
      "host1.example.com. IN LP 20 l32-subnet1.example.com.\n", 107, 1,
      "00140b6c33322d7375626e657431076578616d706c6503636f6d00" },
    { "RFC 7043 section 3.2", "host.example. 86400 IN EUI48 00-00-5e-00-53-2a\n", 108, 1,
      "00005e00532a" },
    { "RFC 7043 section 4.2", "host.example. 86400 IN EUI64 00-00-5e-ef-10-00-00-2a\n", 109, 1,
      "00005eef1000002a" },
    { "RFC 9859: of CDS",
      "*._dsync.example.net. IN DSYNC CDS NOTIFY 5359 cds-scanner.example.net.\n", 66, 1,
      "003b0114ef0b6364732d7363616e6e6572076578616d706c65036e657400" },
    { "RFC 9859: of CSYNC",
      "*._dsync.example.net. IN DSYNC CSYNC NOTIFY 5360 csync-scanner.example.net.\n", 66, 1,
      "003e0114f00d6373796e632d7363616e6e6572076578616d706c65036e657400" },
    { "RFC 9606: a resolver", "resolver.example.net. 7200 IN RESINFO qnamemin exterr=15-17\n", 261,
      1, "08716e616d656d696e0c6578746572723d31352d3137" },
    { "RFC 2915 section 7.1: a service of Z39.50",
      "gatech.edu. IN NAPTR 100 50 \"s\" \"z3950+I2L+I2C\" \"\" _z3950._tcp.gatech.edu.\n", 35, 1,
      "0064003201730d7a333935302b49324c2b49324300065f7a33393530045f746370066761746563680365"
      "647500" },
    { "RFC 2915 section 7.1: a service of RCDS",
      "gatech.edu. IN NAPTR 100 50 \"s\" \"rcds+I2C\" \"\" _rcds._udp.gatech.edu.\n", 35, 1,
      "00640032017308726364732b49324300055f72636473045f756470066761746563680365647500" },
    { "RFC 3761 section 3.2: sip",
      "3.8.0.0.6.9.2.3.6.1.4.4.e164.arpa. IN NAPTR 10 100 \"u\" \"E2U+sip\" \"!^.*$!sip:inf"
      "o@example.com!\" .\n",
      35, 1,
      "000a00640175074532552b7369701b215e2e2a24217369703a696e666f406578616d706c652e636f6d21"
      "00" },
    { "RFC 3761 section 3.2: h323",
      "3.8.0.0.6.9.2.3.6.1.4.4.e164.arpa. IN NAPTR 10 101 \"u\" \"E2U+h323\" \"!^.*$!h323:i"
      "nfo@example.com!\" .\n",
      35, 1,
      "000a00650175084532552b683332331c215e2e2a2421683332333a696e666f406578616d706c652e636f"
      "6d2100" },
    { "RFC 3761 section 3.2: msg",
      "3.8.0.0.6.9.2.3.6.1.4.4.e164.arpa. IN NAPTR 10 102 \"u\" \"E2U+msg\" \"!^.*$!mailto:"
      "info@example.com!\" .\n",
      35, 1,
      "000a00660175074532552b6d73671e215e2e2a24216d61696c746f3a696e666f406578616d706c652e63"
      "6f6d2100" },
    { "RFC 6672: a division that was bought",
      "frobozz.example. IN DNAME frobozz-division.acme.example.\n", 39, 1,
      "1066726f626f7a7a2d6469766973696f6e0461636d65076578616d706c6500" },
    { "RFC 2874: a server in a subnet",
      "NS1.X.EXAMPLE. IN A6 64 ::1:11:111:1111 SUBNET-1.IP6.X.EXAMPLE.\n", 38, 1,
      "400001001101111111085355424e45542d31034950360158074558414d504c4500" },
    { "RFC 2874: a subnet", "SUBNET-1.IP6.X.EXAMPLE. IN A6 48 0:0:0:1:: IP6.X.EXAMPLE.\n", 38, 1,
      "3000010000000000000000034950360158074558414d504c4500" },
    { "RFC 2874: a site that adds no bits",
      "IP6.X.EXAMPLE. IN A6 48 0::0 SUBSCRIBER-X.IP6.A.NET.\n", 38, 1,
      "30000000000000000000000c535542534352494245522d58034950360141034e455400" },
    { "RFC 2874: a server in a site",
      "NS1.X.EXAMPLE. IN A6 48 ::1:1:11:111:1111 SUBSCRIBER-X.IP6.A.NET.\n", 38, 1,
      "30000100010011011111110c535542534352494245522d58034950360141034e455400" },
    { "RFC 7479: ED25519",
      "ed25519.example.com. IN SSHFP 4 2 (\n a87f1b687ac0e57d2a081a2f28267237\n 34d90ed316d"
      "2b818ca9580ea384d9240 )\n",
      44, 1, "0402a87f1b687ac0e57d2a081a2f2826723734d90ed316d2b818ca9580ea384d9240" },
    { "RFC 8976 appendix A.4: URI.ARPA",
      "uri.arpa. 3600 IN ZONEMD 2018100702 1 1 (\n 0dbc3c4dbfd75777c12ca19c337854b157779990"
      "1307c482e9d91d5d15\n cd934d16319d98e30c4201cf25a1d5a0254960 )\n",
      63, 1,
      "7849c5de01010dbc3c4dbfd75777c12ca19c337854b1577799901307c482e9d91d5d15cd934d16319d98"
      "e30c4201cf25a1d5a0254960" },
    { "RFC 8976 appendix A.5: ROOT-SERVERS.NET",
      "root-servers.net. 3600000 IN ZONEMD 2018091100 1 1 (\n f1ca0ccd91bd5573d9f431c00ee01"
      "01b2545c97602be0a97\n 8a3b11dbfc1c776d5b3e86ae3d973d6b5349ba7f04340f79 )\n",
      63, 1,
      "7849a05c0101f1ca0ccd91bd5573d9f431c00ee0101b2545c97602be0a978a3b11dbfc1c776d5b3e86ae"
      "3d973d6b5349ba7f04340f79" },
    { "RFC 8777 section 4.3.2: a relay by name",
      "13.100.51.198.in-addr.arpa. IN AMTRELAY 10 0 3 amtrelays.example.com.\n", 260, 1,
      "0a0309616d7472656c617973076578616d706c6503636f6d00" },
};
