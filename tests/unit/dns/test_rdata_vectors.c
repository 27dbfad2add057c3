/* RDATA of every type: text to wire and back, from the RFCs that have an example. */
#include "wire.h"

#include "dns/rr_text.h"

#include <stdio.h>

/* A record's RDATA in both forms. `printed`: as we print it, where that is not the text itself. */
static const struct vector {
    const char *label;
    uint16_t type;
    const char *text, *printed, *wire;
} vectors[] = {
    { "A", DNS_TYPE_A, "192.0.2.1", NULL, "c0000201" },
    { "NS", DNS_TYPE_NS, "ns1.Example.", NULL, "036e7331074578616d706c6500" },
    { "MD", DNS_TYPE_MD, "mad.example.", NULL, "036d6164076578616d706c6500" },
    { "MF", DNS_TYPE_MF, "mad.example.", NULL, "036d6164076578616d706c6500" },
    { "CNAME", DNS_TYPE_CNAME, "target.example.", NULL, "06746172676574076578616d706c6500" },
    { "SOA", DNS_TYPE_SOA, "ns.example. root.example. 2018074511 3600 900 604800 86400", NULL,
      "026e73076578616d706c650004726f6f74076578616d706c650078495f8f0000"
      "0e100000038400093a8000015180" },
    { "MB", DNS_TYPE_MB, "mad.example.", NULL, "036d6164076578616d706c6500" },
    { "MG", DNS_TYPE_MG, "mgm.example.", NULL, "036d676d076578616d706c6500" },
    { "MR", DNS_TYPE_MR, "new.example.", NULL, "036e6577076578616d706c6500" },
    { "WKS", DNS_TYPE_WKS, "10.0.0.1 6 21 25 80", NULL, "0a000001060000044000000000000080" },
    { "PTR", DNS_TYPE_PTR, "host.example.", NULL, "04686f7374076578616d706c6500" },
    { "HINFO", DNS_TYPE_HINFO, "\"VAX-11/780\" \"UNIX\"", NULL,
      "0a5641582d31312f37383004554e4958" },
    { "MINFO", DNS_TYPE_MINFO, "owner.example. errors.example.", NULL,
      "056f776e6572076578616d706c6500066572726f7273076578616d706c6500" },
    { "MX", DNS_TYPE_MX, "10 mail.example.", NULL, "000a046d61696c076578616d706c6500" },
    { "TXT", DNS_TYPE_TXT, "\"hello\" \"a b;c\"", NULL, "0568656c6c6f056120623b63" },
    { "RP: RFC 1183 section 2.2", DNS_TYPE_RP, "louie.trantor.umd.edu. LAM1.people.umd.edu.", NULL,
      "056c6f756965077472616e746f7203756d640365647500044c414d310670656f"
      "706c6503756d640365647500" },
    { "AFSDB: RFC 1183 section 1", DNS_TYPE_AFSDB, "1 bigbird.toaster.com.", NULL,
      "0001076269676269726407746f617374657203636f6d00" },
    { "X25: RFC 1183 section 3.1", DNS_TYPE_X25, "\"311061700956\"", NULL,
      "0c333131303631373030393536" },
    { "ISDN: RFC 1183 section 3.2", DNS_TYPE_ISDN, "\"150862028003217\" \"004\"", NULL,
      "0f31353038363230323830303332313703303034" },
    { "ISDN: without a subaddress", DNS_TYPE_ISDN, "\"150862028003217\"", NULL,
      "0f313530383632303238303033323137" },
    { "RT: RFC 1183 section 3.3", DNS_TYPE_RT, "2 Relay.Prime.COM.", NULL,
      "00020552656c6179055072696d6503434f4d00" },
    { "NSAP: RFC 1706 section 7", DNS_TYPE_NSAP,
      "0x47.0005.80.005a00.0000.0001.e133.ffffff000161.00",
      "0x47000580005a0000000001e133ffffff00016100", "47000580005a0000000001e133ffffff00016100" },
    { "NSAP-PTR", DNS_TYPE_NSAP_PTR, "foo.bar.", NULL, "03666f6f0362617200" },
    { "SIG", DNS_TYPE_SIG,
      "NXT 1 3 3600 20000101000000 19990101000000 2143 foo.nil. KxcdgyA"
      "4",
      NULL,
      "001e010300000e10386d4380368c1000085f03666f6f036e696c002b171d8320"
      "38" },
    { "KEY", DNS_TYPE_KEY, "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3", NULL,
      "010003050103d22a6ca77f35b893206fd35e4c506d83788437" },
    { "PX", DNS_TYPE_PX, "50 ab.net2.it. O-ab.PRMD-net2.ADMDb.C-it.", NULL,
      "0032026162046e65743202697400044f2d61620950524d442d6e657432054144"
      "4d446204432d697400" },
    { "GPOS", DNS_TYPE_GPOS, "\"-32.6882\" \"116.8652\" \"10.0\"", NULL,
      "082d33322e36383832083131362e383635320431302e30" },
    { "AAAA", DNS_TYPE_AAAA, "2001:db8::1", NULL, "20010db8000000000000000000000001" },
    { "LOC: RFC 1876 section 4, and the sizes left out", DNS_TYPE_LOC,
      "42 21 54 N 71 06 18 W -24m 30m", "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m",
      "0033161389172dd070be15f000988d20" },
    { "LOC: all sizes left out", DNS_TYPE_LOC, "52 14 05 N 00 08 50 E 10m",
      "52 14 5.000 N 0 8 50.000 E 10.00m 1m 10000m 10m", "001216138b3556c88008165000989a68" },
    { "LOC: all sizes", DNS_TYPE_LOC, "32 7 19.123 S 116 2 25 E 10m 1m 0.5m 90000000m",
      "32 7 19.123 S 116 2 25.000 E 10.00m 1m 0.50m 90000000m",
      "00125199791b7cad98e6486800989a68" },
    { "NXT: RFC 2535 section 5.4", DNS_TYPE_NXT, "medium.foo.nil. A MX SIG NXT", NULL,
      "066d656469756d03666f6f036e696c0040010082" },
    { "EID", DNS_TYPE_EID, "e32c6f78163a9348", NULL, "e32c6f78163a9348" },
    { "NIMLOC", DNS_TYPE_NIMLOC, "32251a030067", NULL, "32251a030067" },
    { "SRV: RFC 2782", DNS_TYPE_SRV, "0 1 9 old-slow-box.example.com.", NULL,
      "0000000100090c6f6c642d736c6f772d626f78076578616d706c6503636f6d00" },
    { "NAPTR: RFC 2915 section 7.1, without a substitution", DNS_TYPE_NAPTR,
      "100 50 \"s\" \"http+I2L+I2C+I2R\" \"\" _http._tcp.gatech.edu.", NULL,
      "00640032017310687474702b49324c2b4932432b49325200055f68747470045f"
      "746370066761746563680365647500" },
    { "NAPTR: with a substitution", DNS_TYPE_NAPTR,
      "100 10 \"u\" \"E2U+sip\" \"!^.*$!sip:info@example.com!\" .", NULL,
      "0064000a0175074532552b7369701b215e2e2a24217369703a696e666f406578"
      "616d706c652e636f6d2100" },
    { "KX", DNS_TYPE_KX, "10 Kx.example.", NULL, "000a024b78076578616d706c6500" },
    { "CERT", DNS_TYPE_CERT, "PKIX 12345 8 AQIDBAUG", NULL, "0001303908010203040506" },
    { "CERT: numbers without names", DNS_TYPE_CERT,
      "65534 65535 254 MxFcby9k/yvedMfQgKzhH5er0Mu/vILz45IkskceFGgiWCn/"
      "GxHhai6V",
      NULL,
      "fffefffffe33115c6f2f64ff2bde74c7d080ace11f97abd0cbbfbc82f3e39224"
      "b2471e1468225829ff1b11e16a2e95" },
    { "DNAME", DNS_TYPE_DNAME, "Target.example.", NULL, "06546172676574076578616d706c6500" },
    { "SINK", DNS_TYPE_SINK, "1 2 3 AQIDBA==", NULL, "01020301020304" },
    { "APL: RFC 3123 section 8, and more prefixes", DNS_TYPE_APL,
      "1:192.168.32.0/21 !1:192.168.38.0/28 2:ff00::/8 1:0.0.0.0/0", NULL,
      "00011503c0a82000011c83c0a82600020801ff00010000" },
    { "DS: RFC 4034 section 5.4", DNS_TYPE_DS, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
      "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118",
      "ec4505012bb183af5f22588179a53b0a98631fad1a292118" },
    { "DS: RFC 4034 appendix A.1, an algorithm by name", DNS_TYPE_DS,
      "60485 RSASHA1 1 2bb183af5f22588179a53b0a98631fad1a292118",
      "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118",
      "ec4505012bb183af5f22588179a53b0a98631fad1a292118" },
    { "CDNSKEY: an algorithm by name, in small letters", DNS_TYPE_CDNSKEY,
      "0 3 delete AA==", "0 3 0 AA==", "0000030000" },
    { "CERT: RFC 4398 section 2.2, by names", DNS_TYPE_CERT, "pkix 12345 ECDSAP256SHA256 AQID",
      "PKIX 12345 13 AQID", "000130390d010203" },
    { "SSHFP: RFC 4255 section 3.2", DNS_TYPE_SSHFP, "2 1 123456789abcdef67890123456789abcdef67890",
      NULL, "0201123456789abcdef67890123456789abcdef67890" },
    { "IPSECKEY: RFC 4025 section 3.2, IPv4", DNS_TYPE_IPSECKEY,
      "10 1 2 192.0.2.38 AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ"
      "==",
      NULL,
      "0a0102c0000226010351537986ed35533b6064478eeeb27b5bd74dae149b6e81"
      "ba3a0521af82ab7801" },
    { "IPSECKEY: RFC 4025 section 3.2, no gateway", DNS_TYPE_IPSECKEY,
      "10 0 2 . AQNRU3mG7TVTO2BkR47usntb102uFJtugbo6BSGvgqt4AQ==", NULL,
      "0a0002010351537986ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521"
      "af82ab7801" },
    { "IPSECKEY: RFC 4025 section 3.2, a name", DNS_TYPE_IPSECKEY,
      "10 3 2 mygateway.example.com. AQNRU3mG7TVTO2BkR47usntb102uFJtugb"
      "o6BSGvgqt4AQ==",
      NULL,
      "0a0302096d7967617465776179076578616d706c6503636f6d00010351537986"
      "ed35533b6064478eeeb27b5bd74dae149b6e81ba3a0521af82ab7801" },
    { "IPSECKEY: RFC 4025 section 3.2, IPv6", DNS_TYPE_IPSECKEY,
      "10 2 2 2001:db8:0:8002::2000:1 AQNRU3mG7TVTO2BkR47usntb102uFJtug"
      "bo6BSGvgqt4AQ==",
      NULL,
      "0a020220010db8000080020000000020000001010351537986ed35533b606447"
      "8eeeb27b5bd74dae149b6e81ba3a0521af82ab7801" },
    { "RRSIG: RFC 4034 section 3.3", DNS_TYPE_RRSIG,
      "A 5 3 86400 20030322173103 20030220173103 2642 example.com. oJB1"
      "W6WNGv+ldvQ3WDG0MQkg5IEhjRip8WTrPYGv07h108dUKGMeDPKijVCHX3DDKdfb"
      "+v6oB9wfuh3DTJXUAfI/M0zmO/zz8bW0Rznl8O3tGNazPwQKkRN20XPXV6nwwfoX"
      "mJQbsLNrLfkGJ5D6fwFm8nN+6pBzeDQfsS3Ap3o=",
      NULL,
      "00010503000151803e7c9dd73e5510d70a52076578616d706c6503636f6d00a0"
      "90755ba58d1affa576f4375831b4310920e481218d18a9f164eb3d81afd3b875"
      "d3c75428631e0cf2a28d50875f70c329d7dbfafea807dc1fba1dc34c95d401f2"
      "3f334ce63bfcf3f1b5b44739e5f0eded18d6b33f040a911376d173d757a9f0c1"
      "fa1798941bb0b36b2df9062790fa7f0166f2737eea907378341fb12dc0a77a" },
    { "NSEC: RFC 4034 section 4.3, with a capital", DNS_TYPE_NSEC,
      "Host.example.com. A MX RRSIG NSEC TYPE1234", NULL,
      "04486f7374076578616d706c6503636f6d000006400100000003041b00000000"
      "0000000000000000000000000000000000000000000020" },
    { "DNSKEY: RFC 4034 section 2.3", DNS_TYPE_DNSKEY,
      "256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3Cbl+BBZH4b/0PY1kxkmvHjcZc8no"
      "kfzj31GajIQKY+5CptLr3buXA10hWqTkF7H6RfoRqXQeogmMHfpftf6zMv1LyBUg"
      "ia7za6ZEzOJBOztyvhjL742iU/TpPSEDhm2SNKLijfUppn1UaNvv4w==",
      NULL,
      "010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1"
      "bff43d8d64c649af1e371973c9e891fce3df519a8c840a63ee42a6d2ebddbb97"
      "035d215aa4e417b1fa45fa11a9741ea2098c1dfa5fb5feb332fd4bc8152089ae"
      "f36ba644cce2413b3b72be18cbef8da253f4e93d2103866d9234a2e28df529a6"
      "7d5468dbefe3" },
    { "DHCID: RFC 4701 section 3.6.1", DNS_TYPE_DHCID,
      "AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=", NULL,
      "000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000d"
      "a48c40" },
    { "NSEC3: RFC 5155 appendix A", DNS_TYPE_NSEC3,
      "1 1 12 aabbccdd 2t7b4g4vsa5smi47k61mv5bv1a22bojr NS SOA MX RRSIG"
      " DNSKEY NSEC3PARAM",
      NULL,
      "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b0007"
      "22010000000290" },
    { "NSEC3: an empty salt and no types", DNS_TYPE_NSEC3,
      "1 0 0 - 2t7b4g4vsa5smi47k61mv5bv1a22bojr", NULL,
      "010000000014174eb2409fe28bcb4887a1836f957f0a8425e27b" },
    { "NSEC3PARAM: RFC 5155 appendix A", DNS_TYPE_NSEC3PARAM, "1 0 12 aabbccdd", NULL,
      "0100000c04aabbccdd" },
    { "TLSA: RFC 6698 section 2.3", DNS_TYPE_TLSA,
      "0 0 1 d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb1066"
      "18e971",
      NULL,
      "000001d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb1066"
      "18e971" },
    { "SMIMEA", DNS_TYPE_SMIMEA,
      "1 1 2 92003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346"
      "baf63c1b177615d466f6c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43"
      "326cbc",
      NULL,
      "01010292003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346"
      "baf63c1b177615d466f6c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43"
      "326cbc" },
    { "HIP: RFC 5205 section 7", DNS_TYPE_HIP,
      "2 200100107B1A74DF365639CC39F1D578 AwEAAbdxyhNuSutc5EMzxTs9LBPCI"
      "kOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr"
      "1gsNrut79ryra+bSRGQb1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaV"
      "DP4BcelrTI3rMXdXF5D rvs1.example.com. rvs2.example.com.",
      "2 200100107b1a74df365639cc39f1d578 AwEAAbdxyhNuSutc5EMzxTs9LBPCI"
      "kOFH8cIvM4p9+LrV4e19WzK00+CI6zBCQTdtWsuxKbWIy87UOoJTwkUs7lBu+Upr"
      "1gsNrut79ryra+bSRGQb1slImA8YVJyuIDsj7kwzG7jnERNqnWxZ48AWkskmdHaV"
      "DP4BcelrTI3rMXdXF5D rvs1.example.com. rvs2.example.com.",
      "10020084200100107b1a74df365639cc39f1d57803010001b771ca136e4aeb5c"
      "e44333c53b3d2c13c22243851fc708bcce29f7e2eb5787b5f56ccad34f8223ac"
      "c10904ddb56b2ec4a6d6232f3b50ea094f0914b3b941bbe529af582c36bbadef"
      "daf2adaf9b4911906f5b2522603c615272b880ec8fb930cc6ee39c444daa75b1"
      "678f005a4b2499d1da5433f805c7a5ad3237acc5dd5c5e430472767331076578"
      "616d706c6503636f6d000472767332076578616d706c6503636f6d00" },
    { "NINFO", DNS_TYPE_NINFO, "\"foo\" \"bar\"", NULL, "03666f6f03626172" },
    { "RKEY", DNS_TYPE_RKEY, "0 255 1 AQPSKmynfzW4kyBv015MUG2DeIQ3", NULL,
      "0000ff010103d22a6ca77f35b893206fd35e4c506d83788437" },
    { "TALINK", DNS_TYPE_TALINK, "h0.example. h2.example.", NULL,
      "026830076578616d706c6500026832076578616d706c6500" },
    { "CDS", DNS_TYPE_CDS, "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
      "60485 5 1 2bb183af5f22588179a53b0a98631fad1a292118",
      "ec4505012bb183af5f22588179a53b0a98631fad1a292118" },
    { "CDS: all are to be deleted", DNS_TYPE_CDS, "0 0 0 00", NULL, "0000000000" },
    { "CDNSKEY: all are to be deleted", DNS_TYPE_CDNSKEY, "0 3 0 AA==", NULL, "0000030000" },
    { "OPENPGPKEY", DNS_TYPE_OPENPGPKEY, "AQIDBAUGBwg=", NULL, "0102030405060708" },
    { "CSYNC: RFC 7477 section 2.1.3", DNS_TYPE_CSYNC, "66 3 A NS AAAA", NULL,
      "000000420003000460000008" },
    { "ZONEMD: RFC 8976 section 2.3", DNS_TYPE_ZONEMD,
      "2018031500 1 1 FEBE3D4CE2EC2FFA4BA99D46CD69D6D29711E55217057BEE7"
      "EB1A7B641A47BA7FED2DD5B97AE499FAFA4F22C6BD647DE",
      "2018031500 1 1 febe3d4ce2ec2ffa4ba99d46cd69d6d29711e55217057bee7"
      "eb1a7b641a47ba7fed2dd5b97ae499fafa4f22c6bd647de",
      "7848b78c0101febe3d4ce2ec2ffa4ba99d46cd69d6d29711e55217057bee7eb1"
      "a7b641a47ba7fed2dd5b97ae499fafa4f22c6bd647de" },
    { "SVCB: RFC 9460 appendix D.2, figure 9, keys out of order", DNS_TYPE_SVCB,
      "16 foo.example.org. alpn=h2,h3-19 mandatory=ipv4hint,alpn ipv4hi"
      "nt=192.0.2.1",
      "16 foo.example.org. mandatory=alpn,ipv4hint alpn=\"h2,h3-19\" ipv4"
      "hint=192.0.2.1",
      "001003666f6f076578616d706c65036f72670000000004000100040001000902"
      "68320568332d313900040004c0000201" },
    { "SVCB: RFC 9460 appendix D.1", DNS_TYPE_SVCB, "0 foo.example.com.", NULL,
      "000003666f6f076578616d706c6503636f6d00" },
    { "SVCB: RFC 9460 appendix D.2, figure 3", DNS_TYPE_SVCB, "1 .", NULL, "000100" },
    { "SVCB: RFC 9460 appendix D.2, figure 4", DNS_TYPE_SVCB, "16 foo.example.com. port=53", NULL,
      "001003666f6f076578616d706c6503636f6d00000300020035" },
    { "SVCB: RFC 9460 appendix D.2, figure 5", DNS_TYPE_SVCB, "1 foo.example.com. key667=hello",
      "1 foo.example.com. key667=\"hello\"",
      "000103666f6f076578616d706c6503636f6d00029b000568656c6c6f" },
    { "SVCB: RFC 9460 appendix D.2, figure 6", DNS_TYPE_SVCB,
      "1 foo.example.com. key667=\"hello\\210qoo\"", NULL,
      "000103666f6f076578616d706c6503636f6d00029b000968656c6c6fd2716f6f" },
    { "SVCB: RFC 9460 appendix D.2, figure 7", DNS_TYPE_SVCB,
      "1 foo.example.com. ipv6hint=2001:db8::1,2001:db8::53:1", NULL,
      "000103666f6f076578616d706c6503636f6d000006002020010db80000000000"
      "0000000000000120010db8000000000000000000530001" },
    { "SVCB: RFC 9460 appendix D.2, figure 10", DNS_TYPE_SVCB,
      "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"", NULL,
      "001003666f6f076578616d706c65036f7267000001000c08665c6f6f2c626172"
      "026832" },
    { "HTTPS", DNS_TYPE_HTTPS,
      "1 . alpn=h2,h3 no-default-alpn ech=AAj+DQAEAQIDBA== dohpath=/dns-query{?"
      "dns}",
      "1 . alpn=\"h2,h3\" no-default-alpn ech=AAj+DQAEAQIDBA== dohpath=\"/dns-quer"
      "y{?dns}\"",
      "00010000010006026832026833000200000005000a0008fe0d000401020304000700102f"
      "646e732d71756572797b3f646e737d" },
    { "SPF", DNS_TYPE_SPF, "\"v=spf1 +mx a:colo.example.com/28 -all\"", NULL,
      "25763d73706631202b6d7820613a636f6c6f2e6578616d706c652e636f6d2f32"
      "38202d616c6c" },
    { "NID: RFC 6742 section 2.1.3", DNS_TYPE_NID, "10 0014:4fff:ff20:ee64", NULL,
      "000a00144fffff20ee64" },
    { "L32: RFC 6742 section 2.2.3", DNS_TYPE_L32, "10 10.1.02.0", "10 10.1.2.0", "000a0a010200" },
    { "L64: RFC 6742 section 2.3.3", DNS_TYPE_L64, "10 2001:0DB8:1140:1000",
      "10 2001:0db8:1140:1000", "000a20010db811401000" },
    { "LP: RFC 6742 section 2.4.3", DNS_TYPE_LP, "10 l64-subnet1.example.com.", NULL,
      "000a0b6c36342d7375626e657431076578616d706c6503636f6d00" },
    { "EUI48: RFC 7043 section 3.3", DNS_TYPE_EUI48, "00-00-5e-00-53-2a", NULL, "00005e00532a" },
    { "EUI64: RFC 7043 section 4.3", DNS_TYPE_EUI64, "00-00-5e-ef-10-00-00-2a", NULL,
      "00005eef1000002a" },
    { "URI: RFC 7553 section 5.1", DNS_TYPE_URI, "10 1 \"ftp://ftp1.example.com/public\"", NULL,
      "000a00016674703a2f2f667470312e6578616d706c652e636f6d2f7075626c69"
      "63" },
    { "CAA: with a parameter", DNS_TYPE_CAA, "0 issue \"ca1.example.net; policy=ev\"", NULL,
      "000569737375656361312e6578616d706c652e6e65743b20706f6c6963793d65"
      "76" },
    { "AVC", DNS_TYPE_AVC, "\"app-name:WOLFGANG|app-class:OAM|business=yes\"", NULL,
      "2c6170702d6e616d653a574f4c4647414e477c6170702d636c6173733a4f414d"
      "7c627573696e6573733d796573" },
    { "DOA", DNS_TYPE_DOA, "0 1 2 \"text/html\" aHR0cHM6Ly93d3cuaXNjLm9yZy8=", NULL,
      "00000000000000010209746578742f68746d6c68747470733a2f2f7777772e69"
      "73632e6f72672f" },
    { "DOA: no data", DNS_TYPE_DOA, "1234567890 1234567890 1 \"image/gif\" -", NULL,
      "499602d2499602d20109696d6167652f676966" },
    { "AMTRELAY: RFC 8777 section 4.3.2, IPv4", DNS_TYPE_AMTRELAY, "10 0 1 203.0.113.15", NULL,
      "0a01cb00710f" },
    { "AMTRELAY: RFC 8777 section 4.3.2, a name", DNS_TYPE_AMTRELAY,
      "128 1 3 amtrelays.example.com.", NULL,
      "808309616d7472656c617973076578616d706c6503636f6d00" },
    { "AMTRELAY: RFC 8777 section 4.3.1, none", DNS_TYPE_AMTRELAY, "0 0 0 .", NULL, "0000" },
    { "AMTRELAY: RFC 8777 section 4.3.2, IPv6", DNS_TYPE_AMTRELAY, "10 0 2 2001:db8::15", NULL,
      "0a0220010db8000000000000000000000015" },
    { "TA", DNS_TYPE_TA, "30795 1 1 310D27F4D82C1FC2400704EA9939FE6E1CEAA3B9",
      "30795 1 1 310d27f4d82c1fc2400704ea9939fe6e1ceaa3b9",
      "784b0101310d27f4d82c1fc2400704ea9939fe6e1ceaa3b9" },
    { "DLV", DNS_TYPE_DLV, "30795 1 1 310D27F4D82C1FC2400704EA9939FE6E1CEAA3B9",
      "30795 1 1 310d27f4d82c1fc2400704ea9939fe6e1ceaa3b9",
      "784b0101310d27f4d82c1fc2400704ea9939fe6e1ceaa3b9" },
    { "RESINFO", DNS_TYPE_RESINFO, "\"qnamemin\" \"exterr=15-17\"", NULL,
      "08716e616d656d696e0c6578746572723d31352d3137" },
    { "WALLET", DNS_TYPE_WALLET, "\"BTC\" \"wallet-address\"", NULL,
      "034254430e77616c6c65742d61646472657373" },
    { "DSYNC: RFC 9859 section 2.3", DNS_TYPE_DSYNC, "CDS NOTIFY 5359 cds-scanner.example.net.",
      NULL, "003b0114ef0b6364732d7363616e6e6572076578616d706c65036e657400" },
    { "HHIT: RFC 9886 section 5.1, an array of CBOR", DNS_TYPE_HHIT,
      "gwppM2ZmOCAwMDAwQwECAw==", NULL, "830a6933666638203030303043010203" },
    { "BRID: RFC 9886 section 5.2, a map of CBOR", DNS_TYPE_BRID, "owAAAYIEQaoCgA==", NULL,
      "a3000001820441aa0280" },
    { "CLA: draft-johnson-dns-ipn-cla-07 section 3.2", DNS_TYPE_CLA, "TCP-V4-V6 \"TCP-V6-V7\"",
      "\"TCP-V4-V6\" \"TCP-V6-V7\"", "095443502d56342d5636095443502d56362d5637" },
    { "IPN: draft-johnson-dns-ipn-cla-07 section 3.1", DNS_TYPE_IPN, "977000", NULL,
      "00000000000ee868" },
    { "IPN: two halves", DNS_TYPE_IPN, "1.2", "4294967298", "0000000100000002" },
    { "IPN: all ones", DNS_TYPE_IPN, "18446744073709551615", NULL, "ffffffffffffffff" },
    { "ATMA: an address of digits", DNS_TYPE_ATMA, "+61200000000", NULL,
      "013631323030303030303030" },
    { "ATMA: an address of octets", DNS_TYPE_ATMA, "47000580005a0000000001e133ffffff00016100", NULL,
      "0047000580005a0000000001e133ffffff00016100" },
    { "A6: with a prefix", DNS_TYPE_A6, "64 ::1:2:3:4 Pre.example.", NULL,
      "40000100020003000403507265076578616d706c6500" },
    { "A6: no prefix", DNS_TYPE_A6, "0 2001:db8::1", NULL, "0020010db8000000000000000000000001" },
    { "A6: nothing but a prefix", DNS_TYPE_A6, "128 pre.example.", NULL,
      "8003707265076578616d706c6500" },
    { "TYPE65280: RFC 3597 section 5", 65280, "\\# 4 0a000001", NULL, "0a000001" },
    { "NULL", DNS_TYPE_NULL, "\\# 3 010203", NULL, "010203" },
    { "TKEY", DNS_TYPE_TKEY, "gss-tsig. 1700000000 1700003600 3 BADMODE 4 AQIDBA== 0", NULL,
      "08677373 2d747369 67006553 f1006553 ff100003 00130004 01020304 0000" },
    { "TSIG", DNS_TYPE_TSIG, "hmac-sha256. 1700000000 300 4 AQIDBA== 4660 BADTIME 6 AABlU/EA", NULL,
      "0b686d61632d73686132353600 00006553f100 012c 0004 01020304 1234 0012 0006 00006553f100" },
};

static struct dns_rr rr_of(uint16_t type, struct bytes rdata)
{
    return (struct dns_rr){ .type = type, .class = 1, .rdata = byte_reader_init(rdata) };
}

/* Reads a text as RDATA, with DNS_OK. */
static struct bytes parse(const struct vector *row, const char *notation, struct byte_writer *out)
{
    struct dns_scan scan = dns_scan_init(bytes_of_text(notation));
    struct dns_rdata_form form = { .type = row->type, .class = 1 };
    struct dns_verdict verdict = dns_rdata_parse(&scan, &form, out);

    if (verdict.status != DNS_OK)
        fail_msg("row '%s': %s at %zu", row->label, dns_status_text(verdict.status),
                 verdict.offset);
    assert_row(row->label, byte_reader_is_done(&scan.in));
    return byte_writer_written(out);
}

static void rdata_vectors_go_from_text_to_wire(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        uint8_t block[1024];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        WIRE(wire, vectors[i].wire);

        assert_row(vectors[i].label, bytes_equal(parse(&vectors[i], vectors[i].text, &out), wire));
        for (size_t room = 0; room < wire.size; room++) {
            struct dns_scan scan = dns_scan_init(bytes_of_text(vectors[i].text));
            struct dns_rdata_form form = { .type = vectors[i].type, .class = 1 };

            out = byte_writer_init(block, room);
            assert_row(vectors[i].label, dns_rdata_parse(&scan, &form, &out).status == DNS_NO_ROOM);
            assert_row(vectors[i].label, out.position == 0 && scan.in.position == 0);
        }
    }
}

static void rdata_vectors_go_from_wire_to_text_and_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        const char *expected = vectors[i].printed != NULL ? vectors[i].printed : vectors[i].text;
        char shown[1024];
        uint8_t block[1024];
        struct text text = text_init(shown, sizeof(shown));
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        WIRE(wire, vectors[i].wire);
        struct dns_rr rr = rr_of(vectors[i].type, wire);

        assert_row(vectors[i].label, dns_rdata_check(&rr).status == DNS_OK);
        assert_row(vectors[i].label, dns_rdata_format(&rr, &text));
        if (strcmp(shown, expected) != 0)
            fail_msg("row '%s': %s, expected %s", vectors[i].label, shown, expected);
        assert_row(vectors[i].label, bytes_equal(parse(&vectors[i], shown, &out), wire));
        for (size_t room = 1; room <= strlen(expected); room++) {
            text = text_init(shown, room);
            assert_row(vectors[i].label, !dns_rdata_format(&rr, &text) && text.size == 0);
        }
    }
}

static void rdata_vectors_are_read_in_the_form_of_unknown_types(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        char notation[4096];
        struct text text = text_init(notation, sizeof(notation));
        uint8_t block[1024];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        WIRE(wire, vectors[i].wire);

        assert_true(text_append(&text, "\\# ") && text_append_decimal(&text, wire.size, 0) &&
                    text_append_char(&text, ' ') && text_append_hex(&text, wire));
        assert_row(vectors[i].label, bytes_equal(parse(&vectors[i], notation, &out), wire));
    }
}

static void rdata_vectors_are_refused_when_an_octet_is_missing_or_too_much(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        uint8_t longer[1024] = { 0 };
        WIRE(wire, vectors[i].wire);

        memcpy(longer, wire.at, wire.size);
        for (size_t size = 0; size <= wire.size + 1; size++) {
            struct dns_rr rr = rr_of(vectors[i].type, bytes_of(longer, size));
            struct dns_verdict verdict = dns_rdata_check(&rr);
            char shown[2048];
            struct text text = text_init(shown, sizeof(shown));
            uint8_t block[1024];
            struct byte_writer out = byte_writer_init(block, sizeof(block));

            assert_row(vectors[i].label, verdict.offset <= size);
            /* What is accepted, and what is not, comes back from its text. */
            assert_row(vectors[i].label, dns_rdata_format(&rr, &text));
            if (verdict.status == DNS_OK)
                assert_row(vectors[i].label,
                           bytes_equal(parse(&vectors[i], shown, &out), bytes_of(longer, size)));
        }
    }
}

static void rdata_vectors_show_every_type_of_the_table(void **state)
{
    (void)state;
    for (unsigned int type = 0; type <= UINT16_MAX; type++) {
        const struct dns_rrtype *row = dns_rrtype_of((uint16_t)type, 1);
        bool found = row->mnemonic == NULL || row->is_meta || type == DNS_TYPE_OPT;

        for (size_t i = 0; !found && i < ROWS(vectors); i++)
            found = vectors[i].type == type;
        if (!found)
            fail_msg("%s has no vector", row->mnemonic);
    }
}

static void rdata_with_every_type_in_its_bitmap_has_room_as_text(void **state)
{
    enum { SIZE = 1 + 256 * 34 };
    CLEANUP(free_pointer) uint8_t *wire = malloc(SIZE);
    CLEANUP(free_pointer) uint8_t *block = malloc(SIZE);
    CLEANUP(free_pointer) char *shown = malloc(DNS_RDATA_TEXT_MAX);
    struct text text = text_init(shown, DNS_RDATA_TEXT_MAX);
    struct byte_writer out = byte_writer_init(block, SIZE);
    struct dns_rr rr = rr_of(DNS_TYPE_NSEC, bytes_of(wire, SIZE));
    struct vector row = { .label = "NSEC", .type = DNS_TYPE_NSEC };

    (void)state;
    memset(wire, 0xff, SIZE);
    wire[0] = 0;
    for (size_t window = 0; window < 256; window++) {
        wire[1 + 34 * window] = (uint8_t)window;
        wire[2 + 34 * window] = 32;
    }
    assert_true(dns_rdata_format(&rr, &text));
    assert_true(bytes_equal(parse(&row, shown, &out), bytes_of(wire, SIZE)));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rdata_with_every_type_in_its_bitmap_has_room_as_text),
    cmocka_unit_test(rdata_vectors_go_from_text_to_wire),
    cmocka_unit_test(rdata_vectors_go_from_wire_to_text_and_back),
    cmocka_unit_test(rdata_vectors_are_read_in_the_form_of_unknown_types),
    cmocka_unit_test(rdata_vectors_are_refused_when_an_octet_is_missing_or_too_much),
    cmocka_unit_test(rdata_vectors_show_every_type_of_the_table),
};

RUN_TESTS(tests)
